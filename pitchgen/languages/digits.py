"""Numbers in digits as the languages write them: any script's digits, separators by CLDR."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from pitchgen.languages.words import fold_character

RUN = re.compile(r"\d+(?:[.,٫٬'’](?=\d)\d+|[\N{NO-BREAK SPACE} ]\d{3}(?!\d))*")
"""Digits and the separators between them, in folded text."""
_GROUPS = re.compile(r"\d{1,3}(?:\D\d{3})+|\d{1,2}(?:\D\d{2})*\D\d{3}")
"""Thousands, and the lakhs of India."""


def folded(text: str) -> tuple[str, tuple[int, ...]]:
    """`text` folded, and the index into it of each character, and of the end."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        folded = fold_character(character)
        characters.append(folded)
        places += [place] * len(folded)
    return "".join(characters), (*places, len(text))


@cache
def _separators(language: str) -> tuple[str, str]:
    """Decimal and group sign of Latin digits, by CLDR; a group sign that is a space is one space."""
    from babel.numbers import get_decimal_symbol, get_group_symbol

    group = get_group_symbol(language, numbering_system="latn")
    return get_decimal_symbol(language, numbering_system="latn"), " " if group.isspace() else group


def numbers(start: int, token: str, language: str) -> Iterator[tuple[int, int, tuple[Decimal, ...]]]:
    """A run of digits and separators as one number, or as the several that it is: (start, end, what it may be)."""
    decimal, group = _separators(language)
    if (plain := token.find(" ")) >= 0 and group != " ":
        yield from numbers(start, token[:plain], language)
        yield from numbers(start + plain + 1, token[plain + 1 :], language)
        return
    if values := _values(token, decimal, group):
        yield start, start + len(token), values
        return
    for part in re.finditer(r"\d+", token):
        yield start + part.start(), start + part.end(), (Decimal(part.group()),)


def _values(token: str, decimal: str, group: str) -> tuple[Decimal, ...]:
    """What a run of digits and separators stands for; nothing where it is several numbers."""
    signs = list(re.sub(r"\d", "", token.replace("٫", "d").replace("\N{NO-BREAK SPACE}", " ")))
    if not signs:
        return (Decimal(token),)
    parts = re.split(r"\D", token)
    joined = Decimal("".join(parts))
    fraction = Decimal("".join(parts[:-1]) + "." + parts[-1])
    last, groups = signs[-1], bool(_GROUPS.fullmatch(token)) and parts[0] != "0"
    if len(set(signs)) == 2 and len(signs[:-1]) == signs[:-1].count(signs[0]) and last in ".,d":
        head = token[: -len(parts[-1]) - 1]
        return (fraction,) if _GROUPS.fullmatch(head) else ()
    if len(set(signs)) > 1:
        return ()
    if last in " ٬'’" and groups:
        return (joined,)
    if last == "d" and len(signs) == 1:
        return (fraction,)
    if last == group and groups:
        return (joined,)
    if last in (decimal, group) and len(signs) == 1:
        return (fraction,)
    if len(signs) == 1:
        return (fraction, joined) if groups else (fraction,)
    return (joined,) if groups and last not in (decimal,) else ()
