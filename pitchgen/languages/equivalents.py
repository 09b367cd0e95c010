"""What a fact of the Chinese may become in another language: 12 pieces for a dozen, 500 g for 一斤, half a year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from pitchgen.core.fact import Fact, Kind
from pitchgen.core.quantity import Amount
from pitchgen.languages.words import CURRENCIES

_HALF = Decimal("0.5")
_NOON = 12

CONVERSIONS: Mapping[str, tuple[tuple[str, Decimal], ...]] = {
    # unit -> what one of it is: exact by definition, or by trade (一斤 is half a kilogram)
    "dozen": (("piece", Decimal(12)), ("pair", Decimal(12))),
    "jin": (("kilogram", _HALF), ("gram", Decimal(500)), ("pound", Decimal(1))),
    "liang": (("gram", Decimal(50)),),
    "week": (("day", Decimal(7)),),
    "year": (("month", Decimal(12)),),
    "hour": (("minute", Decimal(60)),),
    "quarter": (("month", Decimal(3)),),
    "kilogram": (("gram", Decimal(1000)),),
    "tonne": (("kilogram", Decimal(1000)),),
    "metre": (("centimetre", Decimal(100)),),
    "centimetre": (("millimetre", Decimal(10)),),
    "litre": (("millilitre", Decimal(1000)),),
    "kilowatt": (("watt", Decimal(1000)),),
    "yuan": (("fen", Decimal(100)), ("jiao", Decimal(10))),
    "dollar": (("fen", Decimal(100)),),
    "euro": (("fen", Decimal(100)),),
}
_BACK = {"month": ("year", Decimal(12)), "hour": ("day", Decimal(24)), "gram": ("kilogram", Decimal(1000))}
ALSO: Mapping[str, frozenset[str]] = {
    # units that Chinese tells apart where other languages need not, and the other way round
    "shop": frozenset({"customer", "piece"}),
    "customer": frozenset({"shop", "person"}),
    "person": frozenset({"customer", "worker"}),
    "worker": frozenset({"person"}),
    "design": frozenset({"style", "colour"}),
    "style": frozenset({"design"}),
    "piece": frozenset({"machine"}),
    "machine": frozenset({"piece"}),
    "size_number": frozenset({"size"}),
    "piece_set": frozenset({"piece", "set"}),
    "colour": frozenset({"design"}),
    "ticket": frozenset({"piece"}),
    "share": frozenset({"piece", "set"}),
    "chi": frozenset({"foot"}),
    "batch": frozenset({"piece"}),
    "grid": frozenset({"layer", "piece"}),
    "port": frozenset({"piece"}),
    "shipment": frozenset({"piece"}),
    "pair_or_set": frozenset({"pair", "set", "piece"}),
    "bucket": frozenset({"bag"}),
}
NO_UNIT = frozenset({"half", "fraction", "size", "weekday"})
_CALENDAR = {"calendar_year": "year", "calendar_month": "month", "calendar_day": "day"}
"""What stands beside a date in languages that name its parts: 3月15日."""
_TIME = frozenset({"hour", "minute"})


_SMALL = ("yuan", "dollar", "euro")


@dataclass(frozen=True, slots=True)
class Need:
    """One figure that is to be there."""

    value: Decimal
    units: frozenset[str] = frozenset()
    """Any of these may stand beside it; empty: it does not matter."""
    money: bool = False
    """The currency has to be named."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """One way to say a fact: all needs are figures of the text."""

    needs: tuple[Need, ...]
    half: bool = False
    """A word for a half, besides."""


def renderings(fact: Fact) -> tuple[Rendering, ...]:
    """The ways to say `fact` in figures, the plainest first; empty where it has none."""
    if fact.kind is Kind.TIME:
        return tuple(_clock(fact.text))
    if fact.unit == "fraction":
        above, below = map(Decimal, fact.text.split("/"))
        return (Rendering((Need(above), Need(below))),)
    if fact.kind is Kind.SIZE and fact.amount is None and "x" in fact.text:
        units = _units(fact) | {"time"}  # 95 mal 46: the word for times is the one between sides
        return (Rendering(tuple(Need(Decimal(side), units) for side in fact.text.split("x"))),)
    if fact.amount is None or fact.unit == "weekday":
        return ()
    return tuple(_amount(fact, fact.amount))


def _units(fact: Fact) -> frozenset[str]:
    if fact.unit in NO_UNIT or not fact.unit:
        return frozenset()
    if fact.unit in _CALENDAR:
        return frozenset({_CALENDAR[fact.unit]})
    return frozenset({fact.unit}) | ALSO.get(fact.unit, frozenset())


def _amount(fact: Fact, amount: Amount) -> Iterator[Rendering]:
    units, money = _units(fact), fact.unit in CURRENCIES
    yield _rendering(amount, units, money=money)
    if fact.unit == "calendar_year":
        yield Rendering((Need(amount.low % 100, units),))
    for unit, size in CONVERSIONS.get(fact.unit, ()):
        scaled = _scaled(amount, size)
        yield _rendering(scaled, frozenset({unit}), money=False)
    if fact.unit in _BACK:
        unit, size = _BACK[fact.unit]
        if amount.low % size == 0 or fact.unit == "gram":
            yield _rendering(_scaled(amount, 1 / size), frozenset({unit}), money=False)
    whole, part = divmod(amount.low, 1)
    if amount.high is None and whole and part and fact.unit in _SMALL:
        for _, size in CONVERSIONS[fact.unit]:  # three yuan fifty, three yuan five jiao
            yield Rendering((Need(whole, units, money=True), Need((part * size).normalize())))
    if amount.high is None and part == _HALF:
        needs = (Need(whole, units, money=False),) if whole else ()
        yield Rendering(needs, half=True)
    if fact.kind is Kind.DISCOUNT and amount == Amount(Decimal(50)):
        yield Rendering((), half=True)


def _rendering(amount: Amount, units: frozenset[str], *, money: bool) -> Rendering:
    needs = [Need(value.normalize(), units, money) for value in (amount.low, amount.high) if value is not None]
    return Rendering(tuple(needs))


def _scaled(amount: Amount, size: Decimal) -> Amount:
    high = None if amount.high is None else amount.high * size
    return replace(amount, low=amount.low * size, high=high)


def _clock(text: str) -> Iterator[Rendering]:
    hour, minute = map(Decimal, text.split(":"))
    for said in dict.fromkeys((hour, hour - _NOON if hour > _NOON else hour + _NOON if hour < _NOON else hour)):
        if minute:
            yield Rendering((Need(said, _TIME), Need(minute, _TIME)))
            yield Rendering((Need(said + minute / 100, _TIME),))
            if minute == 30:
                yield Rendering((Need(said, _TIME),), half=True)
        else:
            yield Rendering((Need(said, _TIME),))
