"""Dates and times of day, read out of Chinese at a place."""

from __future__ import annotations

import re
from decimal import Decimal

from pitchgen.core.fact import Kind
from pitchgen.core.quantity import Amount
from pitchgen.languages.chinese import parse
from pitchgen.languages.facts.found import Found, Said
from pitchgen.languages.facts.numbers import NUMERALS, TO

_N = rf"(?:[{NUMERALS}]+|\d+)"
_TWO = r"[零〇○九0][零〇○一二三四五六七八九\d]"
_YEAR = re.compile(
    rf"(?P<year>(?:19|20)\d{{2}}|[一二][九零〇○][零〇○一二三四五六七八九]{{2}}|{_TWO})年(?!代|以?[前后])"
)
_SHORT_YEAR_FROM = 70
"""Years said with two digits: 九八年 is 1998, 零八年 2008."""
_MONTH = re.compile(rf"(?P<month>{_N})月(?P<part>份|底|初|中旬|上旬|下旬)?(?:(?P<day>{_N})(?:号|日)?)?")
_MONTHS = re.compile(rf"(?P<low>{_N})(?:月份?)?(?:到|至|-|~)(?P<high>{_N})月份?(?!{_N})")
_DAYS = re.compile(rf"(?P<low>{_N})(?:号|日)?(?:到|至|-|~)(?P<high>{_N})(?:号|日)")
_DAY = re.compile(rf"(?P<day>{_N})号(?!码|电池|店|楼|馆|门|摊|铺|线|仓|厅|色|链接|产品|款|样|柜|机|车)")
_ISO = re.compile(r"(?P<year>(?:19|20)\d{2})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)")
_WEEKDAY = re.compile(r"(?:周|星期|礼拜)(?P<day>[一二三四五六日天末])(?!个|年|两|口|条|到[^周星礼一二三四五六日天])")
_WEEKDAYS_SHORT = re.compile(
    r"(?P<first>(?:周|星期|礼拜)[一二三四五六日天])(?:到|至|-|~)(?P<last>[一二三四五六日天])(?!个|双|天|点)"
)
_NAMES = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7}
_PERIOD = r"(?P<period>早上|上午|早晨|凌晨|清晨|中午|下午|傍晚|晚上|夜里|晚|早|每天|每日|今晚|明早)?"
_CLOCK = re.compile(
    rf"{_PERIOD}(?P<hour>{_N})点(?P<sharp>钟|整)?"
    rf"(?:(?P<part>半|一刻|三刻)|(?P<minute>{_N})分?)?(?P<tail>钟|整)?"
)
_COLON = re.compile(rf"{_PERIOD}(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?!\d)")
_SIGNS_OF_TIME = re.compile(
    r"到|至|-|~|[开关]门|开播|开始|[下上]班|营业|直播|准时|见|发货|之前|以前|前|截止|开抢|[闭开]馆|开会"
)
_BEFORE_TIME = re.compile(r"(?:从|[早晚]上|[上下]午|中午|凌晨|到|至|-|~|每天|[今明]天|今晚|时间[是为:]?)$")
_PARTS = {"半": 30, "一刻": 15, "三刻": 45}
_AFTERNOON = ("下午", "傍晚", "晚上", "夜里", "晚", "今晚")
_HALF_DAY = 12
_BATTERY = re.compile(rf"(?P<number>{_N})号(?=电池)")


def date(text: str, start: int) -> Found | None:
    """Years, months, days, weekdays: 2024年, 三月十五号, 周一到周六."""
    if battery := _BATTERY.match(text, start):
        return Found(battery.end(), _one(start, battery.end(), "", battery["number"], Kind.NUMBER))
    if iso := _ISO.match(text, start):
        parts = (("calendar_year", "year"), ("calendar_month", "month"), ("calendar_day", "day"))
        facts = [s for unit, name in parts for s in _one(iso.start(name), iso.end(name), unit, iso[name])]
        return Found(iso.end(), tuple(facts))
    if not text[start - 1 : start] or text[start - 1] not in NUMERALS + "0123456789":
        for reader in (_year, _months, _days, _weekday):
            if found := reader(text, start):
                return found
    return None


def _one(start: int, end: int, unit: str, number: str, kind: Kind = Kind.DATE) -> tuple[Said, ...]:
    value = parse(number)
    return () if value is None else (Said(start, end, kind, Amount(value), unit),)


def _year(text: str, start: int) -> Found | None:
    found = _YEAR.match(text, start)
    if found is None:
        return None
    value = int("".join(str(parse(c) or 0) for c in found["year"]))
    if len(found["year"]) == 2:
        value += 1900 if value >= _SHORT_YEAR_FROM else 2000
    return Found(found.end(), (Said(start, found.end(), Kind.DATE, Amount(Decimal(value)), "calendar_year"),))


