"""Of several translations the sound one is taken; what is wrong in all of them is said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pitchgen.core.engines import Licence, Translated, Translation
from pitchgen.core.fact import Problem
from pitchgen.core.glossary import Glossary, Term
from pitchgen.core.transcript import Segment, Span, Transcript
from pitchgen.edges.store import Store
from pitchgen.engines import registry
from pitchgen.kit import Kit
from pitchgen.recipes.casting import Cast
from pitchgen.recipes.telling import described, requests, told
from pitchgen.recipes.wording import HYPOTHESES, MORE_HYPOTHESES

SENTENCE = "单价三块五，一百二十双起批。"
RIGHT = "Price: 3.5 yuan. Minimum order: 120 pairs."
WRONG = "Price: 35 yuan. Minimum order: 120 pairs."
TRANSCRIPT = Transcript("zh", (Segment(Span(0, 3), SENTENCE),))


class Network:
    """A translator that returns what it was given, and remembers what it was asked."""

    name = "network"
    fingerprint = "network-1"
    languages: frozenset[str] = frozenset()
    licence = Licence("MIT", commercial=True)

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[Translation] = []

    def translate(self, asked: Sequence[Translation]) -> Sequence[Translated]:
        self.asked += asked
        best, *others = self.answers.pop(0)
        return [Translated(best, tuple(others)) for _ in asked]


def cast(translator: object, glossary: Glossary | None = None) -> Cast:
    fakes = [registry.load(verb, "fake") for verb in ("detect", "transcribe", "transcribe")]
    return Cast(*fakes, translator, registry.load("synthesize", "fake"), glossary or Glossary())  # type: ignore[arg-type]


def script(network: Network, folder: Path, **more: object):  # type: ignore[no-untyped-def]
    (made,) = told(TRANSCRIPT, ["en"], more.pop("edits", {}), cast(network), Kit(Store(folder)))  # type: ignore[arg-type]
    return made


def test_a_network_is_handed_figures(tmp_path: Path) -> None:
    network = Network([RIGHT])
    script(network, tmp_path)
    assert [(r.text, r.hypotheses) for r in network.asked] == [("单价3.5元，120双起批。", HYPOTHESES)]


def test_the_first_sound_hypothesis_is_taken(tmp_path: Path) -> None:
    network = Network([WRONG, "Price: 3.5 dollars. From 120 pairs.", RIGHT])
    made = script(network, tmp_path)
    assert made.lines[0].text == RIGHT
    assert not made.unsound
    assert len(network.asked) == 1


def test_more_are_asked_for_once(tmp_path: Path) -> None:
    network = Network([WRONG], [WRONG, RIGHT])
    assert script(network, tmp_path).lines[0].text == RIGHT
    assert [r.hypotheses for r in network.asked] == [HYPOTHESES, MORE_HYPOTHESES]


def test_what_stays_wrong_is_said_with_both_evidences(tmp_path: Path) -> None:
    made = script(Network([WRONG], [WRONG]), tmp_path)
    ((line, verdict),) = made.unsound
    assert line.text == WRONG
    (finding,) = verdict.findings
    assert finding.problem is Problem.CHANGED
    assert finding.said
    assert finding.found
    assert finding.said.evidence.text == "三块五"
    assert "35" in finding.found.text
    assert "三块五" in described(finding)
    assert "35" in described(finding)


def test_a_persons_words_are_compared_too(tmp_path: Path) -> None:
    edits = {"en": {(SENTENCE, 0): WRONG}}
    made = script(Network([RIGHT]), tmp_path, edits=edits)
    assert made.lines[0].text == WRONG
    assert len(made.unsound) == 1


@pytest.mark.parametrize("text", ["", None])
def test_a_line_that_is_not_said_has_nothing_wrong(text: str | None, tmp_path: Path) -> None:
    made = script(Network([RIGHT]), tmp_path, edits={"en": {(SENTENCE, 0): text}})
    assert not made.unsound


def test_an_exact_translator_gets_the_chinese_as_it_was_said() -> None:
    (request,) = requests(TRANSCRIPT, ["en"], cast(registry.load("translate", "phrasebook")))
    assert request == Translation(SENTENCE, "zh", "en")


def test_a_contextual_translator_gets_the_pitch_and_the_terms() -> None:
    network = Network()
    network.contextual = True  # type: ignore[attr-defined]
    glossary = Glossary((Term("单价", "en", "Unit price"),))
    (request,) = requests(TRANSCRIPT, ["en"], cast(network, glossary))
    assert request.context == TRANSCRIPT.texts
    assert request.glossary == (("单价", "Unit price"),)
    assert request.seconds == 3.0


BRAND = "我们的义乌之星，三块五一双。"
BRANDED = "Our Yiwu Star, 3.5 yuan a pair."


def worded(network: Network, folder: Path, *terms: Term, sentence: str = BRAND, code: str = "en"):  # type: ignore[no-untyped-def]
    transcript = Transcript("zh", (Segment(Span(0, 3), sentence),))
    (made,) = told(transcript, [code], {}, cast(network, Glossary(terms)), Kit(Store(folder)))
    return made


def test_a_term_is_handed_over_in_the_target_language(tmp_path: Path) -> None:
    network = Network([BRANDED])
    made = worded(network, tmp_path, Term("义乌之星", "", "Yiwu Star"))
    assert [request.text for request in network.asked] == ["我们的Yiwu Star，3.5元一双。"]
    assert made.lines[0].text == BRANDED
    assert not made.unsound


def test_the_first_hypothesis_with_the_term_is_taken(tmp_path: Path) -> None:
    network = Network(["Our star of Yiwu, 3.5 yuan a pair.", BRANDED])
    assert worded(network, tmp_path, Term("义乌之星", "", "Yiwu Star")).lines[0].text == BRANDED


def test_letters_stand_for_a_term_that_was_lost(tmp_path: Path) -> None:
    lost = ["Our star, 3.5 yuan a pair."]
    network = Network(lost, lost, ["Our xqa, 3.5 yuan a pair."], lost)
    network_texts = Batches(network)
    made = worded(network_texts, tmp_path, Term("义乌之星", "", "Yiwu Star"))  # type: ignore[arg-type]
    assert [(r.text, r.hypotheses) for r in network.asked] == [
        ("我们的Yiwu Star，3.5元一双。", HYPOTHESES),
        ("我们的Yiwu Star，3.5元一双。", MORE_HYPOTHESES),
        ("我们的XQA，3.5元一双。", MORE_HYPOTHESES),
        ("我们的义乌之星，3.5元一双。", MORE_HYPOTHESES),
    ]
    assert made.lines[0].text == BRANDED


def test_a_term_that_stays_lost_is_said(tmp_path: Path) -> None:
    lost = ["Our star, 3.5 yuan a pair."]
    made = worded(Batches(Network(*[lost] * 4)), tmp_path, Term("义乌之星", "", "Yiwu Star"))  # type: ignore[arg-type]
    ((line, verdict),) = made.unsound
    assert line.text == lost[0]
    assert [described(finding) for finding in verdict.findings] == ["'义乌之星' is not called 'Yiwu Star'"]


def test_what_is_not_to_be_translated_comes_back_as_it_was(tmp_path: Path) -> None:
    network = Network(["Our XQA, 3.5 yuan a pair."])
    made = worded(network, tmp_path, Term("义乌之星", "", "义乌之星"))
    assert [request.text for request in network.asked] == ["我们的XQA，3.5元一双。"]
    assert made.lines[0].text == "Our 义乌之星, 3.5 yuan a pair."
    assert not made.unsound


def test_letters_that_the_network_lost_are_no_translation(tmp_path: Path) -> None:
    network = Network(["Our X Q, 3.5 yuan a pair."], ["Our X Q, 3.5 yuan."], ["Our star, 3.5 yuan a pair."])
    made = worded(Batches(network), tmp_path, Term("义乌之星", "", "义乌之星"))  # type: ignore[arg-type]
    assert made.lines[0].text == "Our star, 3.5 yuan a pair."
    assert len(made.unsound) == 1


class Batches(Network):
    """A network that answers every request by itself."""

    def __init__(self, network: Network) -> None:
        self.network = network

    def translate(self, asked: Sequence[Translation]) -> Sequence[Translated]:
        return [self.network.translate([request])[0] for request in asked]


def test_the_phrasebook_is_held_to_the_terms_too(tmp_path: Path) -> None:
    terms = Glossary((Term("雨伞", "en", "brolly"), Term("质量", "en", "workmanship")))
    transcript = Transcript("zh", (Segment(Span(0, 3), "纯棉雨伞三块五一双。"), Segment(Span(3, 6), "质量很好。")))
    made = told(transcript, ["en"], {}, cast(registry.load("translate", "phrasebook"), terms), Kit(Store(tmp_path)))
    assert made[0].lines[0].text == "Cotton brolly, price: 3.5 yuan a pair."
    ((line, verdict),) = made[0].unsound
    assert line.source == "质量很好。"
    assert described(verdict.findings[0]) == "'质量' is not called 'workmanship'"
