"""Quantities with their units, read out of Chinese at a place."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from pitchgen.core.fact import Kind, Role
from pitchgen.core.quantity import Amount
from pitchgen.languages.chinese import parse
from pitchgen.languages.facts.counters import ARTICLE, CONTAINERS, UNITS, unit_at, unit_word_at
from pitchgen.languages.facts.found import Found, Said, role
from pitchgen.languages.facts.numbers import DIGIT, NUMERALS, ROUGHLY, RUN, TO, amounts_at

_HALF = Decimal("0.5")
_HALVED = re.compile(r"半(?=年|个|小时|天|打|斤|公斤|米|吨|箱|升|周|里|套|盒|包)(?!个世纪|天然|个人|包围|年糕|套头)")
_AND_A_HALF = re.compile(r"个(?P<more>半|多)(?P<unit>月|小时|星期|礼拜|钟头)")
_ONE_OR_SO = re.compile(r"个把(?P<unit>月|小时|星期|礼拜|钟头)")
_TENTHS = re.compile(rf"(?P<digits>[{DIGIT}]{{1,2}}|\d{{1,2}})(?![{NUMERALS}\d.])")
_LIANG = re.compile(rf"(?P<digit>[{DIGIT}]|\d)两(?![{DIGIT}个百千万天年种双件])")
_LIANG_ALONE = re.compile(rf"(?P<count>[{DIGIT}半]|十|\d+)两(?=重|装|的|一|每|/|左右|[,。!?、]|$)")
_DECIMAL_UNITS = frozenset({"metre", "chi", "jin"})
_BY = re.compile(r"乘以?|x|X")
_BEFORE_CONTENT = re.compile(
    r"(?:的?(?:容量|规格|重量|净重|毛重|长度|价格))?(?:可以|能|里面|里|大概|一共|总共|是|有|装|共|就|都|放|含|包|重|净重|毛重|长|高|宽|约|只有|才|只)*"
)
_PER = re.compile(r"(?:装)?(?:/|每一?|一|1)")
_PER_BEFORE = re.compile(r"(?:每一?|一|1|单|整)(?!共)")
_RATE_BEFORE = re.compile(
    r"(?:(?P<unit>月|年|日)(?:产量?|销量?|出货量?)|(?:每|一|每一)(?P<each>天|个月|月|年|周|小时|个小时|分钟|个?星期|日))"
    r"(?:都|能|可以|可|达|达到|是|有|大概|大约|约|生产|产|出货|出|做|发货|发|卖|销售|销|的?产量|高达|超过|要|工作|上|营业)*"
)
_PERIODS = {"天": "day", "日": "day", "月": "month", "个月": "month", "年": "year", "周": "week", "分钟": "minute"}
_PERIODS |= {"小时": "hour", "个小时": "hour", "星期": "week", "个星期": "week", "礼拜": "week", "钟头": "hour"}
_PIECES = re.compile(
    r"块(?:装的?)?(?=肥皂|香皂|手表|电池|布|毛巾|手帕|地毯|地垫|砖|玻璃|石头|木板|面料|屏|电路|抹布|蛋糕|饼|巧克力|积木|拼图|板)"
)
"""块 counts solid things as well as yuan."""


def quantity(text: str, start: int) -> Found | None:
    """An amount with its unit at `start`, and whom it is for: 一百双, 三到五天, 两年半, 48个一箱, 500克/袋."""
    best = max(_quantities(text, start), key=lambda said: said.end, default=None)
    if best is None:
        return None
    best = replace(_per_after(text, best), role=role(text, start, best.end))
    return None if _article(text, best) else Found(best.end, (best,))


def contained(text: str, start: int) -> Found | None:
    """What is said per unit, the unit first: 一箱48个, 每个三公斤, 每天五百双, 月产五万双."""
    if rate := _RATE_BEFORE.match(text, start):
        period = _PERIODS[rate["unit"] or rate["each"]]
        inner = quantity(text, rate.end())
        if inner and inner.facts[0].unit != period and not inner.facts[0].per and inner.facts[0].kind is not Kind.TIME:
            return Found(inner.end, (replace(inner.facts[0], per=period),))
    each = _PER_BEFORE.match(text, start)
    unit = unit_word_at(text, each.end()) if each else None
    if unit is None or unit[1] is not Kind.QUANTITY:
        return None
    between = _BEFORE_CONTENT.match(text, unit[0])
    inner = quantity(text, between.end() if between else unit[0])
    if (
        inner is None
        or inner.facts[0].per
        or text[inner.end : inner.end + 1] == "柜"
        or not _holds(unit[2], inner.facts[0])
    ):
        return None
    return Found(inner.end, (replace(inner.facts[0], per=unit[2]),))


def dimensions(text: str, start: int) -> Found | None:
    """Sides of one thing: 30乘20厘米, 30x20x10cm, 1米8乘2米2."""
    sides: list[Decimal] = []
    at = start
    while side := _side(text, at):
        end, value, unit = side
        sides.append(value)
        if by := _BY.match(text, end):
            at = by.end()
            continue
        said = Said(start, end, Kind.SIZE, unit=unit, text="x".join(map(_written, sides)))
        return Found(end, (said,)) if len(sides) > 1 else None
    return None


def _written(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _side(text: str, start: int) -> tuple[int, Decimal, str] | None:
    """A number with its unit of length, if any: 30, 20厘米, 1米8."""
    run = RUN.match(text, start)
    value = parse(run.group()) if run else None
    if run is None or value is None:
        return None
    unit = unit_at(text, run.end())
    if unit is None or unit[1] is not Kind.SIZE:
        return run.end(), value, ""
    said = _finished(text, Said(start, unit[0], Kind.SIZE, Amount(value), unit[2]))
    return said.end, said.amount.low if said.amount else value, unit[2]


def _quantities(text: str, start: int) -> list[Said]:
    """All readings of the quantity at `start`."""
    if half := _HALVED.match(text, start):
        unit = unit_at(text, half.end())
        return [Said(start, unit[0], unit[1], Amount(_HALF), unit[2])] if unit else []
    if about := _ONE_OR_SO.match(text, start):
        unit_name = _PERIODS[about["unit"]]
        return [Said(start, about.end(), Kind.DURATION, Amount(Decimal(1), bound="about"), unit_name)]
    if liang := _LIANG_ALONE.match(text, start):
        count = _HALF if liang["count"] == "半" else parse(liang["count"])
        return [Said(start, liang.end(), Kind.WEIGHT, Amount(count), "liang")] if count else []
    return [said for end, amount in amounts_at(text, start) for said in _with_unit(text, start, end, amount)]


def _with_unit(text: str, start: int, end: int, amount: Amount) -> list[Said]:
    if (more := _AND_A_HALF.match(text, end)) and amount.exact:
        fuller = Amount(amount.low + _HALF) if more["more"] == "半" else Amount(amount.low, bound="over")
        return [Said(start, more.end(), Kind.DURATION, fuller, _PERIODS[more["unit"]])]
    if pieces := _PIECES.match(text, end):
        return [Said(start, pieces.end(), Kind.QUANTITY, amount, "piece")]
    unit = unit_at(text, end)
    if unit is None:
        return []
    said = _finished(text, Said(start, unit[0], unit[1], amount, unit[2]))
    return [longer for longer in (_range(text, said),) if longer] or [said]


def _finished(text: str, said: Said) -> Said:
    """`said` with what may follow its unit: 半, 多, 左右, and tenths: 一米二, 三斤二两."""
    amount, end = said.amount, said.end
    if amount is None or not amount.exact:
        return replace(said, end=roughly.end()) if (roughly := ROUGHLY.match(text, end)) else said
    if said.unit == "jin" and (liang := _LIANG.match(text, end)):
        return replace(said, end=liang.end(), amount=Amount(amount.low + (parse(liang["digit"]) or 0) / Decimal(10)))
    tenths = _TENTHS.match(text, end)
    if said.unit in _DECIMAL_UNITS and tenths and not unit_at(text, tenths.end()) and text[end - 1 : end] in "米尺斤":
        digits = "".join(str(parse(digit)) for digit in tenths["digits"])
        return replace(said, end=tenths.end(), amount=Amount(amount.low + Decimal(f"0.{digits}")))
    if text.startswith("半", end) and not text.startswith(("半自", "半成", "半透", "半价", "半身", "半永"), end):
        return replace(said, end=end + 1, amount=Amount(amount.low + _HALF))
    if re.compile(r"[多余](?![款种色功用次年彩])").match(text, end) and said.unit != "colour":
        return replace(said, end=end + 1, amount=Amount(amount.low, bound="over"))
    if roughly := ROUGHLY.match(text, end):
        return replace(said, end=roughly.end(), amount=Amount(amount.low, bound="about"))
    return said


def _range(text: str, said: Said) -> Said | None:
    """A range that names its unit twice: 三天到五天."""
    to = TO.match(text, said.end)
    if to is None or said.amount is None or not said.amount.exact:
        return None
    for upper in _quantities(text, to.end()):
        high = upper.amount
        if upper.unit == said.unit and high and high.exact and said.amount.low < high.low:
            return replace(said, end=upper.end, amount=Amount(said.amount.low, high.low))
    return None


def _per_after(text: str, said: Said) -> Said:
    """`said` with the unit that it is for, where one follows: 48个一箱, 50克/包, 500双每天."""
    each = _PER.match(text, said.end)
    if each is None:
        return said
    unit = unit_at(text, each.end())
    if unit and unit[1] is Kind.QUANTITY and _holds(unit[2], said):
        return replace(said, end=unit[0], per=unit[2])
    if each.group() != "一" and said.kind is not Kind.DURATION:
        for word in ("天", "月", "个月", "年", "小时", "周"):
            if text.startswith(word, each.end()):
                return replace(said, end=each.end() + len(word), per=_PERIODS[word])
    return said


def _holds(outer: str, inner: Said) -> bool:
    """Whether `inner` may be what one `outer` holds or measures."""
    if inner.unit == outer or (inner.unit, outer) == ("piece_set", "set"):
        return False
    if inner.kind in (Kind.WEIGHT, Kind.VOLUME, Kind.SIZE):
        return True
    return inner.kind is Kind.QUANTITY and outer in CONTAINERS and inner.unit not in ("carton", "container")


def _article(text: str, said: Said) -> bool:
    """Whether 一个 and the like only say "a": no number was meant."""
    if said.amount != Amount(Decimal(1)) or said.per or said.role is not Role.PLAIN:
        return False
    unit = text[said.end - 1]
    return text[said.start] == "一" and (unit in ARTICLE and UNITS.get(unit, (None, ""))[1] == said.unit)
