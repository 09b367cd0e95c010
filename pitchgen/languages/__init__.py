"""The languages: one row each. What only one engine needs to know of a language stays in that engine."""

from __future__ import annotations

from difflib import get_close_matches

from pitchgen.core.errors import InputError
from pitchgen.languages.captions import CaptionRules
from pitchgen.languages.table import ROWS, Language

__all__ = ["LANGUAGES", "SOURCE", "CaptionRules", "Language", "language"]

LANGUAGES: dict[str, Language] = {row.code: row for row in ROWS}

SOURCE = "zh"
"""What the merchant speaks."""


def language(code: str) -> Language:
    """The row of `code`, whatever its case.

    Raises:
        InputError: an unknown code; the message suggests the nearest one.
    """
    wanted = code.strip().lower()
    if wanted in LANGUAGES:
        return LANGUAGES[wanted]
    by_name = {name.lower(): row.code for row in LANGUAGES.values() for name in (row.name, row.native)}
    near = by_name.get(wanted) or next(iter(_nearest(wanted, by_name)), None)
    hint = f"did you mean {near}? " if near else ""
    raise InputError(f"unknown language {code!r}: {hint}(known: {', '.join(LANGUAGES)})")


def _nearest(wanted: str, by_name: dict[str, str]) -> list[str]:
    """Codes that `wanted` may have meant: by its subtag, by spelling, by name."""
    if (base := wanted.split("-")[0].split("_")[0]) in LANGUAGES:
        return [base]
    names = {**{row.iso639_2: row.code for row in LANGUAGES.values()}, **by_name}
    return [names[n] for n in get_close_matches(wanted, names, n=1)] or get_close_matches(
        wanted, LANGUAGES, n=1, cutoff=0.5
    )
