"""Facts of a sentence looked for in its translation."""

from __future__ import annotations

import random
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from pitchgen.core.engines import Translation
from pitchgen.core.fact import Problem, Verdict
from pitchgen.engines import registry
from pitchgen.languages import LANGUAGES, SOURCE
from pitchgen.languages.facts import facts
from pitchgen.languages.reading import read
from pitchgen.languages.words import words
from pitchgen.stages.verify import verify

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "benchmarks"), str(ROOT / "scripts")]

import collect_units  # noqa: E402
import facts_generator  # noqa: E402
import facts_rendering  # noqa: E402

TARGETS = [code for code in LANGUAGES if code != SOURCE]
PITCH = "三块五一双，一百双起订，三到五天发货，打八折"
SAID = "3.5 yuan a pair, minimum order: 100 pairs, delivery in 3 to 5 days, 20% off"


def judged(chinese: str, language: str, text: str, names: list[tuple[str, str]] | None = None) -> Verdict:
    terms = names or []
    return verify(facts(chinese, [name for name, _ in terms]), text, language, names=terms)


@pytest.mark.parametrize(
    ("chinese", "language", "text"),
    [
        (PITCH, "en", SAID),
        (PITCH, "en", "Three and a half yuan per pair, from a hundred pairs, three to five days, 20 percent off"),
        (PITCH, "fr", "3,50 yuans la paire, à partir de cent paires, sous trois à cinq jours, 20 % de remise"),
        (PITCH, "ru", "3,5 юаня за пару, от 100 пар, 3–5 дней, скидка 20%"),
        (PITCH, "ar", "٣٫٥ يوان للزوج، الحد الأدنى ١٠٠ زوج، من ٣ إلى ٥ أيام، خصم ٢٠٪"),
        (PITCH, "ja", "1足3.5元、100足から、3〜5日で発送、2割引"),
        (PITCH, "th", "คู่ละ 3.5 หยวน ขั้นต่ำ 100 คู่ ส่งภายใน 3-5 วัน ลด 20%"),
        ("一万二千双", "ko", "1만 2천 켤레"),
        ("一万二千双", "fr", "12 000 paires"),
        ("一万二千双", "de", "12.000 Paar"),
        ("十二万双", "hi", "1,20,000 जोड़ी"),
        ("两打起批", "en", "minimum order: 24 pieces"),
        ("半年质保", "en", "a six-month warranty"),
        ("半年质保", "de", "ein halbes Jahr Garantie"),
        ("两斤半", "en", "1.25 kg"),
        ("五毛一双", "en", "50 cents a pair"),
        ("三块五一双", "en", "3 yuan 50 a pair"),
        ("一箱起订", "en", "minimum order: a carton"),
        ("买一送一", "en", "buy one, get one free"),
        ("第二件半价", "fr", "le deuxième article à moitié prix"),
        ("三月十五号，周一到周六", "ru", "15 марта, с понедельника по субботу"),
        ("早上八点到晚上六点半", "en", "from 8 a.m. to 6:30 p.m."),
        ("三十乘二十厘米", "en", "30 by 20 centimetres"),
        ("电话幺三八零零一三八零零零", "en", "phone: 138-0013-8000"),
        ("有S、M、L三个码", "en", "three sizes: S, M, L"),
        ("二十四小时在线", "en", "online 24/7"),
        ("我们在三楼", "ru", "мы на третьем этаже"),
        ("一箱48个，每个都有独立包装", "en", "A carton holds 48 pieces, each item is packed individually"),
        ("一箱四十八个每个三块五", "en", "48 pieces in a carton, each piece 3.5 yuan"),
        ("一盒12双，每双都有独立包装", "fr", "Une boîte contient 12 paires, chaque paire est emballée"),
    ],
)
def test_right_translations(chinese: str, language: str, text: str) -> None:
    assert judged(chinese, language, text).findings == ()


