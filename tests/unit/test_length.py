"""Words are chosen for the time there is, and what still takes too long is shortened once, facts intact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.engines import Licence, Translated, Translation
from pitchgen.core.glossary import Glossary
from pitchgen.core.transcript import Segment, Span, Transcript
from pitchgen.edges.store import Store
from pitchgen.engines import registry
from pitchgen.kit import Kit
from pitchgen.languages.pace import characters, seconds
from pitchgen.recipes.casting import Cast
from pitchgen.recipes.dub import Dub, dub
from pitchgen.recipes.telling import told
from pitchgen.recipes.wording import HYPOTHESES, MORE_HYPOTHESES

SENTENCES = ("单价三块五。", "一百二十双起批。", "欢迎联系我们。")
LONG = "The price of each single pair that you would order from our shop is 3.5 yuan exactly."
MIDDLE = "The price of each single pair is 3.5 yuan."
SHORT = "Price: 3.5 yuan."
WRONG = "Just 35 yuan."
REST = {SENTENCES[1]: "From 120 pairs on.", SENTENCES[2]: "Contact us."}
STOCK = Voice(Audio.silence(0, 16_000))
TRANSCRIPT = Transcript("zh", tuple(Segment(Span(3.2 * i, 3.2 * i + 3), text) for i, text in enumerate(SENTENCES)))
DURATION = 10.0


class Network:
    """A translator with other wordings for the first sentence, as many as it is asked for."""

    name = "network"
    fingerprint = "network-1"
    languages: frozenset[str] = frozenset()
    licence = Licence("MIT", commercial=True)

    def __init__(self, answer: Callable[[Translation], Sequence[str]]) -> None:
        self.answer = answer
        self.asked: list[Translation] = []

    def translate(self, asked: Sequence[Translation]) -> Sequence[Translated]:
        self.asked += asked
        found = [self.answer(request) if "3.5" in request.text else [self._rest(request)] for request in asked]
        return [Translated(texts[0], tuple(texts[1:])) for texts in found]

    @staticmethod
    def _rest(request: Translation) -> str:
        return REST[SENTENCES[1]] if "120" in request.text else REST[SENTENCES[2]]


def made_by(network: Network, folder: Path, edits: object = None) -> Dub:
    """The English version by a network and the fake voice, which takes 0.07 s for each character."""
    fakes = [registry.load(verb, "fake") for verb in ("detect", "transcribe", "transcribe")]
    cast = Cast(*fakes, network, registry.load("synthesize", "fake"), Glossary())  # type: ignore[arg-type]
    kit = Kit(Store(folder))
    scripts = told(TRANSCRIPT, ["en"], {"en": edits or {}}, cast, kit, duration=DURATION)  # type: ignore[dict-item]
    (made,) = dub(scripts, STOCK, DURATION, cast, kit)
    return made


def only_more(*texts: str) -> Callable[[Translation], Sequence[str]]:
    """One wording, and others only where many are asked for."""
    return lambda request: (LONG, *texts) if request.hypotheses == MORE_HYPOTHESES else (LONG,)


def test_of_several_sound_wordings_the_one_that_fits_is_said(tmp_path: Path) -> None:
    network = Network(lambda request: (LONG, WRONG, MIDDLE))
    made = made_by(network, tmp_path)
    assert made.script.lines[0].text == MIDDLE
    assert not made.script.lines[0].edited
    assert not made.timeline.overruns
    assert {request.hypotheses for request in network.asked} == {HYPOTHESES}, "nobody had to be asked again"
    assert len(made.sounds) == len(SENTENCES), "only what is chosen is said"


def test_the_likeliest_is_said_where_it_fits(tmp_path: Path) -> None:
    made = made_by(Network(lambda request: (MIDDLE, SHORT)), tmp_path)
    assert made.script.lines[0].text == MIDDLE


def test_what_overruns_is_shortened_once_with_its_facts(tmp_path: Path) -> None:
    network = Network(only_more(WRONG, MIDDLE, SHORT))
    made = made_by(network, tmp_path)
    assert made.script.lines[0].text == MIDDLE, "the likeliest that fits, and none with another price"
    assert [(line.before, line.after) for line in made.shortened] == [(LONG, MIDDLE)]
    assert not made.timeline.overruns
    assert not made.script.unsound
    assert [request.hypotheses for request in network.asked].count(MORE_HYPOTHESES) == 1, "only that line, only once"
    assert made.timeline.clips[0].duration == pytest.approx(0.07 * len(MIDDLE), abs=1e-3)


def test_without_a_sound_shorter_wording_the_line_stays_and_is_reported(tmp_path: Path) -> None:
    made = made_by(Network(only_more(WRONG, LONG + " Really.")), tmp_path)
    assert made.script.lines[0].text == LONG
    assert not made.shortened
    assert made.timeline.overruns[0].segment.text == LONG


def test_a_persons_own_words_are_never_shortened(tmp_path: Path) -> None:
    network = Network(only_more(SHORT))
    made = made_by(network, tmp_path, {(SENTENCES[0], 0): LONG + " I say."})
    assert made.script.lines[0].text == LONG + " I say."
    assert not made.shortened
    assert made.timeline.overruns
    assert {request.hypotheses for request in network.asked} == {HYPOTHESES}


def test_a_model_that_knows_the_time_is_asked_for_less_of_it(tmp_path: Path) -> None:
    network = Network(lambda request: (LONG,) if request.hypotheses == 1 else (SHORT,))
    network.contextual = True  # type: ignore[attr-defined]
    made = made_by(network, tmp_path)
    assert made.script.lines[0].text == SHORT
    assert network.asked[-1].seconds == pytest.approx(3.2, abs=0.21)


def test_the_second_time_nobody_is_asked(tmp_path: Path) -> None:
    first = made_by(Network(only_more(MIDDLE)), tmp_path)
    silent = Network(only_more(MIDDLE))
    again = made_by(silent, tmp_path)
    assert not silent.asked
    assert again.timeline == first.timeline
    assert again.reused == len(SENTENCES)


def test_an_estimate_counts_digits_and_pauses() -> None:
    assert seconds("39.90", "en") > 2 * seconds("abcde", "en")
    assert seconds("well, well", "en") > seconds("well  well", "en")
    assert characters(2.0, "en") == 33
