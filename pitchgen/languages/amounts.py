"""Amounts read out of Chinese text at a place: numbers, ranges, money, percentages, discounts.

Each reader takes the normalised text and an index and returns its readings as (end, value), the longest
first. An empty result means that nothing of the kind stands there; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from pitchgen.core.quantity import Amount, Quantity
from pitchgen.languages.chinese import NUMERAL, parse

Readings = list[tuple[int, Amount]]
Measured = list[tuple[int, Quantity]]
Names = Mapping[str, str]
"""What is said -> identifier."""

_ABOUT = re.compile(r"大约|大概|差不多|约|将近|接近")
_OVER = re.compile(r"超过|多达")
_MORE = re.compile(r"[多余]")
_ROUGHLY = re.compile(r"左右|上下")
_TO = re.compile(r"到|至|-|~")
_HALF = Decimal("0.5")

CURRENCIES: Names = {
    **dict.fromkeys(("美元", "美金", "刀", "USD"), "dollar"),
    **dict.fromkeys(("欧元", "EUR"), "euro"),
    **dict.fromkeys(("卢布", "RUB"), "ruble"),
    **dict.fromkeys(("英镑", "GBP"), "pound_sterling"),
    **dict.fromkeys(("元人民币", "块钱人民币", "人民币", "块钱", "元钱", "圆", "元", "块", "RMB", "CNY"), "yuan"),
}
_BY_LENGTH = sorted(CURRENCIES, key=len, reverse=True)
_SIGNS = {"¥": "yuan", "￥": "yuan", "$": "dollar", "€": "euro", "人民币": "yuan"}
_JIAO = re.compile(r"([一二两三四五六七八九1-9])[毛角](?:([一二两三四五六七八九1-9])分?)?钱?")
_FEN = re.compile(r"零?([一二两三四五六七八九1-9])分钱?")
_BARE = re.compile(r"(零?)([一二两三四五六七八九1-9])(?![\d十百千万])")
_PERCENT_AFTER = re.compile(r"%|个百分点|个点")
_DISCOUNT = re.compile(r"(?:打个|打)?([一二两三四五六七八九1-9])(?:[点.]?([一二三四五六七八九1-9]))?折")


def number(text: str, start: int) -> list[tuple[int, Decimal]]:
    """The number at `start`: its whole run of numerals or none, so that no digit is ever left behind."""
    found = NUMERAL.match(text, start)
    if found is None:
        return []
    said = found.group().rstrip("点")  # 三点 is three o'clock
    value = parse(said)
    return [] if value is None else [(start + len(said), value)]


def amount(text: str, start: int) -> Readings:
    """A number, a range (三到五, 三五) or a rounded number (三十多, 约三十) at `start`."""
    bound = "exact"
    if found := _ABOUT.match(text, start) or _OVER.match(text, start):
        bound = "about" if found.re is _ABOUT else "over"
        start = found.end()
    if pair := re.compile(r"([一二两三四五六七八])([二三四五六七八九])(?![十百千万点\d])").match(text, start):
        low, high = (parse(digit) for digit in pair.groups())
        # 三五天 is said for three to five days, 五三 for nothing
        if low is not None and high is not None and 1 <= high - low <= 2:
            return [(pair.end(), Amount(low, high))]
    return [reading for end, value in number(text, start) for reading in _extended(text, end, value, bound)]


def _extended(text: str, end: int, value: Decimal, bound: str) -> Readings:
    """The readings of `value`, which ends at `end`: as a range, as more than it says, as it stands."""
    if bound == "over":
        return [(end, Amount(value, bound="over"))]
    if bound == "about":
        return [(end, Amount(value, bound="about"))]
    readings: Readings = []
    if to := _TO.match(text, end):
        readings = [(stop, Amount(value, high)) for stop, high in number(text, to.end()) if value < high]
    if _MORE.match(text, end) and value >= 10:
        readings.append((end + 1, Amount(value, bound="over")))
    return [*readings, (end, Amount(value))]


def quantity(text: str, start: int, units: Names) -> Measured:
    """An amount and its unit at `start`: 一百双, 三到五天, 两年半, 十年多, 一百双左右."""
    readings: Measured = []
    for end, value in amount(text, start):
        for size in range(min(6, len(text) - end), 0, -1):
            if (unit := units.get(text[end : end + size])) is not None:
                readings.append(_finished(text, end + size, value, unit))
    return [longer for end, value in readings for longer in _ranges(text, end, value, units)] + readings


def _ranges(text: str, end: int, first: Quantity, units: Names) -> Measured:
    """Ranges that name the unit twice: 三天到五天."""
    to = _TO.match(text, end)
    if to is None or not first.amount.exact:
        return []
    return [
        (stop, Quantity(Amount(first.amount.low, second.amount.low), first.unit))
        for stop, second in quantity(text, to.end(), units)
        if second.unit == first.unit and second.amount.exact and first.amount.low < second.amount.low
    ]


def _finished(text: str, end: int, value: Amount, unit: str) -> tuple[int, Quantity]:
    """`value` with what may follow its unit: 半, 多, 左右."""
    if value.exact:
        if text.startswith("半", end):
            return end + 1, Quantity(Amount(value.low + _HALF), unit)
        if _MORE.match(text, end):
            return end + 1, Quantity(Amount(value.low, bound="over"), unit)
        if roughly := _ROUGHLY.match(text, end):
            return roughly.end(), Quantity(Amount(value.low, bound="about"), unit)
    return end, Quantity(value, unit)


def money(text: str, start: int) -> Measured:
    """A sum at `start`: 三块五, 一毛二, 3.5元, ¥3.5, 三到五块, 三块五到四块."""
    readings: Measured = []
    for end, value in _sum(text, start):
        to = _TO.match(text, end)
        for stop, second in _sum(text, to.end()) if to and value.amount.exact else ():
            if second.unit == value.unit and second.amount.exact and value.amount.low < second.amount.low:
                readings.append((stop, Quantity(Amount(value.amount.low, second.amount.low), value.unit)))
        readings.append((end, value))
    return readings


def _sum(text: str, start: int) -> Measured:
    """One sum, or a range that names its currency once."""
    for sign, currency in _SIGNS.items():
        if text.startswith(sign, start):
            sums = [(end, Quantity(value, currency)) for end, value in amount(text, start + len(sign))]
            return [(_past(text, end, "元", "块"), value) for end, value in sums] + _sum(text, start + len(sign))
    if small := _small(text, start):
        return small
    readings: Measured = []
    for end, value in amount(text, start):
        word = next((word for word in _BY_LENGTH if text.startswith(word, end)), None)
        if word is not None:
            readings += _with_cents(text, end + len(word), Quantity(value, CURRENCIES[word]), word)
    return readings


def _with_cents(text: str, end: int, whole: Quantity, word: str) -> Measured:
    """`whole` and what may follow its currency: 五毛, 五毛八, 五, 零五, 多, 左右."""
    readings: Measured = []
    low = whole.amount.low
    if whole.amount.exact and whole.unit == "yuan":
        for stop, small in _small(text, end):
            readings.append((stop, Quantity(Amount(low + small.amount.low), whole.unit)))
        if word == "块" and (bare := _BARE.match(text, end)):
            part = Decimal(parse(bare.group(2)) or 0) / (100 if bare.group(1) else 10)
            readings.append((_past(text, bare.end(), "钱"), Quantity(Amount(low + part), whole.unit)))
    return [*readings, _finished(text, end, whole.amount, whole.unit)]


def _small(text: str, start: int) -> Measured:
    """Sums below one yuan: 五毛, 一毛二, 八分. In 五毛一双 the 一 is either, so both are readings."""
    if found := _JIAO.match(text, start):
        jiao, fen = (Decimal(parse(digit) or 0) if digit else Decimal(0) for digit in found.groups())
        whole = (_past(text, found.end(1) + 1, "钱"), Quantity(Amount(jiao / 10), "yuan"))
        return [(found.end(), Quantity(Amount(jiao / 10 + fen / 100), "yuan")), whole] if fen else [whole]
    if found := _FEN.match(text, start):
        return [(found.end(), Quantity(Amount(Decimal(parse(found.group(1)) or 0) / 100), "yuan"))]
    return []


def percent(text: str, start: int) -> Measured:
    """A share of a hundred at `start`: 百分之三十, 30%, 三成, 百分之百."""
    if text.startswith("百分之百", start):
        return [(start + 4, Quantity(Amount(Decimal(100)), "percent"))]
    if text.startswith("百分之", start):
        return [(end, Quantity(value, "percent")) for end, value in amount(text, start + 3)]
    readings: Measured = []
    for end, value in amount(text, start):
        if sign := _PERCENT_AFTER.match(text, end):
            readings.append((sign.end(), Quantity(value, "percent")))
        elif text.startswith("成", end) and value.exact and value.low <= 10:
            readings.append((end + 1, Quantity(Amount(value.low * 10), "percent")))
    return readings


def discount(text: str, start: int) -> Measured:
    """What is taken off at `start`, in percent: 打八折 is 20, 八五折 is 15."""
    found = _DISCOUNT.match(text, start)
    if found is None:
        return []
    tens, ones = (parse(digit) or Decimal(0) if digit else Decimal(0) for digit in found.groups())
    return [(found.end(), Quantity(Amount(100 - tens * 10 - ones), "percent"))]


def _past(text: str, end: int, *words: str) -> int:
    """`end`, or the end of one of `words` where it stands there."""
    return next((end + len(word) for word in words if text.startswith(word, end)), end)
