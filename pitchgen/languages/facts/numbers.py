"""Numbers as merchants say them, the vague ones too: 十几, 三五百, 百把, 一百来, 三到五百."""

from __future__ import annotations

import re
from decimal import Decimal

from pitchgen.core.quantity import Amount
from pitchgen.languages.chinese import parse
from pitchgen.languages.facts.counters import unit_at

_DIGITS = "0123456789"
DIGIT = "一二两三四五六七八九"
NUMERALS = "零〇○一二两三四五六七八九壹贰叁肆伍陆柒捌玖十拾百佰千仟万亿"
BEFORE_TWO = "二四五六七八九"
"""Digits after which 两 begins another number, as in 十二块八两打; 一两百 and 三两个 are one."""
RUN = re.compile(
    rf"(?:[{NUMERALS}]|(?<=[{NUMERALS}])点(?=[零{DIGIT}])|"
    r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)+"
)
"""A maximal run of numerals; a comma or a point only within a number."""
TO = re.compile(r"到|至|-|~|到了")
ABOUT = re.compile(r"(?:大约|大概|差不多|将近|接近|大致)(?:需要|要|是|有|在)?|约")
OVER = re.compile(r"超过|多达|不止|高达")
ROUGHLY = re.compile(r"左右|上下|来(?=[块斤米公])")

