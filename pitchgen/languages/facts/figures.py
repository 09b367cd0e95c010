"""A Chinese sentence with its facts in figures, so that a translator copies them instead of computing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from pitchgen.core.fact import Fact, Kind
from pitchgen.core.quantity import Amount
from pitchgen.languages.chinese import parse
from pitchgen.languages.facts.counters import unit_word_at
from pitchgen.languages.facts.folded import fold
from pitchgen.languages.facts.numbers import NUMERALS, RUN
from pitchgen.languages.facts.reading import facts as facts_of

_MONEY = {"yuan": "元", "dollar": "美元", "euro": "欧元", "ruble": "卢布", "pound_sterling": "英镑"}
_MONEY |= {
    "hong_kong_dollar": "港币",
    "yen": "日元",
    "won": "韩元",
    "baht": "泰铢",
    "rupee": "卢比",
    "dirham": "迪拉姆",
}
_PER = re.compile(r"(?:钱|的)?(?P<each>/|每一?|一|1|单)")
_VAGUE = re.compile(rf"[{NUMERALS}\d]*几|[百千万个]把|上[百千万亿]|近(?=[{NUMERALS}])|百八十|百十")


def in_figures(text: str, facts: Sequence[Fact]) -> str:
    """`text` with its `facts` in figures: 三块五一双 becomes 3.5元一双, 打八折 优惠20%, 幺三八 138.

    Args:
        text: the Chinese sentence.
        facts: what `facts` read out of `text`. What is read out of the result is the same; where a rewriting would
            be read differently, the fact stays as it was said.
    """
    names = [fact.text for fact in facts if fact.kind is Kind.NAME]
    written = text
    for index in reversed(range(len(facts))):
        fact = facts[index]
        figures = _figures(fact)
        if figures == fact.evidence.text:
            continue
        attempt = written[: fact.evidence.start] + figures + written[fact.evidence.end :]
        if facts_of(attempt, names) == tuple(facts):
            written = attempt
    return written


def _figures(fact: Fact) -> str:
    """The evidence of `fact`, in figures."""
    said = fold(fact.evidence.text).text
    if fact.kind is Kind.PRICE and fact.amount:
        return _price(fact, fact.amount, said)
    if fact.kind is Kind.DISCOUNT and fact.amount:
        return f"优惠{_span(fact.amount)}%"
    if fact.kind is Kind.PERCENT and fact.amount:
        return _bounded(fact.amount, f"{_span(fact.amount)}%") + ("新" if said.endswith("新") else "")
    if fact.kind is Kind.CODE:
        return fact.text
    if fact.kind in (Kind.TIME, Kind.ORDINAL, Kind.NUMBER) or fact.unit == "weekday":
        return said if fact.unit in ("weekday", "fraction", "half") else _numerals(said)
    if fact.amount is None or fact.kind is Kind.NAME:
        return _numerals(said) if fact.unit != "size" and fact.kind is not Kind.NAME else said
    return _counted(fact.amount, said)


def _price(fact: Fact, amount: Amount, said: str) -> str:
    """A sum in decimals, its currency in one word, and the unit that follows as it was said."""
    return _bounded(amount, _span(amount) + _MONEY[fact.unit]) + _per(fact.per, said)


def _per(unit: str, said: str) -> str:
    """The end of `said` that tells for what `unit` the price is: 一双, /双; empty where it does not."""
    for tail in _PER.finditer(said):
        found = unit_word_at(said, tail.end())
        if found and found[0] == len(said) and found[2] == unit:
            return tail["each"] + said[tail.end() :]
    return ""


def _counted(amount: Amount, said: str) -> str:
    """An amount with its unit: what is not a plain numeral is written anew, the rest keeps its words."""
    if said.startswith("半"):
        return said  # 半年 is translated well, 0.5年 is not
    unit = _unit(said)
    plain = _numerals(said)
    if amount.exact and amount.low != amount.low.to_integral_value():
        return plain if "." in plain and "半" not in plain else _plain(amount.low) + unit
    if amount.high is not None:
        return f"{_plain(amount.low)}到{_plain(amount.high)}{unit}"
    if amount.bound != "exact" and _VAGUE.search(said):
        return _bounded(amount, _plain(amount.low) + unit)
    return plain if amount.exact or re.search(r"\d", plain) else _bounded(amount, _plain(amount.low) + unit)


def _unit(said: str) -> str:
    """What follows the numerals of `said`, without what makes them vague."""
    rest = re.sub(rf"[{NUMERALS}\d]+两?$", "", said)  # the tenths of 一米二 and 三斤二两
    rest = re.sub(rf"^.*[{NUMERALS}\d几把](?=[^{NUMERALS}\d几把])", "", rest, count=1)
    rest = re.sub(r"^[来多余]", "", rest)
    return re.sub(r"(?<=.)(?:半|多|余|左右|上下|来)$", "", re.sub(r"^个半(?=.)", "个", rest))


def _numerals(said: str) -> str:
    """`said` with every number that it spells in digits."""
    return RUN.sub(lambda run: _number(run.group()), said)


def _number(said: str) -> str:
    value = parse(said)
    return said if value is None else _plain(value)


def _span(amount: Amount) -> str:
    return _plain(amount.low) if amount.high is None else f"{_plain(amount.low)}到{_plain(amount.high)}"


def _plain(value: Decimal) -> str:
    """Without exponent, grouping or trailing zeros."""
    return f"{value.normalize():f}"


def _bounded(amount: Amount, written: str) -> str:
    return {"over": "超过", "about": "约", "exact": ""}[amount.bound] + written