def _months(text: str, start: int) -> Found | None:
    if both := _MONTHS.match(text, start):
        low, high = parse(both["low"]), parse(both["high"])
        if low and high and low < high <= _HALF_DAY and text[both.end("high")] == "月":
            return Found(both.end(), (Said(start, both.end(), Kind.DATE, Amount(low, high), "calendar_month"),))
    found = _MONTH.match(text, start)
    month = parse(found["month"]) if found else None
    if found is None or month is None or not 1 <= month <= _HALF_DAY:
        return None
    end = found.end("part") if found["part"] else found.end("month") + 1
    facts = _one(start, end, "calendar_month", found["month"])
    if found["day"] and found.group()[-1] in "号日" and found["part"] is None:
        low_to_high = _days(text, found.start("day"))
        if low_to_high and low_to_high.end > found.end():
            return Found(low_to_high.end, facts + low_to_high.facts)
        return Found(found.end(), facts + _one(found.start("day"), found.end(), "calendar_day", found["day"]))
    if found["day"] and (days := _days(text, found.start("day"))):
        return Found(days.end, facts + days.facts)
    return Found(end, facts)


def _days(text: str, start: int) -> Found | None:
    if both := _DAYS.match(text, start):
        low, high = parse(both["low"]), parse(both["high"])
        if low and high and low < high <= 31 and (text[both.end() - 1] == "号" or text[start - 1 : start] == "月"):
            return Found(both.end(), (Said(start, both.end(), Kind.DATE, Amount(low, high), "calendar_day"),))
    found = _DAY.match(text, start)
    day = parse(found["day"]) if found else None
    if found is None or day is None or not 1 <= day <= 31:
        return None
    return Found(found.end(), _one(start, found.end(), "calendar_day", found["day"]))


def _weekday(text: str, start: int) -> Found | None:
    if both := _WEEKDAYS_SHORT.match(text, start):
        first = Said(start, both.end("first"), Kind.DATE, Amount(Decimal(_NAMES[both["first"][-1]])), "weekday")
        last = Said(both.start("last"), both.end(), Kind.DATE, Amount(Decimal(_NAMES[both["last"]])), "weekday")
        return Found(both.end(), (first, last))
    found = _WEEKDAY.match(text, start)
    if found is None:
        return None
    if found["day"] == "末":
        return Found(found.end())
    value = Amount(Decimal(_NAMES[found["day"]]))
    return Found(found.end(), (Said(start, found.end(), Kind.DATE, value, "weekday"),))


def time(text: str, start: int) -> Found | None:
    """A time of day: 早上八点, 晚上八点半, 9:30. Without a sign of time, 两点 are two points and no fact."""
    if text[start - 1 : start] and text[start - 1] in NUMERALS + "0123456789第":
        return None
    if colon := _COLON.match(text, start):
        return Found(
            colon.end(), (_clock(start, colon.end(), int(colon["hour"]), int(colon["minute"]), colon["period"]),)
        )
    found = _CLOCK.match(text, start)
    hour = parse(found["hour"]) if found else None
    if found is None or hour is None or hour > 24 or hour != int(hour):
        return None
    minutes = parse(found["minute"]) if found["minute"] else Decimal(0)
    end, period = found.end(), found["period"]
    certain = bool(period or found["sharp"] or found["tail"] or found["part"] or _BEFORE_TIME.search(text[:start]))
    told = (certain and len(found["minute"] or "") > 1) or text[end - 1] == "分"
    if found["minute"] and (minutes is None or minutes > 59 or not told):
        return None  # 两点五公斤 is 2.5 kg
    if not certain and not (_SIGNS_OF_TIME.match(text, end) and _clock_follows(text, end)):
        return None
    if found["minute"] is None and not found["part"] and re.compile(rf"[{NUMERALS}]").match(text, end):
        return None
    total = _PARTS.get(found["part"] or "", int(minutes or 0))
    return Found(end, (_clock(start, end, int(hour), total, period),))


def _clock_follows(text: str, end: int) -> bool:
    """Whether what follows is a word of time, or the end of a span: 九点到五点."""
    to = TO.match(text, end)
    return to is None or bool(re.compile(rf"{_PERIOD}{_N}(?:点|:)").match(text, to.end()))


def _clock(start: int, end: int, hour: int, minute: int, period: str | None) -> Said:
    if period in _AFTERNOON and hour < _HALF_DAY:
        hour += _HALF_DAY
    if period == "中午" and hour < 3:
        hour += _HALF_DAY
    return Said(start, end, Kind.TIME, text=f"{hour:02}:{minute:02}")
