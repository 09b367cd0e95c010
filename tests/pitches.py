"""What the samples say, and the figures that every translation of them has."""

from __future__ import annotations

import re
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
NUMBERS = {
    "socks": {
        1: ["15"],
        4: ["12"],
        5: ["100", "3.5"],
        6: ["1000", "2.8"],
        7: ["240"],
        8: ["3"],
    },
    "umbrella": {3: ["12.8", "2"], 5: ["7"]},
    "bottle": {
        1: ["20"],
        3: ["500"],
        4: ["25", "300"],
        5: ["18.5", "500"],
        6: ["2000", "16.5"],
        7: ["20"],
        8: ["48"],
        9: ["2"],
        10: ["30"],
        12: ["15"],
        13: ["30"],
    },
}
"""Of each sentence that has any, by its number in the script."""


def script_of(sample: str) -> Path:
    """What is said in it: beside it, or where it has captions in `samples/scripts`, so that those are read."""
    return next(SAMPLES.rglob(f"{sample}.txt"))


def figures(text: str) -> list[str]:
    """Those of a translation, with a point for the decimal mark and nothing between thousands."""
    found = re.findall(r"\d+(?:[.,]\d+)*", re.sub(r"(?<=\d)[ \u00a0,](?=\d{3})", "", text))
    return [figure.replace(",", ".") for figure in found]
