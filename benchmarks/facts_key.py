"""The notation in which benchmarks write down facts: `p 3.5 yuan/pair; q 100 pair min; d 3..5 day`.

An entry is kind, value and unit, then perhaps a role. A value may be `3`, `3..5`, `30+` or `~100`. Codes are
named by what they are (`phone 138...`), dates by their part (`month 3`), places by `ord`.
"""

from __future__ import annotations

from decimal import Decimal

from pitchgen.core.fact import Evidence, Fact, Kind, Role
from pitchgen.core.quantity import Amount

_KINDS = {"p": Kind.PRICE, "q": Kind.QUANTITY, "size": Kind.SIZE, "w": Kind.WEIGHT, "v": Kind.VOLUME}
_KINDS |= {"d": Kind.DURATION, "%": Kind.PERCENT, "off": Kind.DISCOUNT, "ord": Kind.ORDINAL, "n": Kind.NUMBER}
_DATES = {"year": "calendar_year", "month": "calendar_month", "day": "calendar_day", "weekday": "weekday"}
_CODES = ("phone", "wechat", "qq", "whatsapp", "stall", "model")
_ROLES = {"min": Role.MINIMUM, "thr": Role.THRESHOLD, "max": Role.LIMIT}
_NOWHERE = Evidence(0, 0, "")


def facts(key: str) -> tuple[Fact, ...]:
    """The facts that `key` writes down."""
    return tuple(_fact(entry.split()) for entry in key.split(";") if entry.strip())


def _fact(parts: list[str]) -> Fact:
    word, value, *rest = parts
    role = _ROLES[rest.pop()] if rest and rest[-1] in _ROLES else Role.PLAIN
    if word in _CODES:
        return Fact(Kind.CODE, _NOWHERE, unit=word, text=value)
    if word == "name":
        return Fact(Kind.NAME, _NOWHERE, text=value)
    if word == "time":
        return Fact(Kind.TIME, _NOWHERE, text=value)
    if word in _DATES:
        return Fact(Kind.DATE, _NOWHERE, _amount(value), _DATES[word])
    unit, _, per = (rest[0] if rest else "").partition("/")
    kind = _KINDS[word]
    if (kind is Kind.SIZE and not value[0].isdecimal()) or (kind is Kind.SIZE and "x" in value):
        return Fact(kind, _NOWHERE, unit=unit or "size", text=value, role=role)
    if "/" in value:
        return Fact(kind, _NOWHERE, unit="fraction", text=value)
    unit = "percent" if kind in (Kind.PERCENT, Kind.DISCOUNT) else unit
    return Fact(kind, _NOWHERE, _amount(value), unit, per, role=role)


def _amount(value: str) -> Amount:
    if ".." in value:
        low, high = map(Decimal, value.split(".."))
        return Amount(low, high)
    if value.endswith("+"):
        return Amount(Decimal(value[:-1]), bound="over")
    if value.startswith("~"):
        return Amount(Decimal(value[1:]), bound="about")
    return Amount(Decimal(value))