@pytest.mark.parametrize("chinese", ["一箱48个，每个都有独立包装。", "一盒12双，每双都有独立包装。"])
def test_what_each_piece_is_packed_in_is_no_other_unit_of_the_carton(chinese: str) -> None:
    """ "Packing per carton: 48 pieces. Each item is packed individually" gave false alarms in fifteen languages."""
    requests = [Translation(chinese, SOURCE, language) for language in TARGETS]
    made = registry.load("translate", "phrasebook").translate(requests)
    for language, translated in zip(TARGETS, made, strict=True):
        assert translated.text
        assert judged(chinese, language, translated.text).sound, translated.text


def test_a_carton_of_another_unit_is_seen_before_a_second_sentence() -> None:
    verdict = judged("一箱48个，每个都有独立包装。", "en", "48 pieces per pair. Each item is packed individually.")
    assert [(finding.problem, finding.found and finding.found.text) for finding in verdict.findings] == [
        (Problem.CHANGED, "pair")
    ]


NATURAL = [line.split("\t") for line in (ROOT / "benchmarks/facts_natural.tsv").read_text("utf-8").splitlines()]
TWENTY_YEAR = "двадцатилетний"  # a number within a word, which is not read


@pytest.mark.parametrize(("chinese", "language", "text"), NATURAL)
def test_natural_translations(chinese: str, language: str, text: str) -> None:
    assert judged(chinese, language, text).sound != (TWENTY_YEAR in text)


@pytest.mark.parametrize(
    ("text", "problem", "said", "found"),
    [
        (SAID.replace("3.5", "5.3"), Problem.CHANGED, "三块五一双", "5.3 yuan"),
        (SAID.replace("3.5 yuan", "3.5 dollars"), Problem.CHANGED, "三块五一双", "3.5 dollars"),
        (SAID.replace("3.5 yuan", "3.5"), Problem.CHANGED, "三块五一双", "3.5 a pair"),
        (SAID.replace("a pair", "a dozen"), Problem.CHANGED, "三块五一双", "a dozen"),
        (SAID.replace("100 pairs", "100 boxes"), Problem.CHANGED, "一百双", "100 boxes"),
        (SAID.replace("20%", "80%"), Problem.CHANGED, "打八折", "80%"),
        (SAID.replace("3 to 5 days", "5 days"), Problem.CHANGED, "三到五天", "5 days"),
        (SAID.replace(", 20% off", ""), Problem.MISSING, "打八折", None),
        (SAID + ", 100 pairs", Problem.DOUBLED, "一百双", "100 pairs"),
        (SAID + ", 2 years' guarantee", Problem.INVENTED, None, "2 years"),
        (SAID + ", within seven days", Problem.INVENTED, None, "seven days"),
    ],
)
def test_wrong_translations(text: str, problem: Problem, said: str | None, found: str | None) -> None:
    (finding,) = judged(PITCH, "en", text).findings
    assert (finding.problem, finding.said and finding.said.evidence.text) == (problem, said)
    assert (finding.found and finding.found.text) == found
    assert finding.found is None or text[finding.found.start : finding.found.end] == found


def test_prices_of_tiers_may_not_change_places() -> None:
    chinese = "一百双以上三块，一千双以上两块五"
    right = "3 yuan from 100 pairs, 2.5 yuan from 1,000 pairs"
    assert judged(chinese, "en", right).sound
    assert not judged(chinese, "en", "2.5 yuan from 100 pairs, 3 yuan from 1,000 pairs").sound


def test_a_changed_code_is_one_finding() -> None:
    (finding,) = judged("电话幺三八零零一三八零零零", "en", "phone: 138-0013-8001").findings
    assert finding.problem is Problem.CHANGED
    (twice,) = judged("货号A-123", "en", "A-123, I repeat: A-123").findings
    assert twice.problem is Problem.DOUBLED


