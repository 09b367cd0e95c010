"""Prices, shares and discounts, read out of Chinese at a place."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from pitchgen.core.fact import Kind
from pitchgen.core.quantity import Amount
from pitchgen.languages.amounts import discount as discounts
from pitchgen.languages.chinese import parse
from pitchgen.languages.facts.counters import CENTS, SIGNS, currency_at, unit_at, unit_word_at
from pitchgen.languages.facts.found import Found, Said, role
from pitchgen.languages.facts.numbers import ABOUT, BEFORE_TWO, DIGIT, NUMERALS, OVER, ROUGHLY, RUN, TO, amounts_at

_D = rf"[{DIGIT}1-9]"
_NO_CLOTH = "[巾衣线料绒刷球皮]"
_JIAO_SIGN = rf"(?:毛(?!{_NO_CLOTH})|角(?!形|架|裤|巾|度|色|落|星|钢))"
_JIAO = re.compile(rf"(?P<jiao>{_D}){_JIAO_SIGN}(?:(?P<fen>{_D})(?:分(?!钟|之)|(?=[,。、!?钱起的每一/]|$)))?钱?")
_JIAO_WHOLE = re.compile(rf"(?P<jiao>{_D}){_JIAO_SIGN}(?P<fen>)钱?")
_FEN = re.compile(rf"零?(?P<fen>{_D})分钱?(?!钟|之|店|公司|类|期|钟|享)")
_FEN_ALONE = re.compile(rf"(?P<fen>{_D})分(?:钱|(?=[一每/]))(?!钟)")
_CENTS_PAIR = re.compile(
    rf"(?P<low>{_D})[毛角]?(?:到|至|-|~)?(?P<high>{_D})(?P<sign>[毛角分])钱?(?![巾衣线料绒刷球皮形])"
)
_BARE = re.compile(rf"(?P<zero>零?)(?P<digits>{_D})(?:(?![{NUMERALS}\d.点])|(?<=[{BEFORE_TWO}])(?=两))")
_BARE_PAIR = re.compile(r"(?P<digits>\d\d)(?![\d.])")
_MORE = re.compile(r"[多余](?![款种功用次])")
_MONEY_WORD = re.compile(r"钱|人民币")
_ONE_OR_SO = re.compile(r"块把钱|块把(?!手)")
_PIECES = (
    "肥皂|香皂|手表|电池|布|毛巾|手帕|地毯|地垫|砖|玻璃|石头|木板|面料|屏|电路板|抹布|蛋糕|饼|糖|巧克力|积木|拼图|板|表"
)
_NO_MONEY = re.compile(rf"[儿]|去|来玩|(?:的)?(?:{_PIECES})|(?:一起)")
_PER = re.compile(r"(?:钱|的)?(?:/|每一?|一|1|单)(?!一)")
_PER_BEFORE = re.compile(r"(?:每一?|一|1|单)")
_BEFORE_PRICE = re.compile(
    r"(?:的?(?:价格|单价|批发价|出厂价|零售价|成本价?|售价|卖价|价|运费|邮费|定价|拿货价))?"
    r"(?:都是|是|只要|只需要?|才|就|只|卖|仅|仅需|也|大概|拿货|批发|零售|要|为|:|不到|给你们?|给您|给大家|算你?|便宜|到手|打包|都|得|不过|收|多|贵|加|减|,)*"
)
_NAMED = re.compile(rf"(?!的)[^{NUMERALS}\d,。!?、¥$送减返加免赠才只要卖]{{1,6}}")
"""What may be named between its unit and its price: 一支笔才八毛钱."""
_PER_CENT = re.compile(r"%|个百分点|个点(?!半)")
_OFF = re.compile(rf"(?:打个?|打到)?(?P<low>{_D})(?:到|至|-|~)?(?P<high>{_D})?折(?![叠伞页椅弯合痕扇扣返旧])")
_DISCOUNT = re.compile(r"(?:打个?|打到)?(?P<two>\d\d(?=折))?")
_FOLDS = re.compile(r".{1,6}折[叠伞页椅弯合痕扇扣返旧]")
_TAKEN_OFF = re.compile("优惠|立减|降|便宜|让利|省")
_HALF_PRICE = re.compile(r"半价|打?对折")
_NEW = re.compile(rf"(?P<tens>[七八九])(?P<ones>[{DIGIT}])?成?新")
_TENTH = re.compile("成(?![本功品套人])")
_THOUSANDTHS = re.compile(r"千分之")
_HALF = Decimal("0.5")
_TENTHS = 10
"""三成 is three tenths."""


def price(text: str, start: int) -> Found | None:
    """A sum, and the unit it is for where that follows: 三块五一双, 3.5元/双, 两块五到三块, 一毛二."""
    best: Said | None = None
    for said in _sums(text, start):
        priced = _per_after(text, _range(text, said))
        # 五毛一双: the reading whose 一 belongs to the pair wins over 五毛一
        if best is None or (priced.per and not best.per):
            best = priced
    if best is None:
        return None
    return Found(best.end, (replace(best, role=role(text, start, best.end)),))


def priced(text: str, start: int) -> Found | None:
    """A price whose unit comes first: 一双三块五, 每双只要三块五; the fact is the price alone."""
    each = _PER_BEFORE.match(text, start)
    unit = unit_word_at(text, each.end()) if each else None
    if unit is None and each and text.startswith("月", each.end()):
        unit = (each.end() + 1, Kind.DURATION, "month")
    if unit is None:
        return None
    named = _NAMED.match(text, unit[0])
    for at in dict.fromkeys((unit[0], *((named.end(),) if named else ()))):
        between = _BEFORE_PRICE.match(text, at)
        found = price(text, between.end() if between else at)
        if found:
            break
    if found is None or found.facts[0].per:
        return None
    return Found(found.end, (replace(found.facts[0], per=unit[2]),))


def percent(text: str, start: int) -> Found | None:
    """A share: 百分之八十, 80%, 三成, 九九新, 千分之五."""
    if found := re.compile(r"百分百(?!之)|百分之(?:一百|百)").match(text, start):
        return _share(text, start, found.end(), Amount(Decimal(100)))
    if text.startswith(("百分之", "千分之"), start):
        per_mille = bool(_THOUSANDTHS.match(text, start))
        for end, amount in amounts_at_nested(text, start + 3):
            if per_mille:
                amount = Amount(amount.low / 10, None, amount.bound)
            return _share(text, start, end, amount)
    if new := _NEW.match(text, start):
        tens, ones = (parse(digit) or Decimal(0) if digit else Decimal(0) for digit in (new["tens"], new["ones"]))
        return _share(text, start, new.end(), Amount(tens * 10 + ones))
    for end, amount in amounts_at(text, start):
        if sign := _PER_CENT.match(text, end):
            return _share(text, start, sign.end(), amount)
        if (
            text.startswith("成", end)
            and not text.startswith(("成本", "成功", "成品", "成套", "成人"), end)
            and amount.low < 10
        ):
            high = None if amount.high is None else amount.high * _TENTHS
            half = _HALF * _TENTHS if text.startswith("半", end + 1) else Decimal(0)
            shares = Amount(amount.low * _TENTHS + half, high, amount.bound)
            return _share(text, start, end + 1 + bool(half), shares)
    return None


def amounts_at_nested(text: str, start: int) -> list[tuple[int, Amount]]:
    """The amount after 百分之, whose 之 is no numeral but whose 分 was."""
    return amounts_at(text[start:], 0) and [(start + end, amount) for end, amount in amounts_at(text[start:], 0)]


def _share(text: str, start: int, end: int, amount: Amount) -> Found:
    if roughly := ROUGHLY.match(text, end):
        end, amount = roughly.end(), Amount(amount.low, amount.high, "about" if amount.high is None else "exact")
    kind = Kind.DISCOUNT if _TAKEN_OFF.search(text[max(0, start - 3) : start]) else Kind.PERCENT
    return Found(end, (Said(start, end, kind, amount, "percent", role=role(text, start, end)),))


def discount(text: str, start: int) -> Found | None:
    """What is taken off: 打八折 is 20%, 八五折 15%, 半价 50%, 七到八折 20% to 30%."""
    if half := _HALF_PRICE.match(text, start):
        return _off(text, start, half.end(), Amount(Decimal(50)))
    if _FOLDS.match(text, start) and not text.startswith("打", start):
        return None  # 三折伞 is an umbrella that folds three times
    if found := re.compile(r"(?:打个?|打到)?(?P<two>[1-9]\d)折(?![叠伞])").match(text, start):
        return _off(text, start, found.end(), Amount(100 - Decimal(found["two"])))
    if (found := _OFF.match(text, start)) and found["high"]:
        low, high = (parse(found[name]) or Decimal(0) for name in ("low", "high"))
        ranged = found.end("high") - found.end("low") > 1 or high - low == 1
        if ranged and low < high:
            return _off(text, start, found.end(), Amount(100 - high * 10, 100 - low * 10))
    at = start + len("打到") if text.startswith("打到", start) else start
    for end, taken in discounts(text, at):
        return _off(text, start, end, taken.amount)
    return None


def _off(text: str, start: int, end: int, amount: Amount) -> Found:
    return Found(end, (Said(start, end, Kind.DISCOUNT, amount, "percent", role=role(text, start, end)),))


def _sums(text: str, start: int) -> list[Said]:
    """Readings of one sum at `start`, the longest first."""
    if (one := _ONE_OR_SO.match(text, start)) and text[start - 1 : start] not in tuple(NUMERALS + "0123456789"):
        return [Said(start, one.end(), Kind.PRICE, Amount(Decimal(1), bound="about"), "yuan")]
    begin, bound = start, "exact"
    if found := ABOUT.match(text, start) or OVER.match(text, start):
        begin, bound = found.end(), "about" if found.re is ABOUT else "over"
    for sign in sorted(SIGNS, key=len, reverse=True):
        if text.startswith(sign, begin):
            at = begin + len(sign) + text.startswith(" ", begin + len(sign))
            return [_signed(text, start, end, amount, sign) for end, amount in amounts_at(text, at)]
    if small := _small(text, begin):
        return [Said(start, end, Kind.PRICE, _bounded(amount, bound), "yuan") for end, amount in small]
    return [said for end, amount in amounts_at(text, start) for said in _counted(text, start, end, amount)]


def _bounded(amount: Amount, bound: str) -> Amount:
    return amount if bound == "exact" or not amount.exact else Amount(amount.low, bound=bound)  # type: ignore[arg-type]


def _signed(text: str, start: int, end: int, amount: Amount, sign: str) -> Said:
    if word := currency_at(text, end):
        end = word[0]
    return Said(start, end, Kind.PRICE, amount, SIGNS[sign])


def _counted(text: str, start: int, end: int, amount: Amount) -> list[Said]:
    """`amount` with its currency and what follows: 五毛, 五, 零五, 半, 多, 左右, 钱."""
    for word, currency in CENTS.items():
        if text.startswith(word, end):
            high = None if amount.high is None else amount.high / 100
            return [Said(start, end + 2, Kind.PRICE, Amount(amount.low / 100, high, amount.bound), currency)]
    money = currency_at(text, end)
    if money is None or _NO_MONEY.match(text, money[0]) or text.startswith(("元旦", "元素", "元宵"), end):
        return []
    stop, currency = money
    said = Said(start, stop, Kind.PRICE, amount, currency)
    readings = [said]
    if amount.exact and currency == "yuan" and text[stop - 1] in "块元":
        readings = [replace(said, end=e, amount=Amount(amount.low + part)) for e, part in _change(text, stop)] or [said]
    return [_finished(text, reading) for reading in readings]


def _change(text: str, end: int) -> list[tuple[int, Decimal]]:
    """What follows 块: 五毛八, 八分, 五, 零五, 半."""
    if small := [(stop, amount.low) for stop, amount in _small(text, end) if amount.exact]:
        return small
    if fen := _FEN.match(text, end):
        return [(fen.end(), Decimal(parse(fen["fen"]) or 0) / 100)]
    if text[end - 1] == "块":
        if pair := _BARE_PAIR.match(text, end):
            return [(pair.end(), Decimal(pair["digits"]) / 100)]
        pair = re.compile(rf"(?P<jiao>{_D})(?P<fen>{_D})(?![{NUMERALS}\d])").match(text, end)
        if pair and not unit_at(text, pair.end()):
            return [(pair.end(), (parse(pair["jiao"]) or 0) / Decimal(10) + (parse(pair["fen"]) or 0) / Decimal(100))]
        if (bare := _BARE.match(text, end) or _before_article(text, end)) and not _counts(text, bare.end()):
            return [(bare.end(), Decimal(parse(bare["digits"]) or 0) / (100 if bare["zero"] else 10))]
        if text.startswith("半", end):
            return [(end + 1, _HALF)]
    return []


def _before_article(text: str, end: int) -> re.Match[str] | None:
    """A digit before the 一 of a unit: 三块五一双."""
    found = re.compile(rf"(?P<zero>零?)(?P<digits>{_D})(?=[一1])").match(text, end)
    return found if found and unit_at(text, found.end() + 1) else None


def _counts(text: str, end: int) -> bool:
    """Whether the digit before `end` counts what follows: 十块三双 is three pairs for ten."""
    unit = unit_at(text, end)
    return unit is not None and not text.startswith(("个点", "天天"), end)


def _finished(text: str, said: Said) -> Said:
    amount, end = said.amount, said.end
    assert amount is not None
    if amount.exact and (more := _MORE.match(text, end)):
        end, amount = more.end(), Amount(amount.low, bound="over")
    if (word := _MONEY_WORD.match(text, end)) and text[end - 1] not in "币金":
        end = word.end()
    if roughly := re.compile("左右|上下|来钱").match(text, end):
        end, amount = roughly.end(), Amount(amount.low, bound="about") if amount.exact else amount
    return replace(said, end=end, amount=amount)


def _small(text: str, start: int) -> list[tuple[int, Amount]]:
    """Sums below one yuan: 五毛, 一毛二, 八分钱, 三四毛; the longest first."""
    if pair := _CENTS_PAIR.match(text, start):
        low, high = (parse(pair[name]) or Decimal(0) for name in ("low", "high"))
        joined = pair.end("high") - pair.end("low") == 1
        if low < high and (not joined or high - low == 1):
            cents = 100 if pair["sign"] == "分" else 10
            return [(pair.end(), Amount(low / cents, high / cents))]
    readings = []
    for pattern in (_JIAO, _JIAO_WHOLE):
        if found := pattern.match(text, start):
            jiao, fen = (Decimal(parse(digit) or 0) if digit else Decimal(0) for digit in (found["jiao"], found["fen"]))
            readings.append((found.end(), Amount(jiao / 10 + fen / 100)))
    if not readings and (fen_alone := _FEN_ALONE.match(text, start)):
        readings.append((fen_alone.end(), Amount(Decimal(parse(fen_alone["fen"]) or 0) / 100)))
    return list(dict.fromkeys(readings))


def _range(text: str, said: Said) -> Said:
    """`said`, or the range that it begins: 两块五到三块."""
    to = TO.match(text, said.end)
    if to and said.amount and said.amount.exact:
        for upper in _sums(text, to.end()):
            if upper.unit == said.unit and upper.amount and upper.amount.exact and said.amount.low < upper.amount.low:
                return replace(said, end=upper.end, amount=Amount(said.amount.low, upper.amount.low))
    return said


def _per_after(text: str, said: Said) -> Said:
    """`said` with the unit that it is for, where one follows."""
    each = _PER.match(text, said.end)
    if each is None:
        return said
    unit = unit_at(text, each.end())
    if unit is None and text.startswith("月", each.end()):
        unit = (each.end() + 1, Kind.DURATION, "month")
    if unit is None or text.startswith("代发", unit[0]) or RUN.match(text, unit[0] - 1):
        return said
    return replace(said, end=unit[0], per=unit[2])
