"""The languages: one row each. What only one engine needs to know of a language stays in that engine."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from pitchgen.core.errors import InputError


@dataclass(frozen=True, slots=True)
class CaptionLimits:
    """How much text a reader takes in."""

    line_chars: int
    """Longest line."""
    lines: int
    """Most lines at once."""
    chars_per_second: float
    """Fastest reading, over the time a caption stands."""


ALPHABETIC = CaptionLimits(line_chars=42, lines=2, chars_per_second=17)
"""Source: the usual limits of broadcasters and streaming services for European languages."""
IDEOGRAPHIC = CaptionLimits(line_chars=20, lines=2, chars_per_second=9)
"""Source: a Chinese character carries about two letters' worth, so half the alphabetic limits."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language that pitchgen knows."""

    code: str
    """BCP-47."""
    iso639_2: str
    """ISO 639-2/T, as media containers tag their tracks."""
    name: str
    """In English."""
    native: str
    """In itself."""
    script: str
    """ISO 15924."""
    direction: Literal["ltr", "rtl"] = "ltr"
    captions: CaptionLimits = ALPHABETIC
    spaced: bool = True
    """Words are separated by spaces."""


LANGUAGES: dict[str, Language] = {
    row.code: row
    for row in (
        Language("zh", "zho", "Chinese", "中文", "Hans", captions=IDEOGRAPHIC, spaced=False),
        Language("en", "eng", "English", "English", "Latn"),
        Language("fr", "fra", "French", "français", "Latn"),
        Language("ru", "rus", "Russian", "русский", "Cyrl"),
    )
}

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