_PAIR = re.compile(
    rf"(?P<head>[{NUMERALS}]*[十百千万])?(?P<low>[一二两三四五六七八])(?P<high>[二两三四五六七八九])(?P<tail>[十百千万亿]*)"
)
_ROUND = re.compile(r".*[十百千万亿拾佰仟]|\d*0")
_ARTICLE_AFTER = re.compile(r".*[百千万]一")
_MORE = re.compile(r"[多余](?P<tail>[万亿]?)")
_SOME = re.compile(r"几(?P<tail>[万亿]?)")
_OR_SO = re.compile(r"来(?!自|源|到|看|料|样|回|说|袋|电|拿|买|问)")
_BARE_HUNDREDS = (
    # 百把个, 上千家, 近万平, 百八十块: hundreds without a count
    (re.compile(r"(?P<size>[百千万])把(?!手)"), "about"),
    (re.compile(r"上(?P<size>[百千万亿])(?![一二三四五六七八九几])"), "over"),
    (re.compile(r"(?<!最)(?<!附)近(?P<size>[百千万]|[二三四五六七八九]十|[一二两三四五六七八九][百千万])"), "about"),
    (re.compile(r"(?P<size>百)十来?(?=[个块])"), "about"),
)
_EIGHTY_OR_HUNDRED = re.compile(r"百八十(?=[个块])")
_SCALES = {"百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_LEAST_ROUNDED = 10  # 十来个 and 二十多, but nobody says 三多


def amounts_at(text: str, start: int) -> list[tuple[int, Amount]]:
    """Readings of the amount at `start`, the longest first; most have one.

    三百五一双 has two: 一 may end the number or begin what follows it.
    """
    if _within_number(text, start):
        return []  # the rest of a number that was not understood
    if vague := _hundreds(text, start):
        return [vague]
    bound = "exact"
    begin = start
    if found := ABOUT.match(text, start) or OVER.match(text, start):
        bound, begin = ("about" if found.re is ABOUT else "over"), found.end()
        if vague := _hundreds(text, begin):
            return [vague]
    readings = _runs(text, begin)
    if bound == "exact":
        return [longer for end, amount in readings for longer in _extended(text, begin, end, amount)]
    return [
        (_past(text, end), Amount(amount.low, bound=bound) if amount.high is None else amount)  # type: ignore[arg-type]
        for end, amount in readings
    ]


def _within_number(text: str, start: int) -> bool:
    """Whether a numeral stands at `start` and before it, perhaps with a point between."""
    before = text[max(0, start - 2) : start]
    if not before or start >= len(text) or text[start] not in NUMERALS + _DIGITS:
        return False
    if text[start] == "两" and before[-1] in BEFORE_TWO:
        return False
    return before[-1] in NUMERALS + _DIGITS + "几" or (before[-1] in "点." and before[0] in NUMERALS + _DIGITS)


def _past(text: str, end: int) -> int:
    """The end of 来 or 多 where a word before the number has said the same: 大概十来个."""
    found = _OR_SO.match(text, end) or re.compile("[多余]").match(text, end)
    return found.end() if found else end


def _hundreds(text: str, start: int) -> tuple[int, Amount] | None:
    for pattern, bound in _BARE_HUNDREDS:
        if found := pattern.match(text, start):
            size = found["size"]
            value = parse("一" + size if size in _SCALES else size)
            assert value is not None
            return found.end(), Amount(value, bound=bound)  # type: ignore[arg-type]
    if found := _EIGHTY_OR_HUNDRED.match(text, start):
        return found.end(), Amount(Decimal(80), Decimal(100))
    return None


def _runs(text: str, start: int) -> list[tuple[int, Amount]]:
    """The run of numerals at `start`: as one number, as two neighbours, without the 一 at its end."""
    run = RUN.match(text, start)
    if run is None:
        return []
    said = run.group()
    if _ARTICLE_AFTER.fullmatch(said) and unit_at(text, run.end()):
        said = said[:-1]  # 两百一件 is 200 for one, as 210 would be 两百一十件
        run = re.compile(said).match(text, start) or run
    readings = []
    if (value := parse(said)) is not None:
        readings.append((run.end(), Amount(value)))
    elif pair := neighbours(said):
        return [(run.end(), pair)]
    for shorter in (said[:-1],) if len(said) > 1 and said[-1] in "一1" else ():
        if (value := parse(shorter)) is not None or (pair := neighbours(shorter)):
            readings.append((run.end() - 1, Amount(value) if value is not None else pair))  # type: ignore[arg-type]
    return readings


def neighbours(said: str) -> Amount | None:
    """十五六 is 15 to 16, 两三百 200 to 300, 三五 3 to 5; None where `said` is nothing of the kind."""
    found = _PAIR.fullmatch(said)
    if found is None:
        return None
    low, high = (parse(found[name]) or Decimal(0) for name in ("low", "high"))
    if (found["low"], found["high"]) == ("三", "两"):
        low, high = high, low
    elif high - low != 1 and (found["low"], found["high"], found["head"]) != ("三", "五", None):
        return None
    head, tail = found["head"] or "", found["tail"]
    digits = {Decimal(n): sign for n, sign in enumerate("一二三四五六七八九", 1)}
    values = [parse(head + digits[value] + tail) for value in (low, high)]
    if values[0] is None or values[1] is None or values[0] >= values[1]:
        return None
    return Amount(values[0], values[1])


def _extended(text: str, start: int, end: int, amount: Amount) -> list[tuple[int, Amount]]:
    """The readings of the number [start, end): with what makes it vague or a range, else as it stands."""
    said = text[start:end]
    if amount.high is not None:
        return [(end, amount)]
    value = amount.low
    if value >= _LEAST_ROUNDED and _ROUND.fullmatch(said):
        if (more := _MORE.match(text, end)) and not text.startswith(("多功能", "多用途"), end):
            return [(more.end(), Amount(value * _SCALES.get(more["tail"], 1), bound="over"))]
        if (some := _SOME.match(text, end)) and said[-1] in "十百千":
            return [(some.end(), Amount(value * _SCALES.get(some["tail"], 1), bound="over"))]
        if so := _OR_SO.match(text, end):
            return [(so.end(), Amount(value, bound="about"))]
    if (to := TO.match(text, end)) and (upper := RUN.match(text, to.end())):
        for stop, high in _runs(text, upper.start()):
            low = _scaled(said, value, text[upper.start() : stop], high.low)
            if high.high is None and low < high.low:
                return [(stop, Amount(low, high.low)), (end, amount)]
    return [(end, amount)]


def _scaled(said: str, low: Decimal, upper: str, high: Decimal) -> Decimal:
    """The lower end of a range, in the unit of its upper end: 三到五百 is 300 to 500, 十到二十万 100000 to 200000."""
    scale = _SCALES.get(upper[-1], 1)
    counted = any(sign in said for sign in "百千万亿佰仟")
    if scale == 1 or counted or low * scale >= high or (scale < _SCALES["万"] and low >= _LEAST_ROUNDED):
        return low
    return low * scale