def test_names_are_called_as_the_glossary_says() -> None:
    names = [("王牌袜业", "Ace Socks"), ("小红", "")]
    assert judged("我们是王牌袜业", "en", "we are Ace Socks", names).sound
    assert [f.problem for f in judged("我们是王牌袜业", "en", "we are the best", names).findings] == [Problem.MISSING]
    assert verify(facts("我们是王牌袜业", ["王牌袜业"]), "we are Ace Socks", "en").unverified


def test_what_nothing_here_can_look_for_is_said() -> None:
    verdict = judged("大中小号都有", "en", "large, medium and small")
    assert verdict.sound
    assert [fact.text for fact in verdict.unverified] == ["large,medium,small"]


def test_the_same_figure_in_any_digits_and_separators() -> None:
    for language, text in (
        ("fa", "۱٬۲۰۰٫۵"),
        ("bn", "১,২০০.৫"),
        ("de", "1.200,5"),
        ("fr", "1\u202f200,5"),
        ("my", "၁,၂၀၀.၅"),
    ):
        assert [figure.values for figure in read(text, language).figures] == [(Decimal("1200.5"),)]


@pytest.mark.parametrize("language", TARGETS)
def test_every_language(language: str) -> None:
    chance = random.Random(language)
    writer = facts_rendering.Writer(language, chance)
    known = [found for s in facts_generator.sentences(60, seed=3) if (found := facts(s.text))]
    for found in chance.sample(known, 12):
        text = writer.text(found)
        assert verify(found, text, language).findings == (), text
        for kind in ("value", "dropped", "invented", "currency"):
            changed = writer.corrupted(found, kind)
            assert changed is None or not verify(found, changed, language).sound, (text, changed)


@pytest.mark.parametrize("language", TARGETS)
def test_every_language_has_the_words_that_prices_need(language: str) -> None:
    known = {
        unit for table in (words(language).units, words(language).stems) for units in table.values() for unit in units
    }
    needed = {
        "yuan",
        "dollar",
        "euro",
        "pair",
        "piece",
        "set",
        "carton",
        "dozen",
        "box",
        "day",
        "week",
        "month",
        "year",
    }
    assert needed | {"percent", "kilogram", "gram", "centimetre", "metre"} <= known
    assert words(language).halves or words(language).half_stems
    assert {Decimal(n) for n in range(1, 11)} <= set(words(language).numbers.values())


def test_units_are_those_of_the_phrasebook() -> None:
    assert collect_units.TARGET.read_text("utf-8") == collect_units.collected(), "run scripts/collect_units.py"


@pytest.mark.parametrize(
    ("name", "called", "text", "sound"),
    [
        ("义乌之星商行", "义乌之星商行", "Welcome to 义乌之星商行.", True),
        ("义乌之星商行", "义乌之星商行", "Welcome to 义乌之星商店.", False),
        ("YiwuStar", "YiwuStar", "Вас ждёт YiwuStar-а.", True),
        ("YiwuStar", "YiwuStar", "YiwuStor is ours.", False),
        ("《义乌 之星》", "Yiwu Star", "Yiwu\u00a0Star is ours.", True),
        ("义乌之星", "Yiwu Star", "The star of Yiwu is ours.", False),
        ("雨伞", "зонтик", "Наши зонтики.", True),
    ],
)
def test_a_term_is_there_or_it_is_missing(name: str, called: str, text: str, sound: bool) -> None:
    sentence = f"{name}是我们的。"
    verdict = verify(facts(sentence, [name]), text, "ru" if "а" in text else "en", names=((name, called),))
    assert verdict.sound == sound
    assert sound or [(f.problem, f.wanted) for f in verdict.findings] == [(Problem.MISSING, called)]


def test_a_korean_word_that_begins_like_a_numeral_is_none() -> None:
    assert not verify(facts("欢迎光临。"), "사장님이 직접 만든 이벌 사진입니다.", "ko").findings
    assert not verify(facts("一共四双。"), "모두 네 켤레입니다.", "ko").findings
    assert verify(facts("一共四双。"), "모두 세 켤레입니다.", "ko").findings
