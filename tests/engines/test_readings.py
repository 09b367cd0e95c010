"""Arabic, Hebrew and Japanese with the embedded voice: the environment that writes out what it has to say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.engines import Utterance
from pitchgen.core.errors import MissingWeights
from pitchgen.engines.espeak.readings import Readings, readings
from pitchgen.engines.espeak.voices import READ_FIRST, VOICES
from pitchgen.engines.synthesize.espeak import TintedEspeak
from pitchgen.engines.worker import environment
from pitchgen.languages import LANGUAGES

STOCK = Voice(Audio.silence(1.0, 16_000))


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Readings:
    """The environment as `pitchgen engines install readings` makes it, once for all test processes."""
    folder = tmp_path_factory.getbasetemp().parent / "readings-environment"
    environment.install("readings", folder=folder)
    found = readings(folder=folder)
    assert found is not None
    return found


@pytest.mark.parametrize(("code", "marks"), [("ar", "[\u064b-\u0652]"), ("he", "[\u05b0-\u05c2]")])
def test_vowels_are_restored_and_nothing_else_changes(reader: Readings, code: str, marks: str) -> None:
    text = LANGUAGES[code].sample
    pointed = reader.read(text, code)
    assert len(re.findall(marks, pointed)) > len(text) / 4
    assert re.sub(marks, "", pointed) == re.sub(marks, "", text)  # the sample has some already


def test_japanese_is_read_with_the_sounds_of_its_counters(reader: Readings) -> None:
    read = reader.read("3本で300円、1足3.5元です。", "ja")
    assert read.startswith("サンボンデサンビャクエン、イッソクサンテンゴゲンデス")


def test_the_voice_speaks_them_where_the_environment_is(reader: Readings) -> None:
    with_it, without = TintedEspeak(readings=reader), TintedEspeak()
    assert with_it.languages == frozenset(VOICES) | READ_FIRST
    assert without.languages == frozenset(VOICES)
    assert with_it.fingerprint != without.fingerprint
    sounds = with_it.synthesize([Utterance(LANGUAGES[code].sample, code, STOCK) for code in sorted(READ_FIRST)])
    assert all(1.0 < sound.duration < 8.0 for sound in sounds), [sound.duration for sound in sounds]


def test_without_it_the_error_says_what_to_install() -> None:
    with pytest.raises(MissingWeights, match="pitchgen engines install readings"):
        TintedEspeak().synthesize([Utterance("こんにちは", "ja", STOCK)])


def test_an_absent_environment_is_none(tmp_path: Path) -> None:
    assert readings(folder=tmp_path) is None
