"""The whole main job on every sample with no script handed over, by its captions: all facts are right."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import FONT_PACKAGES, ROOT, SAMPLES
from pitches import NUMBERS, figures, script_of

import pitchgen
from pitchgen.recipes.outcome import Outcome

sys.path.append(str(ROOT / "benchmarks"))

from captions_rendering import SANS, STYLES, Line, burn, script

MARKS = str.maketrans("", "", "，。！")
LATE = 0.35  # seconds: a caption is found within 0.15, and her voice is looked for within that


@pytest.fixture(params=NUMBERS)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Outcome:
    """A sample with captions; on the one that has none they are drawn first."""
    video = tmp_path / f"{request.param}.mp4"
    if script_of(request.param).parent == SAMPLES:
        if not SANS.exists():
            pytest.skip(FONT_PACKAGES)
        style = next(style for style in STYLES if style.name == "red on white outline")
        lines = [Line(row["start"], row["end"], row["text"].rstrip("。")) for row in said(request.param)]
        sample = ("-i", SAMPLES / video.name, "-s", "540x960")
        burn(sample, script(style, lines, 540, 960), video, "-c:a", "copy")
    else:
        shutil.copy(SAMPLES / video.name, video)
    return pitchgen.make(video, ["en"], profile="embedded", out=tmp_path / "out", store=tmp_path / "store")


def said(sample: str) -> list[dict[str, Any]]:
    """Each sentence, with its times in seconds."""
    found: list[dict[str, Any]] = json.loads((ROOT / "tests/golden/samples.json").read_text("utf-8"))[sample]
    return found


def test_every_fact_is_right_without_a_script(made: Outcome) -> None:
    sample = made.video.stem
    assert (made.words, made.transcript_origin) == ("captions in the picture", "captions")
    (english,) = made.outputs
    words = "".join(sentence.source for sentence in english.sentences)
    assert words.translate(MARKS) == script_of(sample).read_text("utf-8").translate(MARKS).replace("\n", "")
    assert not english.unsound
    assert not english.kept_original
    read = [figure for sentence in english.sentences for figure in figures(sentence.text)]
    assert read == [figure for index in sorted(NUMBERS[sample]) for figure in NUMBERS[sample][index]]
    starts = [sentence.source_span.start for sentence in english.sentences]
    for row in said(sample):
        assert min(abs(start - row["start"]) for start in starts) <= LATE, row["text"]
