"""Every sentence in every language with every filler, and every Chinese form back to its own sentence."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest

from pitchgen.core.quantity import Amount, Quantity
from pitchgen.engines.translate.phrasebook import book
from pitchgen.engines.translate.phrasebook.forms import Choice, Literal, Nodes, Slot
from pitchgen.engines.translate.phrasebook.sentences import _best
from pitchgen.engines.translate.phrasebook.values import (
    Code,
    Dimensions,
    Good,
    Many,
    Person,
    Quality,
    Term,
)
from pitchgen.engines.translate.phrasebook.writing import Writer
from pitchgen.languages import language

FILES = book.files([book.DATA])
SOURCE = book.source(FILES["zh"])
WRITERS = {code: book.writer(code, FILES[code], SOURCE) for code in FILES if code != "zh"}
RAW, _ = book._merged(FILES["zh"])
SLOTS = {key: form.slots for key, form in SOURCE.forms}
FORMS = {(key, index): form for index, (key, form) in enumerate(SOURCE.forms)}

NUMBERS = [Decimal(n) for n in ("0.5", "1", "1.5", "2", "5", "11", "21", "22", "100", "1000", "12000", "1000000")]
AMOUNTS = [
    *(Amount(number) for number in NUMBERS),
    Amount(Decimal(3), Decimal(5)),
    Amount(Decimal(30), bound="over"),
    Amount(Decimal(30), bound="about"),
]


def fillers(kind: str) -> list[object]:
    """Every class of what a slot of this kind can hold."""
    terms = {
        "material": "materials",
        "city": "cities",
        "market": "markets",
        "materials": "materials",
        "colours": "colours",
        "sizes": "sizes",
        "countries": "countries",
    }
    goods = [Good(key) for key in RAW["goods"]]
    if kind in ("good", "goods"):
        wrapped = [Good("socks", (Term(table, key),)) for table in ("materials", "modifiers") for key in RAW[table]]
        return [*goods, *wrapped] if kind == "good" else [Many((goods[0], goods[1])), Many(tuple(wrapped[:1]))]
    if kind in terms:
        found = [Term(terms[kind], key) for key in RAW[terms[kind]]]
        many = terms[kind] == kind
        return [Many((term,)) for term in found] + [Many(tuple(found[:3]))] if many else list(found)
    if kind == "qualities":
        return [Many((Quality(key, very),)) for key in RAW["qualities"] for very in (True, False)]
    if kind in RAW["units"] or kind == "threshold":
        units = RAW["units"]["quantity" if kind == "threshold" else kind]
        amounts = [amount for amount in AMOUNTS if kind != "threshold" or amount.exact]
        return [Quantity(amount, unit) for unit in units for amount in amounts]
    currencies = ("yuan", "dollar", "euro", "ruble", "pound_sterling")
    person = Person("wang", ("xiao", "ming"))
    return {
        "number": list(NUMBERS),
        "amount": list(AMOUNTS),
        "money": [Quantity(amount, unit) for unit in currencies for amount in AMOUNTS],
        "percent": [Quantity(amount, "percent") for amount in AMOUNTS],
        "discount": [Quantity(Amount(Decimal(20)), "percent")],
        "code": [Code("A-123")],
        "unit": [Term("units", key) for key in RAW["units"]["quantity"]],
        "dimensions": [Dimensions((Decimal(30), Decimal(20)), unit) for unit in RAW["units"]["length"]],
        "person": [person, Person("wang", before="xiao"), Person("li", title="ms"), Person("li", title="mr")],
        "owner": [Person("li")],
        "surname": [Person(key) for key in RAW["syllables"]],
    }[kind]


KINDS = {slot.rstrip("0123456789") for slots in SLOTS.values() for slot in slots}
FILLERS = {kind: fillers(kind) for kind in KINDS}


@pytest.mark.parametrize("code", sorted(WRITERS))
def test_every_sentence_is_written_with_every_filler(code: str) -> None:
    writer = WRITERS[code]
    for key, slots in SLOTS.items():
        most = max((len(FILLERS[slot.rstrip("0123456789")]) for slot in slots), default=1)
        for turn in range(most):
            values = {}
            for slot in slots:
                choice = FILLERS[slot.rstrip("0123456789")]
                values[slot] = choice[turn % len(choice)]
            text = writer.sentence(key, values)
            assert text, (key, values)
            han = "" if code == "ja" else r"\u3400-\u9fff"
            assert not re.search(rf"[{han}{{}}:]\s*$|[{han}{{}}]|  ", text), (key, text)
            if code in ("en", "fr"):
                assert not re.search(r"[а-яА-Я]", text), (key, text)


def test_enough_sentences_and_goods() -> None:
    assert len(RAW["patterns"]) >= 200
    assert len(RAW["goods"]) >= 320
    assert sum(len(forms) for forms in RAW["patterns"].values()) >= 400


@pytest.mark.parametrize("code", sorted(WRITERS))
def test_each_language_has_all_that_the_chinese_has(code: str) -> None:
    writer: Writer = WRITERS[code]
    assert set(writer.sentences) == set(RAW["patterns"])
    for table in book.TABLES:
        if table != "syllables" or language(code).script != "Latn":
            assert set(writer.lexicon[table]) == set(RAW[table]), table
    units = {unit for kind in RAW["units"].values() for unit in kind}
    assert units <= set(writer.lexicon["units"])
    assert all("per" in writer.lexicon["units"][unit] for unit in RAW["units"]["quantity"])


@pytest.mark.parametrize("code", sorted(WRITERS))
def test_no_two_goods_are_told_apart_by_chance_only(code: str) -> None:
    words = list(WRITERS[code].lexicon["goods"].values())
    assert len(words) == len(set(map(str, words)))


def test_the_years_of_a_child_may_have_a_word_of_their_own() -> None:
    three = Quantity(Amount(Decimal(3)), "year")
    assert WRITERS["ja"].sentence("suitable_age", {"age": three}) == "対象年齢：3歳以上"
    assert WRITERS["ja"].sentence("guarantee", {"duration": three}) == "保証期間：3年間"


def test_russian_units_have_every_plural_category() -> None:
    for key, entry in WRITERS["ru"].lexicon["units"].items():
        assert {"one", "few", "many", "other"} <= set(entry), key


SAID = {
    "number": ["三", "12"],
    "amount": ["三十多"],
    "money": ["三块五毛", "18.5元"],
    "percent": ["百分之三十"],
    "discount": ["打八折"],
    "code": ["AB-123"],
    "good": ["袜子", "保温杯"],
    "goods": ["袜子和毛巾"],
    "qualities": ["很结实"],
    "materials": ["尼龙"],
    "material": ["尼龙"],
    "colours": ["红色和黑色"],
    "sizes": ["大中小"],
    "countries": ["俄罗斯和法国"],
    "city": ["永康"],
    "market": ["国际商贸城"],
    "person": ["小王"],
    "owner": ["李老板"],
    "surname": ["李"],
    "unit": ["双"],
    "threshold": ["一百双"],
    "dimensions": ["三十乘二十厘米"],
    "quantity": ["一百二十双", "500个"],
    "duration": ["十五天", "三到五天"],
    "length": ["二十五公分"],
    "weight": ["三百克"],
    "volume": ["五百毫升"],
    "area": ["三千平方米"],
    "electric": ["六十瓦"],
    "colour_count": ["十二种颜色"],
    "style_count": ["三十种款式"],
    "size_count": ["五个尺码"],
    "country_count": ["三十多个国家"],
    "customer_count": ["三百个客户"],
    "worker_count": ["两百个工人"],
    "line_count": ["五条生产线"],
    "machine_count": ["八十台机器"],
    "layer_count": ["三层"],
    "shop_count": ["两个店"],
    "person_count": ["五个人"],
    "age": ["三岁"],
    "time_count": ["三次"],
}


def said(nodes: Nodes, pick: random.Random | None) -> Iterator[tuple[str, str]]:
    """One text of a form, as (slot or nothing, text): the first options, or options by chance."""
    for node in nodes:
        if isinstance(node, Literal):
            yield "", node.text
        elif isinstance(node, Slot):
            yield node.name, (pick.choice(SAID[node.kind]) if pick else SAID[node.kind][0])
        elif isinstance(node, Choice):
            option = pick.choice(node.options) if pick else (() if () in node.options else node.options[0])
            yield from said(option, pick)


def test_every_form_leads_to_its_own_sentence() -> None:
    strayed = []
    for (key, _), form in FORMS.items():
        parts = list(said(form.nodes, None))
        text = "".join(part for _, part in parts)
        found = _best(text, SOURCE)
        if found is None or (found.key != key and dict(found.values) != dict(read(parts))):
            strayed.append((key, text, found and found.key))
        elif found.key != key:
            strayed.append((key, text, found.key))
    assert not strayed, strayed


def read(parts: list[tuple[str, str]]) -> Iterator[tuple[str, object]]:
    """The values that the slots of a text were filled with."""
    for name, text in parts:
        if name:
            readings = SOURCE.readers[name.rstrip("0123456789")](text, 0)
            yield name, next(value for end, value in readings if end == len(text))


def test_by_chance_built_texts_keep_their_values() -> None:
    pick = random.Random(7)
    for (key, _), form in FORMS.items():
        for _ in range(8):
            parts = list(said(form.nodes, pick))
            text = "".join(part for _, part in parts)
            ways = [dict(filling) for filling, _ in form.match(text, SOURCE.readers)]
            assert dict(read(parts)) in ways, (key, text)
