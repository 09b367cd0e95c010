"""Figures as each language writes them: decimals, percentages, plural categories, lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale

DIGITS = {
    # CLDR's numbering system: its digits 0 to 9 and its percent sign
    "arab": "٠١٢٣٤٥٦٧٨٩٪",
    "arabext": "۰۱۲۳۴۵۶۷۸۹٪",
    "beng": "০১২৩৪৫৬৭৮৯%",
    "mymr": "၀၁၂၃၄၅၆၇၈၉%",
}
_Y_BEFORE_I = re.compile(r" y (?=h?[ií](?![aeo]))", re.IGNORECASE)
"""Rusia e Italia, but cobre y hierro. Source: Real Academia Española, Diccionario panhispánico de dudas, "y"."""
_NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
GROUPED_FROM = {"en": 1_000, "fr": 10_000}
"""Smallest number whose thousands are set apart; where a language is missing, none is.

Source: espeak-ng 1.52 reads "1,000" as one number in English and "12 000" in French with a plain space
only; in Russian any space makes it read the groups one by one.
"""


@cache
def _locale(code: str) -> Locale:
    """CLDR's data of one language; imported here because Babel is slow to load."""
    from babel import Locale

    return Locale.parse(code)


def decimal(value: Decimal, code: str) -> str:
    """`value` with the separators of the language `code`, every digit kept."""
    from babel.numbers import format_decimal

    text: str = format_decimal(
        _plain(value),
        locale=_locale(code),
        decimal_quantization=False,
        group_separator=abs(value) >= GROUPED_FROM.get(code, Decimal("Infinity")),
        numbering_system="default",  # the digits that the language is written with
    )
    return _native(text.replace(_NARROW_SPACE, " ").replace(_NO_BREAK_SPACE, " "), code)


def percent(value: Decimal, code: str) -> str:
    """`value` percent (30 is 30%) in the language `code`."""
    from babel.numbers import format_percent

    text: str = format_percent(
        _plain(value) / 100, locale=_locale(code), decimal_quantization=False, numbering_system="default"
    )
    return _native(text.replace(_NARROW_SPACE, _NO_BREAK_SPACE), code)


def plural(value: Decimal, code: str) -> str:
    """The CLDR plural category of `value`: `one`, `few`, `many`, `other`."""
    return str(_locale(code).plural_form(_plain(value)))


def listing(items: Sequence[str], code: str) -> str:
    """`items` joined as the language does: red, black and blue."""
    from babel.lists import format_list

    # CLDR's English of Britain has no comma before "and", and is what the phrasebook is written in
    text = str(format_list(list(items), locale=_locale("en_GB" if code == "en" else code)))
    return _Y_BEFORE_I.sub(" e ", text) if code == "es" else text


def _native(text: str, code: str) -> str:
    """`text` in the digits that the language is written with by default."""
    digits = DIGITS.get(_locale(code).default_numbering_system)
    return text.translate(str.maketrans("0123456789%", digits)) if digits else text


def _plain(value: Decimal) -> Decimal:
    """Without trailing zeros or an exponent: 18.50 is 18.5, and 1E+2 is 100."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
