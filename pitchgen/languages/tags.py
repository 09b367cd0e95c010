"""Language tags as other programs write them, and which of our languages they mean."""

from __future__ import annotations

from pitchgen.languages import LANGUAGES

_FORMER = {"iw": "he", "in": "id", "tl": "fil", "cmn": "zh", "msa": "ms", "may": "ms", "zsm": "ms"}
"""Withdrawn codes, and parts of languages that are written like the whole. Source: IANA language subtag registry."""
_LETTERS = {row.iso639_2: row.code for row in LANGUAGES.values()}


def meant(tag: str) -> str | None:
    """The code (BCP-47) of the language that `tag` is of, wherever it is spoken: en-US is en; None for others."""
    primary = tag.strip().lower().replace("_", "-").split("-")[0]
    primary = _FORMER.get(primary, _LETTERS.get(primary, primary))
    return primary if primary in LANGUAGES else None
