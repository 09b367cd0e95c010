"""Prices in a buyer's currency, in brackets behind the yuan: 3.5 yuan (≈ $0.49). They are read and never said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from pitchgen.core.errors import InputError
from pitchgen.core.fact import Kind, Match
from pitchgen.core.quantity import Amount

_BRACKET = re.compile(r"\s*\(≈[^()]*\)")
_NO_DIGIT = re.compile(r"[^\d.,٫٬]")
_CENTS_MATTER = Decimal("0.1")  # below, a hundredth is a tenth of the price: three places are written


@dataclass(frozen=True, slots=True)
class Rate:
    """What a unit of another currency costs."""

    currency: str
    """ISO 4217."""
    yuan: Decimal


def rates(text: str) -> tuple[Rate, ...]:
    """The rates of `usd=7.1,eur=7.7`: yuan for one unit.

    Raises:
        InputError: another form, no known currency, or no price.
    """
    from babel.core import get_global

    found = []
    for part in filter(None, map(str.strip, text.split(","))):
        name, _, yuan = part.partition("=")
        currency = name.strip().upper()
        if currency not in get_global("all_currencies") or currency == "CNY":
            raise InputError(f"currency {part!r}: {name!r} is none to convert to; give a code as in usd=7.1")
        try:
            value = Decimal(yuan.strip())
        except InvalidOperation:
            raise InputError(f"currency {part!r}: give what one unit costs in yuan, as in usd=7.1") from None
        if not value.is_finite() or value <= 0:
            raise InputError(f"currency {part!r}: a rate is above zero")
        found.append(Rate(currency, value))
    return tuple(found)


def with_conversions(text: str, matches: Sequence[Match], to: Sequence[Rate], code: str) -> str:
    """`text`, of the language `code`, with a bracket behind each price in yuan.

    Args:
        text: a translation.
        matches: the facts in it, with their places.
        to: the currencies.
    """
    prices = {
        match.found[-1].end: match.said.amount
        for match in matches
        if match.said.kind is Kind.PRICE and match.said.unit == "yuan" and match.said.amount and match.found
    }
    for end, amount in sorted(prices.items(), reverse=True):
        both = ", ".join(_converted(amount, rate, code) for rate in to)
        text = f"{text[:end]} (≈\N{NO-BREAK SPACE}{both}){text[end:]}"
    return text


def without_conversions(text: str) -> str:
    """`text` as it was before `with_conversions`: a person edits the words beside them."""
    return _BRACKET.sub("", text)


def _converted(amount: Amount, rate: Rate, code: str) -> str:
    ends = [end for end in (amount.low, amount.high) if end is not None]
    return "–".join(_money(end / rate.yuan, rate.currency, code) for end in ends)


def _money(value: Decimal, currency: str, code: str) -> str:
    from babel.numbers import format_currency, get_currency_precision

    places = get_currency_precision(currency) + (value < _CENTS_MATTER)
    rounded = value.quantize(Decimal(1).scaleb(-places))
    written: str = format_currency(
        rounded, currency, locale=code, currency_digits=places == get_currency_precision(currency),
        decimal_quantization=False, numbering_system="default",
    )  # fmt: skip
    if "¥" in written or "￥" in written:  # yen, beside yuan
        written = _NO_DIGIT.sub("", written) + "\N{NO-BREAK SPACE}" + currency
    return written.replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}")
