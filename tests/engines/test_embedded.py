"""The small recogniser: syllables are spelled, sentences made, and what is not sure is refused or doubted."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pitchgen.core.audio import Audio
from pitchgen.core.engines import Recording
from pitchgen.core.errors import EngineError, UnsupportedError
from pitchgen.core.transcript import Doubt, Span
from pitchgen.dsp.mel import BANDS, FEATURES, RATE, features, log_mel, normalised
from pitchgen.dsp.resample import resample
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.probe import probe_sound
from pitchgen.engines.espeak.client import shared
from pitchgen.engines.registry import load
from pitchgen.engines.transcribe.embedded import (
    FRAME,
    Character,
    EmbeddedRecogniser,
    _refuse_unsure,
    _sentences,
    _sounds,
)
from pitchgen.engines.transcribe.spelling import Sound, Spelling

ROOT = Path(__file__).parents[2]
sys.path += [str(ROOT / "benchmarks"), str(ROOT / "scripts")]

from edits import edits  # noqa: E402  # a measure of ours, beside the benchmarks
from training.spelling import tables  # noqa: E402

CLIPS = ROOT.parent / "shared" / "media"
SAN, KUAI, BA, ZHI, QI = 1, 2, 3, 4, 5  # symbols of a network
READINGS = {
    ("三", SAN): 9,
    ("伞", SAN): 9,
    ("块", KUAI): 9,
    ("快", KUAI): 9,
    ("八", BA): 9,
    ("吧", BA): 3,
    ("只", ZHI): 5,
}
READINGS |= {("七", QI): 5, ("期", QI): 5}
CLAUSES = ["八期三"] * 5 + ["八七三"] * 6 + ["三块八"] * 9 + ["三只伞"] * 9 + ["快"] * 9 + ["快吧"] * 3
PITCH = "这款袜子很柔软，十二双一包。单价三块八毛，一千双起批。现货三天内发货，支持海运和空运。"


@pytest.fixture(scope="module")
def spelling(tmp_path_factory: pytest.TempPathFactory) -> Spelling:
    path = tmp_path_factory.mktemp("spelling") / "spelling.npz"
    np.savez(path, **tables(CLAUSES, READINGS))
    return Spelling(path)


def heard(*symbols: int, nothing: float = 9.0, fresh: Sequence[int] = ()) -> list[Sound]:
    surely = np.zeros(1, np.float32)
    return [Sound(np.array([symbol]), surely, nothing, at in fresh) for at, symbol in enumerate(symbols)]


def spelled(spelling: Spelling, sounds: Sequence[Sound]) -> str:
    return "".join(found.character for found in spelling.spell(sounds))


def test_what_sounds_alike_is_told_apart_by_what_stands_beside_it(spelling: Spelling) -> None:
    assert spelled(spelling, heard(SAN, KUAI, BA)) == "三块八"
    assert spelled(spelling, heard(SAN, ZHI, SAN)) == "三只伞"
    assert spelled(spelling, heard(KUAI, BA)) == "快吧"


def test_after_a_pause_something_new_begins(spelling: Spelling) -> None:
    assert spelled(spelling, heard(SAN, KUAI, BA, KUAI, fresh=[3])) == "三块八快"


def test_a_syllable_that_was_not_surely_heard_is_settled_by_the_others(spelling: Spelling) -> None:
    unsure = Sound(np.array([ZHI, KUAI]), np.array([0.6, 0.8], np.float32), 9.0)
    assert spelled(spelling, [heard(SAN)[0], unsure, heard(BA)[0]]) == "三块八"
    hardly = Sound(np.array([ZHI]), np.array([4.0], np.float32), 0.05)
    assert spelled(spelling, [*heard(SAN, KUAI), hardly, *heard(BA)]) == "三块八"


def test_figures_that_sound_like_other_words_are_told(spelling: Spelling) -> None:
    """As 交货期十五天 and 交货七十五天, which nobody can tell apart by ear."""
    found = spelling.spell(heard(BA, QI, SAN))
    assert found[1].rivals == ("期",)
    said = [Character(s.character, at * 0.2, 0.99, s.rivals) for at, s in enumerate(found)]
    (segment,) = _sentences(said, np.zeros(50, np.bool_))
    assert segment.doubt is Doubt.UNSURE
    assert spelling.spell(heard(SAN, ZHI, SAN))[1].rivals == (), "nothing else sounds so"


def test_no_sound_is_no_word(spelling: Spelling) -> None:
    assert spelling.spell([]) == []


def test_repeats_and_blanks_are_taken_out() -> None:
    logits = np.full((16, 3), -9.0, np.float32)
    for frame, symbol in enumerate([0, 1, 1, 0, 1, 2, *[0] * 9, 2]):
        logits[frame, symbol] = 9
    sounds, frames = _sounds(logits)
    assert [int(sound.symbols[0]) for sound in sounds] == [1, 1, 2, 2]
    assert frames == [1, 4, 5, 15]
    assert [sound.fresh for sound in sounds] == [False, False, False, False]
    assert _sounds(np.repeat(logits, 3, axis=0))[0][-1].fresh


def test_pauses_make_clauses_and_sentences() -> None:
    quiet = np.zeros(100, np.bool_)
    quiet[11:15] = True  # 0.16 s
    quiet[21:35] = True  # 0.56 s
    said = [Character(text, at * FRAME, 0.99) for text, at in zip("你好我是", (5, 9, 18, 38), strict=True)]
    first, second = _sentences(said, quiet)
    assert (first.text, second.text) == ("你好，我。", "是。")
    assert first.span.end < second.span.start


def test_a_figure_that_is_not_sure_is_doubted() -> None:
    said = [Character("三", 0.1, 0.6), Character("块", 0.3, 0.99)]
    (segment,) = _sentences(said, np.zeros(50, np.bool_))
    assert segment.doubt is Doubt.UNSURE


def test_the_bands_are_those_of_the_samples() -> None:
    bands = log_mel(np.zeros(RATE, np.float32))
    assert bands.shape == (100, 64)
    tone = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE).astype(np.float32)
    loudest = log_mel(tone).mean(axis=0).argmax()
    assert 18 <= loudest <= 28


def test_tones_can_be_told_apart_by_the_pitch() -> None:
    """A voice that glides up an octave, then rests, then goes down again, with noise about it."""
    hertz = np.concatenate([np.geomspace(150, 300, RATE // 2), np.zeros(RATE // 4), np.geomspace(300, 150, RATE // 2)])
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    voice = sum(np.sin(number * phase) / number for number in range(1, 12)) * (hertz > 0)
    found = normalised(
        features((voice + 0.02 * np.random.default_rng(0).standard_normal(len(hertz))).astype(np.float32))
    )
    assert found.shape == (len(hertz) // 160, FEATURES)
    octaves, rise, periodic = found[:, BANDS:].T
    wanted = np.log2(np.maximum(hertz, 1)[80::160][: len(found)] / np.sqrt(150 * 300))
    spoken = np.r_[5:45, 80:120]
    assert np.abs(octaves[spoken] / 2 - wanted[spoken]).mean() < 0.05
    assert rise[10:40].mean() > 0.1
    assert rise[85:115].mean() < -0.1
    assert periodic[spoken].min() > periodic[55:70].max()


@pytest.mark.parametrize(
    ("probabilities", "pace"),
    [((), 4.0), ((0.5, 0.6, 0.7), 4.0), ((0.99,) * 9 + (0.3, 0.3, 0.3), 4.0), ((0.99, 0.99, 0.99), 20.0)],
)
def test_what_is_not_sure_is_refused(probabilities: tuple[float, ...], pace: float) -> None:
    stretches = [
        [Character("好", 0.0, p) for p in probabilities[:9]],
        [Character("好", 1.0, p) for p in probabilities[9:]],
    ]
    with pytest.raises(UnsupportedError, match=r"clear synthetic speech and no people"):
        _refuse_unsure(stretches, pace)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "recogniser.onnx").write_bytes(b"no network")
    recording = Recording(Audio(np.zeros(RATE, np.float32), RATE), (Span(0.0, 1.0),), "zh")
    with pytest.raises(EngineError, match=r"recogniser\.onnx: cannot be loaded"):
        EmbeddedRecogniser(tmp_path).transcribe([recording])


def recording(audio: Audio) -> Recording:
    return Recording(audio, tuple(load("detect", "silero").detect([audio])[0]), "zh")


@pytest.mark.parametrize("voice", ["cmn+f3", "cmn+m3"])
def test_a_clear_pitch_is_heard(voice: str) -> None:
    """The packaged network: a pitch that it was not trained on, figures and all."""
    said = shared().speak(PITCH, voice, rate=170, pitch=55).audio
    (transcript,) = load("transcribe", "embedded").transcribe([recording(resample(said, RATE))])
    plain = "".join(c for text in transcript.texts for c in text if c not in "，。")
    want = "".join(c for c in PITCH if c not in "，。")
    assert edits(plain, want) <= 1
    assert "三块八毛" in plain
    assert "一千双起批" in plain


@pytest.mark.parametrize("clip", sorted(p.name for p in CLIPS.glob("*.*") if p.suffix in (".mp4", ".wav")))
def test_people_are_refused(clip: str) -> None:
    """Every clip of people, in pieces as well: a fluent invention would be worse than nothing."""
    if "noaudio" in clip:
        pytest.skip("nobody speaks in it")
    whole = Ffmpeg().decode(probe_sound(CLIPS / clip), rate=RATE).samples
    pieces = [whole, *(whole[start : start + 10 * RATE] for start in range(0, len(whole), 10 * RATE))]
    engine = load("transcribe", "embedded")
    for piece in pieces:
        with pytest.raises(UnsupportedError):
            engine.transcribe([recording(Audio(piece, RATE))])


@pytest.mark.parametrize(
    ("voice", "said"), [("en-us", "These socks are eighty cents a pair."), ("yue", "大家好欢迎来到我们的店铺")]
)
def test_other_languages_are_refused(voice: str, said: str) -> None:
    sound = resample(shared().speak(said, voice).audio, RATE)
    with pytest.raises(UnsupportedError):
        load("transcribe", "embedded").transcribe([recording(sound)])
