"""Collect the unit words that the phrasebook writes into `pitchgen/languages/units.toml`, so that checks read them.

    python scripts/collect_units.py

Run it whenever a file of the phrasebook changes its [units]; tests/unit/test_verify.py says when it was forgotten.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # type: ignore[import-not-found, unused-ignore]  # newer Pythons lack it

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "pitchgen/engines/translate/phrasebook/data"
TARGET = ROOT / "pitchgen/languages/units.toml"
HEAD = """\
# Unit words of the phrasebook, by language: identifier = "word, word". Written by scripts/collect_units.py; edit the
# phrasebook's files instead.
"""


def main() -> None:
    """Write the file."""
    TARGET.write_text(collected(), "utf-8")


def collected() -> str:
    """What the file holds for the phrasebook as it is now."""
    sections = [HEAD]
    for path in sorted(DATA.glob("*.toml")):
        if path.stem != "zh":
            rows = [f'{unit} = "{", ".join(_forms(entry))}"' for unit, entry in sorted(_units(path).items())]
            sections.append("\n".join([f"[{path.stem}]", *rows]) + "\n")
    return "\n".join(sections)


def _units(path: Path) -> dict[str, Any]:
    units: dict[str, Any] = tomllib.loads(path.read_text("utf-8")).get("units", {})
    return units


def _forms(entry: Any) -> list[str]:
    return list(dict.fromkeys(entry.values() if isinstance(entry, dict) else [entry]))


if __name__ == "__main__":
    main()
