"""What a person is asked to look at, whose time it was, and how alike two voices are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from reports import FACTS, SENTENCE, SOURCE, TEXT, evidence, version

from pitchgen.core.audio import Audio
from pitchgen.core.fact import Fact, Finding, Kind, Problem
from pitchgen.core.report import (
    Ear,
    FactCheck,
    Hearing,
    LanguageVersion,
    Level,
    Mark,
    Origin,
    Reason,
    Sentence,
    Speech,
    State,
)  # fmt: skip
from pitchgen.core.transcript import Doubt, Segment, Span, Transcript
from pitchgen.edges import rates
from pitchgen.edges.charts import drift_chart, tempo_chart, timeline_chart
from pitchgen.edges.rates import OUTPUT, Rates
from pitchgen.recipes.listening import Confirmed, Heard, Misheard
from pitchgen.recipes.sentences import with_hearing
from pitchgen.recipes.verdict import judged
from pitchgen.stages.liken import Pair, liken

TRANSCRIPT = Transcript("zh", (Segment(Span(1, 4), SOURCE),))


def looked(made: LanguageVersion, *limits: str, transcript: Transcript = TRANSCRIPT) -> tuple[Level, list[Reason]]:
    found = judged(made, transcript, limits)
    return found.level, [look.reason for look in found.look]


def one(**changes: object) -> LanguageVersion:
    return version(sentences=(replace(SENTENCE, **changes),))  # type: ignore[arg-type]


@pytest.mark.parametrize("problem", list(Problem))
def test_a_fact_that_is_wrong_makes_the_version_wrong(problem: Problem) -> None:
    check = FactCheck(State(problem.value), Kind.PRICE, FACTS[1].said)
    assert looked(one(facts=(FACTS[0], check))) == (Level.WRONG, [Reason(problem.value)])


@pytest.mark.parametrize(
    ("made", "level", "reasons"),
    [
        (one(), Level.RIGHT, []),
        (one(facts=(replace(FACTS[0], state=State.UNCHECKED),)), Level.LOOK, [Reason.UNCHECKED]),
        (one(heard=Hearing(Ear.OTHER, "thirty", (FACTS[1],))), Level.WRONG, [Reason.MISHEARD]),
        (one(heard=Hearing(Ear.UNCLEAR)), Level.RIGHT, []),
        (one(late=0.05), Level.RIGHT, []),
        (one(late=0.4), Level.LOOK, [Reason.LATE]),
        (one(origin=Origin.ORIGINAL, text="", facts=()), Level.LOOK, [Reason.ORIGINAL]),
        (version(mark=Mark()), Level.LOOK, [Reason.LABEL]),
        (version(speech=Speech("none")), Level.RIGHT, [Reason.NOT_DUBBED]),
    ],
)
def test_what_is_to_be_looked_at(made: LanguageVersion, level: Level, reasons: list[Reason]) -> None:
    assert looked(made) == (level, reasons)


def test_the_worst_comes_first() -> None:
    wrong = FactCheck(State.CHANGED, Kind.PRICE, FACTS[1].said)
    transcript = Transcript("zh", (Segment(Span(1, 4), SOURCE, doubt=Doubt.UNSURE),))
    found = looked(one(late=1.0, facts=(wrong,)), "longer than 60 s", transcript=transcript)
    assert found == (Level.WRONG, [Reason.CHANGED, Reason.DOUBTED, Reason.LATE, Reason.LIMIT])


def test_what_was_heard_comes_to_its_line() -> None:
    lines = [replace(SENTENCE, number=i, text=text, span=Span(i, i + 1)) for i, text in enumerate(("a", "b", "a", "c"))]
    finding = Finding(Problem.CHANGED, Fact(Kind.PRICE, evidence(SOURCE, "三块五")), evidence(TEXT, "¥3.5"))
    heard = Heard(1, (Misheard("a", "eh", 2, (finding,)),), ("c",), confirmed=(Confirmed("a", "ay", 0),), asked=True)
    told = with_hearing(lines, heard)
    assert [line.heard.ear for line in told] == [Ear.SAME, Ear.NOT_ASKED, Ear.OTHER, Ear.UNCLEAR]
    assert told[2].heard.facts[0].state is State.CHANGED
    nobody = with_hearing(lines, Heard(unverifiable=("a", "b", "c"), reason="no recogniser is in use"))
    assert {line.heard.ear for line in nobody} == {Ear.NOT_ASKED}


def test_time_is_told_by_video(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 3.0, 6.0, 10.0, 10.0])
    monkeypatch.setattr(rates.time, "monotonic", lambda: next(clock))
    kept = Rates(tmp_path / "rates.json")  # type: ignore[operator]
    kept.turn_to("one")
    kept.learn("translate", 0.5, 4)
    kept.learn("translate", 0.5, 2)
    kept.learn(OUTPUT, 1e6, 10)
    kept.turn_to("two")
    kept.learn("picture", 2.0, 9)
    kept.turn_to("one")
    found = kept.spent()
    assert [(stage.stage, stage.seconds, stage.units) for stage in found.stages] == [("translate", 1.0, 6)]
    assert found.seconds == pytest.approx(2 + 4)
    assert kept.spent().stages == (), "it is told once"


def test_drawings_stay_inside() -> None:
    long = replace(SENTENCE, span=Span(9.0, 12.0), tempo=1.6, late=2.0)
    for made in (version(), version(sentences=(long,)), version(sentences=(SENTENCE,) * 3, duration=0.0)):
        lanes, tempo, drift = timeline_chart(made), tempo_chart(made), drift_chart(made)
        assert tempo
        assert drift
        assert all(0 <= bar.x <= bar.x + bar.width <= 100.5 for bar in (*lanes.hers, *lanes.heard))
        assert all(0 <= point.x <= 100 and 0 <= point.y <= 100 for point in (*tempo.points, *drift.points))
    assert timeline_chart(version(sentences=(long,))).heard[0].kind == "late"
    assert tempo_chart(version(speech=Speech("none"))) is None
    assert drift_chart(version(sentences=())) is None


def test_drift_is_hers_against_the_new_voice() -> None:
    drift = drift_chart(version())
    assert drift
    assert [round(point.value, 3) for point in drift.points] == [0.1, 0.3]
    assert drift.points[0].y < drift.zero, "later is drawn upwards"


@dataclass(frozen=True, slots=True)
class Kept:
    key: str
    audio: Audio


def tone(hz: float, seconds: float = 2.0) -> Audio:
    """A voice of one pitch that swells and fades, as speech does."""
    at = np.arange(round(16_000 * seconds)) / 16_000
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 2 * at)
    return Audio((swell * sum(np.sin(2 * np.pi * hz * n * at) / n for n in range(1, 9)) / 4).astype(np.float32), 16_000)


def test_the_same_voice_is_near_and_another_is_farther() -> None:
    near, far, nobody = liken(
        [
            Pair(tone(200), (Kept("a", tone(200)),)),
            Pair(tone(200), (Kept("b", tone(400)), Kept("c", tone(400)))),
            Pair(tone(200), (Kept("d", Audio.silence(2.0, 16_000)),)),
        ]
    )
    assert near.distance == pytest.approx(0, abs=1e-3)
    assert far.distance
    assert far.distance > 10
    assert nobody.distance is None
    assert liken([Pair(Audio.silence(0, 16_000), (Kept("a", tone(200)),))])[0].distance is None
    assert Pair(tone(200), (Kept("a", tone(1)),)).fingerprint != Pair(tone(200), (Kept("b", tone(1)),)).fingerprint


def test_a_long_voice_is_compared_by_its_beginning() -> None:
    class Unread:
        key = "late"

        @property
        def audio(self) -> Audio:
            raise AssertionError("enough was heard before")

    (found,) = liken([Pair(tone(200), (*(Kept(str(i), tone(200, 5)) for i in range(3)), Unread()))])
    assert found.seconds == pytest.approx(15)


def test_sentences_know_their_drift() -> None:
    assert SENTENCE.drift == pytest.approx((0.1, 0.3))
    assert Sentence(1, "a", Span(0, 1), "", Origin.SILENT, None).drift is None
