"""The dub heard again: facts that the voice gets wrong are said, and what cannot be checked is no success."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.engines import Licence, Recording
from pitchgen.core.glossary import Glossary
from pitchgen.core.transcript import Doubt, Segment, Span, Transcript
from pitchgen.edges.store import Store
from pitchgen.engines import registry
from pitchgen.kit import Kit
from pitchgen.recipes.casting import Cast
from pitchgen.recipes.dub import dub
from pitchgen.recipes.listening import Heard, listened
from pitchgen.recipes.telling import told

SENTENCES = ("大家好，欢迎来到我们的店铺。", "单价三块五，一百二十双起批。")
SAID = "Price: ¥3.5. Minimum order: 120 pairs."
TRANSCRIPT = Transcript("zh", tuple(Segment(Span(4 * i, 4 * i + 3), text) for i, text in enumerate(SENTENCES)))


class Ears:
    """A recogniser that hears what it is told to."""

    name = "ears"
    fingerprint = "ears-1"
    licence = Licence("MIT", commercial=True)

    def __init__(self, text: str, *, languages: frozenset[str] = frozenset(), doubt: Doubt | None = None) -> None:
        self.text, self.languages, self.doubt = text, languages, doubt
        self.heard: list[Recording] = []

    def transcribe(self, recordings: Sequence[Recording]) -> Sequence[Transcript]:
        self.heard += recordings
        segment = Segment(Span(0, 1), self.text, doubt=self.doubt)
        return [Transcript(recording.language, (segment,)) for recording in recordings]


def heard(ears: object, folder: Path, edits: dict[str, object] | None = None) -> Heard:
    fakes = [registry.load(verb, "fake") for verb in ("detect", "transcribe", "synthesize")]
    translator = registry.load("translate", "phrasebook")
    cast = Cast(fakes[0], ears, fakes[1], translator, fakes[2], Glossary())  # type: ignore[arg-type]
    kit = Kit(Store(folder))
    wishes = {"en": {(SENTENCES[1], 0): SAID}, **(edits or {})}
    scripts = told(TRANSCRIPT, ["en"], wishes, cast, kit)  # type: ignore[arg-type]
    (made,) = dub(scripts, Voice(Audio.silence(1, 16_000)), 10.0, cast, kit)
    return listened(made, cast, kit)


@pytest.mark.parametrize(
    "text",
    [
        "Price: 3.5 yuan, minimum order 120 pairs.",
        "price three point five yuan minimum order one hundred and twenty pairs",
    ],
)
def test_facts_that_are_heard_are_verified(text: str, tmp_path: Path) -> None:
    ears = Ears(text)
    found = heard(ears, tmp_path)
    assert (found.verified, found.misheard, found.unverifiable) == (1, (), ())
    assert len(ears.heard) == 1, "a line without facts is not heard again"
    assert ears.heard[0].language == "en"


def test_a_price_that_is_heard_otherwise_is_named(tmp_path: Path) -> None:
    found = heard(Ears("Price: 35 yuan. Minimum order: 120 pairs."), tmp_path)
    (line,) = found.misheard
    assert found.verified == 0
    assert line.text == SAID
    assert line.start == pytest.approx(4, abs=0.5)
    assert [finding.said and finding.said.evidence.text for finding in line.findings] == ["三块五"]


@pytest.mark.parametrize(
    ("ears", "reason"),
    [
        (Ears("gibberish of somebody else entirely"), "does not understand"),
        (Ears(SAID, doubt=next(iter(Doubt))), "does not understand"),
        (Ears(SAID, languages=frozenset({"fr"})), "ears hears no en"),
        (registry.load("transcribe", "fake"), "no recogniser"),
    ],
)
def test_what_nobody_can_check_is_not_verified(ears: object, reason: str, tmp_path: Path) -> None:
    found = heard(ears, tmp_path)
    assert (found.verified, found.misheard, found.unverifiable) == (0, (), (SAID,))
    assert reason in found.reason


def test_lines_without_a_voice_are_not_listened_to(tmp_path: Path) -> None:
    assert heard(Ears(SAID), tmp_path, {"en": {(SENTENCES[1], 0): None}}) == Heard()
