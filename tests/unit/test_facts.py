"""Facts read out of what merchants say, and written back in figures."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import pytest

from pitchgen.core.fact import Fact, Kind, Role
from pitchgen.core.quantity import Amount
from pitchgen.languages.facts import facts, in_figures

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "benchmarks"))

import facts_generator  # noqa: E402
import facts_key  # noqa: E402

HARD = [line.split("\t") for line in (ROOT / "benchmarks/facts_hard.tsv").read_text("utf-8").splitlines()]


def key(text: str) -> tuple[Fact, ...]:
    return facts_key.facts(text)


TRAPS = {
    "two in three words": ("两双，二十双，俩人用", "q 2 pair; q 20 pair; q 2 person"),
    "half of a dozen": ("半打", "q 0.5 dozen"),
    "half after the unit": ("两年半", "d 2.5 year"),
    "half before the unit": ("一个半月", "d 1.5 month"),
    "half that counts nothing": ("半自动的半成品", ""),
    "来 is about": ("十来个", "q ~10 piece"),
    "来 is to come": ("三十双来自义乌", "q 30 pair"),
    "多 is over": ("三十多个", "q 30+ piece"),
    "several tens of thousands": ("十几万件", "q 100000+ piece"),
    "hundreds without a count": ("百把个", "q ~100 piece"),
    "hundreds that nobody counted": ("好几百双，几十个", ""),
    "万 and 亿": ("一亿两千万件，一万零五百双", "q 120000000 piece; q 10500 pair"),
    "a tail is of the next lower unit": ("一万二千双，两千五百双", "q 12000 pair; q 2500 pair"),
    "three fifty is one price": ("三块五一双", "p 3.5 yuan/pair"),
    "an article is no decimal": ("五毛一双", "p 0.5 yuan/pair"),
    "ten for three pairs": ("十块三双", "p 10 yuan; q 3 pair"),
    "pieces of soap are no money": ("三块肥皂", "q 3 piece"),
    "together is no money": ("一块儿去", ""),
    "85 is 15 off": ("八五折", "off 15"),
    "80 is 20 off": ("打八折", "off 20"),
    "an umbrella that folds three times": ("三折伞", ""),
    "as good as new": ("九九新", "% 99"),
    "one that is no number": ("一起，一定，一下，统一，第一次，一直，一样，万一，千万别", ""),
    "an article": ("这是一款新袜子", ""),
    "colours and seasons": ("五颜六色，一年四季", ""),
    "seven days without reasons": ("七天无理由", "d 7 day"),
    "stars are counted": ("三星级酒店", "q 3 star"),
    "praise is no place": ("质量第一", ""),
    "floors and districts": ("二区三楼", "ord 2 district; ord 3 floor"),
    "the point of a decimal": ("三点五公斤", "w 3.5 kilogram"),
    "the point of a clock": ("早上八点到晚上六点半", "time 08:00; time 18:30"),
    "points of an argument": ("有三点优势", ""),
    "a little": ("便宜一点", ""),
    "neighbours": ("十五六个，一二十个，三五天", "q 15..16 piece; q 10..20 piece; d 3..5 day"),
    "a range in its unit": ("三到五百双", "q 300..500 pair"),
    "digit by digit": ("电话幺三八零零一三八零零零", "phone 13800138000"),
    "a stall": ("一区三楼12345号", "ord 1 district; ord 3 floor; stall 12345"),
    "shipping is no pack": ("九块九包邮", "p 9.9 yuan"),
    "a size is no yard": ("38码，一千码面料", "size 38 size_number; size 1000 yard"),
}


@pytest.mark.parametrize("name", TRAPS)
def test_traps(name: str) -> None:
    text, expected = TRAPS[name]
    assert facts(text) == key(expected)


@pytest.mark.parametrize(("text", "expected"), HARD)
def test_the_hard_set(text: str, expected: str) -> None:
    found = facts(text)
    assert found == key(expected)
    assert facts(in_figures(text, found)) == found


def test_the_hard_set_is_large() -> None:
    assert len(HARD) >= 300


def test_generated_sentences() -> None:
    wrong = [s.text for s in facts_generator.sentences(300, seed=5) if facts(s.text) != key(s.key)]
    assert wrong == []


def test_evidence_is_what_she_said() -> None:
    text = "  这款“袜子”  ３.５元 ／ 双， 一百 双起订。"
    found = facts(text)
    assert [text[f.evidence.start : f.evidence.end] for f in found] == [f.evidence.text for f in found]
    assert [f.evidence.text for f in found] == ["３.５元 ／ 双", "一百 双"]


def test_names_are_facts() -> None:
    found = facts("三只松鼠的袜子，三块五一双", ["三只松鼠", "松鼠"])
    assert [f.text for f in found if f.kind is Kind.NAME] == ["三只松鼠"]
    assert found[1].amount == Amount(Decimal("3.5"))


def test_facts_are_equal_wherever_they_stand() -> None:
    assert facts("三块五一双") == facts("一双只要3.5元")
    assert facts("三块五") != facts("三块五一双")
    assert facts("一百双起订")[0].role is Role.MINIMUM


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("三块五一双", "3.5元一双"),
        ("一百二十双起订", "120双起订"),
        ("打八折", "优惠20%"),
        ("电话幺三八零零一三八零零零", "电话13800138000"),
        ("十几个，百把个", "超过10个，约100个"),
        ("三五天发货", "3到5天发货"),
        ("两年半，半年", "2.5年，半年"),
        ("一米二", "1.2米"),
        ("三斤二两", "3.2斤"),
        ("百分之八十棉", "80%棉"),
        ("一起看看这款袜子", "一起看看这款袜子"),
        ("五十美分一个", "0.5美元一个"),
        ("十五六个", "15到16个"),
    ],
)
def test_in_figures(text: str, written: str) -> None:
    assert in_figures(text, facts(text)) == written


def test_what_would_be_read_otherwise_stays() -> None:
    text = "三百五一套"
    found = facts(text)
    assert facts(in_figures(text, found)) == found


@pytest.mark.parametrize(
    ("text", "read"), [("单价十二块八两打起批", ["十二块八", "两打"]), ("十二块三两个起批", ["十二块", "三两个"])]
)
def test_after_most_digits_a_two_begins_another_number(text: str, read: list[str]) -> None:
    assert [fact.evidence.text for fact in facts(text)] == read
