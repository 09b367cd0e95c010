"""Numbers, money, percentages and quantities as merchants say them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pitchgen.core.quantity import Amount, Quantity
from pitchgen.languages import amounts, figures
from pitchgen.languages.chinese import LIMIT, normalise, parse, write

UNITS = {"天": "day", "双": "pair", "年": "year", "个月": "month", "个": "piece", "打": "dozen"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[("一万二", 12000), ("两千五", 2500), ("一百零五", 105), ("一百二", 120), ("一百二十", 120)],
        *[("一万零五百", 10500), ("一百十五", 115), ("十五", 15), ("十", 10), ("零", 0), ("两", 2)],
        *[("1.2万", 12000), ("3千", 3000), ("三亿五", 350_000_000), ("壹佰贰拾", 120), ("二零二四", 2024)],
        *[("半", "0.5"), ("三点零五", "3.05"), ("12.80", "12.8"), ("1,200", 1200)],
        ("九千九百九十九亿九千九百九十九万九千九百九十九", LIMIT - 1),
    ],
)
def test_numbers(text: str, value: object) -> None:
    assert parse(text) == Decimal(str(value))


@pytest.mark.parametrize(
    "text", ["", "百", "万二", "五三", "十五六", "一千零", "一百零", "三点", "一万亿", "1,20", "好"]
)
def test_what_is_no_number(text: str) -> None:
    assert parse(text) is None


def test_written_in_both_ways() -> None:
    assert [write(2200, two=two) for two in ("二", "两")] == ["二千二百", "两千两百"]
    assert write(100_010) == "十万零一十"
    with pytest.raises(ValueError, match="outside"):
        write(LIMIT)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        *[("三块五", "3.5", "yuan"), ("十二块八", "12.8", "yuan"), ("两块八", "2.8", "yuan")],
        *[("一毛二", "0.12", "yuan"), ("三块零五", "3.05", "yuan"), ("十块", "10", "yuan")],
        *[("三块半", "3.5", "yuan"), ("3.5元", "3.5", "yuan"), ("¥18.50", "18.5", "yuan")],
        *[("八分", "0.08", "yuan"), ("十二块五毛八", "12.58", "yuan"), ("五美元", "5", "dollar")],
        *[("一千二百块", "1200", "yuan"), ("两毛五", "0.25", "yuan"), ("100块钱", "100", "yuan")],
    ],
)
def test_money(text: str, value: str, unit: str) -> None:
    assert amounts.money(text, 0)[0] == (len(text), Quantity(Amount(Decimal(value)), unit))


def test_an_article_after_a_price_is_not_taken_for_money() -> None:
    readings = dict(amounts.money("三块五一双", 0))
    assert readings[3].amount.low == Decimal("3.5")
    assert 4 not in readings


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("三到五天", Amount(Decimal(3), Decimal(5)), "day"),
        ("三天到五天", Amount(Decimal(3), Decimal(5)), "day"),
        ("三五天", Amount(Decimal(3), Decimal(5)), "day"),
        ("三十多个", Amount(Decimal(30), bound="over"), "piece"),
        ("十年多", Amount(Decimal(10), bound="over"), "year"),
        ("一百双左右", Amount(Decimal(100), bound="about"), "pair"),
        ("大约一百双", Amount(Decimal(100), bound="about"), "pair"),
        ("两年半", Amount(Decimal("2.5")), "year"),
        ("半个月", Amount(Decimal("0.5")), "month"),
        ("两打", Amount(Decimal(2)), "dozen"),
        ("1,200双", Amount(Decimal(1200)), "pair"),
    ],
)
def test_quantities(text: str, amount: Amount, unit: str) -> None:
    assert amounts.quantity(text, 0, UNITS)[0] == (len(text), Quantity(amount, unit))


def test_a_number_that_is_not_understood_gives_no_quantity() -> None:
    assert amounts.quantity("十五六天", 0, UNITS) == []


@pytest.mark.parametrize(("text", "value"), [("百分之三十", 30), ("30%", 30), ("三成", 30), ("百分之百", 100)])
def test_percentages(text: str, value: int) -> None:
    assert amounts.percent(text, 0)[0] == (len(text), Quantity(Amount(Decimal(value)), "percent"))


@pytest.mark.parametrize(("text", "off"), [("打八折", 20), ("八五折", 15), ("9.5折", 5), ("打对折", None)])
def test_discounts(text: str, off: int | None) -> None:
    found = [quantity.amount.low for _, quantity in amounts.discount(text, 0)]
    assert found == ([] if off is None else [Decimal(off)])


def test_ranges_run_upward() -> None:
    with pytest.raises(ValueError, match="upward"):
        Amount(Decimal(5), Decimal(3))


def test_text_is_brought_to_one_form() -> None:
    assert normalise("大家好， １００双；“袜子” 3.5元。") == "大家好,100双,袜子3.5元。"


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("en", ["3.5", "1,200", "12,000"]),
        ("fr", ["3,5", "1200", "12 000"]),
        ("ru", ["3,5", "1200", "12000"]),
    ],
)
def test_figures_as_each_language_writes_them(code: str, written: list[str]) -> None:
    assert [figures.decimal(Decimal(n), code) for n in ("3.50", "1200", "12000")] == written


def test_percentages_and_lists_as_each_language_writes_them() -> None:
    assert [figures.percent(Decimal("12.5"), code) for code in ("en", "fr", "ru")] == [
        "12.5%",
        "12,5\N{NO-BREAK SPACE}%",
        "12,5\N{NO-BREAK SPACE}%",
    ]
    assert figures.listing(["a", "b", "c"], "en") == "a, b and c"
