"""Figures and units in words, for voices that cannot read them: "3,5 kg" as "trois virgule cinq kilogrammes"."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from pitchgen.languages.digits import RUN, numbers
from pitchgen.languages.spelling import spell

LONGEST_NUMBER = 6
"""Digits: longer runs are telephone and article numbers, which are said digit by digit."""
_LONG = re.compile(rf"(?<![\d.,])(?<!\d[ \xa0\u202f\u2009])(?:\d{{{LONGEST_NUMBER + 1},}}|0\d+)(?!\d|[.,]\d)")
_UNITS = {
    **{"mm": "length-millimeter", "cm": "length-centimeter", "m": "length-meter", "km": "length-kilometer"},
    **{"g": "mass-gram", "kg": "mass-kilogram", "ml": "volume-milliliter", "l": "volume-liter"},
    "%": "concentr-percent",
}
"""Abbreviation -> CLDR's unit."""


def units_in_words(text: str, code: str) -> str:
    """`text` with the units of its measures in full, in the form that each number asks for: 5 cm, 5 сантиметров."""
    if not any(map(str.isdecimal, text)):
        return text
    from babel.numbers import format_decimal
    from babel.units import format_unit

    names = _abbreviations(code)

    def full(match: re.Match[str]) -> str:
        ((_, _, values),) = numbers(0, match[1], code)
        unit = names[match[2].lower()]
        said: str = format_unit(values[0], unit, "long", locale=code, numbering_system="latn")
        if unit in said:  # CLDR has no long name there
            return match[0]
        number = format_decimal(values[0], locale=code, numbering_system="latn")
        return said.replace(number, match[1])  # grouped as it was

    longest_first = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    measured = re.compile(rf"({RUN.pattern})\s*({longest_first})(?![^\W\d_]|[²³])", re.IGNORECASE)
    return measured.sub(full, _western(text))


def spelled(text: str, code: str) -> str:
    """`text` with its figures in the words of the language `code` (BCP-47); those that nothing spells stay."""

    def words(match: re.Match[str]) -> str:
        token, end, pieces = match[0], 0, []
        for start, after, values in numbers(0, token, code):
            pieces += [token[end:start], spell(values[0], code) or token[start:after]]
            end = after
        return "".join([*pieces, token[end:]])

    apart = re.sub(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])", " ", digit_by_digit(_western(text)))
    return RUN.sub(words, apart)


def digit_by_digit(text: str) -> str:
    """`text` with the digits of telephone and article numbers set apart, so that none is read as a million."""
    return _LONG.sub(lambda match: " ".join(match[0]), text)


def _western(text: str) -> str:
    """`text` with the digits 0 to 9, whatever script's it has."""
    return "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in text)


@cache
def _abbreviations(code: str) -> dict[str, str]:
    """The abbreviations of everybody and of the language `code`, in lower case."""
    from babel.units import format_unit

    own = {unit: format_unit(1.5, unit, "short", locale=code, numbering_system="latn") for unit in _UNITS.values()}
    names = {re.sub(r"[\d.,٫\s]", "", short).lower(): unit for unit, short in own.items()}
    return _UNITS | {name: unit for name, unit in names.items() if name and name != unit}
