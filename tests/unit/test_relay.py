"""Several voices as one: each language by the first that speaks it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.engines import Licence, Utterance
from pitchgen.core.errors import InputError, UnsupportedError
from pitchgen.engines import registry
from pitchgen.engines.synthesize.relay import Relay

VOICE = Voice(Audio.silence(0, 16_000))


class Speaker:
    """Says everything at a level of its own."""

    def __init__(self, name: str, level: float, languages: Sequence[str], *, commercial: bool = True) -> None:
        self.name, self.level, self.languages = name, level, frozenset(languages)
        self.fingerprint = f"{name}-1"
        self.licence = Licence(name, commercial)
        self.batches: list[list[str]] = []

    def timbre(self, language: str) -> str:
        return "cloned" if self.name == "first" else "stock"

    def synthesize(self, utterances: Sequence[Utterance]) -> Sequence[Audio]:
        self.batches.append([u.text for u in utterances])
        return [Audio(np.full(10, self.level, np.float32), 16_000) for _ in utterances]


def test_each_language_has_its_speaker_and_the_order_is_kept() -> None:
    first, second = Speaker("first", 0.1, ["en", "fr"]), Speaker("second", 0.2, ["fr", "ru"])
    relay = Relay([first, second])
    texts = [("a", "ru"), ("b", "en"), ("c", "fr"), ("d", "ru")]
    sounds = relay.synthesize([Utterance(text, code, VOICE) for text, code in texts])
    assert [round(float(sound.samples[0]), 1) for sound in sounds] == [0.2, 0.1, 0.1, 0.2]
    assert (first.batches, second.batches) == ([["b", "c"]], [["a", "d"]])
    assert relay.languages == {"en", "fr", "ru"}
    assert (relay.timbre("fr"), relay.timbre("ru")) == ("cloned", "stock")


def test_its_licence_is_the_strictest() -> None:
    assert not Relay([Speaker("a", 0, ["en"]), Speaker("b", 0, ["fr"], commercial=False)]).licence.commercial


def test_a_language_that_nobody_speaks_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="first does not speak tr"):
        Relay([Speaker("first", 0, ["en"])]).timbre("tr")


def test_the_registry_joins_by_plus() -> None:
    joined = registry.load("synthesize", "espeak+fake")
    assert joined.name == "espeak+fake"
    assert joined.timbre("en") == "tinted"
    with pytest.raises(InputError, match="unknown engine"):
        registry.load("synthesize", "espeak+nobody")
