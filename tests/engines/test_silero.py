"""Voice activity."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from pitchgen.core.audio import Audio
from pitchgen.core.transcript import Span
from pitchgen.dsp.resample import resample
from pitchgen.engines.detect.fake import load as load_fake
from pitchgen.engines.detect.silero import PADDING, SECONDS, load, speech

MEDIA = Path(__file__).resolve().parents[2].parent / "shared" / "media"


def clip(name: str) -> Audio:
    if not MEDIA.exists():
        pytest.skip("the shared media are not beside this checkout")
    samples, rate = soundfile.read(MEDIA / name, dtype="float32")
    return Audio(samples, rate)


def well_formed(spans: tuple[Span, ...], duration: float) -> bool:
    inside = all(0 <= span.start < span.end <= duration for span in spans)
    return inside and all(before.end <= after.start for before, after in pairwise(spans))


def test_real_speech_is_found():
    (aishell, funasr) = load().detect([clip("zh_aishell.wav"), clip("zh_funasr_sample.wav")])
    assert len(aishell) == 1
    assert aishell[0].start == pytest.approx(0.45, abs=0.1)
    assert aishell[0].end == pytest.approx(3.8, abs=0.1)
    assert len(funasr) == 2


def test_speech_is_found_between_silences_at_any_rate():
    said = clip("zh_aishell.wav")
    quiet = np.zeros(2 * said.rate, np.float32)
    padded = Audio(np.concatenate([quiet, said.samples, quiet, said.samples]), said.rate)
    at_16k, at_48k, at_8k = load().detect([padded, resample(padded, 48_000), resample(padded, 8_000)])
    assert len(at_16k) == 2
    assert at_16k[0].start == pytest.approx(2.45, abs=0.1)
    assert [s.start for s in at_48k] == pytest.approx([s.start for s in at_16k], abs=0.1)
    assert (at_8k[0].start, at_8k[-1].end) == pytest.approx((at_16k[0].start, at_16k[-1].end), abs=0.15)


@pytest.mark.parametrize("gain_db", [-20, -35, -45])
def test_quiet_speech_is_found_where_loud_speech_is(gain_db: int):
    said = clip("zh_aishell.wav")
    quiet = Audio((said.samples * 10 ** (gain_db / 20)).astype(np.float32), said.rate)
    loud, soft = load().detect([said, quiet])
    assert len(soft) == len(loud) == 1
    assert (soft[0].start, soft[0].end) == pytest.approx((loud[0].start, loud[0].end), abs=0.1)


def test_one_recording_does_not_change_the_next():
    said = clip("zh_aishell.wav")
    engine = load()
    alone = engine.detect([said])[0]
    assert list(engine.detect([clip("zh_funasr_sample.wav"), said, said]))[1:] == [alone, alone]


@pytest.mark.parametrize("seconds", [0.0, 0.0002, 0.01, 3.0])
def test_silence_has_no_speech(seconds):
    assert load().detect([Audio.silence(seconds, 44_100)]) == [()]


def test_neither_tone_nor_noise_is_speech():
    time = np.arange(5 * 48_000) / 48_000
    tone = Audio((0.5 * np.sin(2 * np.pi * 440 * time)).astype(np.float32), 48_000)
    noise = Audio((np.random.default_rng(0).standard_normal(80_000) * 0.1).astype(np.float32), 16_000)
    broken = Audio(np.full(32_000, np.nan, np.float32), 16_000)
    assert load().detect([tone, noise, broken]) == [(), (), ()]


def test_memory_does_not_grow_with_length():
    said = clip("zh_aishell.wav")
    long = Audio(np.tile(resample(said, 48_000).samples, 30), 48_000)  # two minutes, 25 MB
    engine = load()
    engine.detect([said])
    tracemalloc.start()
    (spans,) = engine.detect([long])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(spans) >= 30
    assert peak < 8e6


@given(st.lists(st.floats(0, 1), max_size=200), st.floats(0, 1))
def test_any_probabilities_give_ordered_spans_within_the_sound(probabilities, part):
    duration = max(0.0, (len(probabilities) - part) * SECONDS)
    assert well_formed(speech(probabilities, duration), duration)


def test_hysteresis():
    second = round(1 / SECONDS)
    steady = [0.0] * second + [0.9] * second + [0.4] * second + [0.0] * second
    (span,) = speech(steady, 4.0)
    assert span.start == pytest.approx(second * SECONDS - PADDING)
    assert span.end == pytest.approx(3 * second * SECONDS + PADDING)
    assert speech([0.9] * 5 + [0.0] * 50, 2.0) == ()  # 0.16 s: a click
    assert len(speech([0.9] * 20 + [0.0] * 2 + [0.9] * 20, 2.0)) == 1  # 64 ms: a stop consonant


def test_the_fake_finds_what_is_audible():
    sound = np.concatenate([np.zeros(16_000), np.ones(8_000), np.zeros(16_000)]).astype(np.float32)
    audible, silent = load_fake().detect([Audio(sound, 16_000), Audio.silence(2.0, 16_000)])
    assert audible == (Span(1.0, 1.5),)
    assert silent == ()
