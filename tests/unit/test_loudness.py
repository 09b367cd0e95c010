"""Our meter against a reference implementation, and our limiter against ffmpeg's true-peak meter."""

from __future__ import annotations

import re
import subprocess
import warnings

import numpy as np
import pytest

from pitchgen.core.audio import Audio, Samples
from pitchgen.core.timeline import Clip, Timeline
from pitchgen.core.transcript import Segment, Span
from pitchgen.dsp.loudness import RATE, amplified, envelope
from pitchgen.dsp.stretch import stretch
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.stages.mix import CEILING_DBTP, master, mix

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pyloudnorm's own imports
    import pyloudnorm


def bursts(seed: int) -> Samples:
    """Twelve seconds of noise at several levels with pauses between."""
    noise = np.random.default_rng(seed).standard_normal(12 * RATE).astype(np.float32)
    envelope = np.repeat(np.random.default_rng(seed + 1).choice([0, 0.02, 0.1, 0.3], 24), RATE // 2)
    return np.convolve(noise * envelope, np.hanning(9) / 4, "same").astype(np.float32)


def integrated(blocks: list[Samples]) -> float:
    return envelope(blocks).loudness()


@pytest.mark.parametrize("seed", range(5))
def test_the_meter_agrees_with_the_reference(seed: int) -> None:
    sound = bursts(seed)
    assert integrated([sound]) == pytest.approx(pyloudnorm.Meter(RATE).integrated_loudness(sound), abs=0.1)


def test_a_full_sine_reads_what_the_standard_says() -> None:
    sine = np.sin(2 * np.pi * 997 * np.arange(5 * RATE) / RATE).astype(np.float32)
    assert integrated([sine]) == pytest.approx(-3.01, abs=0.05)


@pytest.mark.parametrize("size", [1000, 37_777, RATE])
def test_blocks_of_any_size_read_the_same(size: int) -> None:
    sound = bursts(9)
    blocks = [sound[i : i + size] for i in range(0, len(sound), size)]
    assert integrated(blocks) == pytest.approx(integrated([sound]), abs=1e-3)
    gains = envelope([sound]).gains(20.0, 0.7)
    assert np.allclose(envelope(blocks).gains(20.0, 0.7), gains, rtol=1e-4)
    limited = np.concatenate(list(amplified(blocks, gains)))
    assert np.abs(limited - np.concatenate(list(amplified([sound], gains)))).max() < 1e-6


def test_silence_has_no_loudness() -> None:
    assert integrated([np.zeros(RATE, np.float32)]) == -np.inf
    assert not np.concatenate(list(master([np.zeros(RATE, np.float32)]))).any()


@pytest.mark.parametrize("seed", range(3))
def test_mastered_sound_is_as_loud_as_asked_and_no_peak_is_higher(seed: int) -> None:
    sound = bursts(seed)
    done = np.concatenate(list(master([sound[i : i + RATE] for i in range(0, len(sound), RATE)])))
    assert len(done) == len(sound)
    command = [Ffmpeg().binary, "-nostats", "-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:",
               "-af", "ebur128=peak=true", "-f", "null", "-"]  # fmt: skip
    words = subprocess.run(command, input=done.astype("<f4").tobytes(), capture_output=True, check=True).stderr.decode()
    assert float(re.findall(r"I:\s+(-?[\d.]+) LUFS", words)[-1]) == pytest.approx(-16, abs=0.3)
    assert float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", words)[-1]) <= CEILING_DBTP + 0.15


@pytest.mark.parametrize("tempo", [0.9, 1.0, 1.1, 1.25])
def test_stretching_keeps_pitch_and_gives_the_exact_length(tempo: float) -> None:
    tone = Audio(np.sin(2 * np.pi * 220 * np.arange(2 * 24_000) / 24_000).astype(np.float32), 24_000)
    slow = stretch(tone, tempo)
    assert len(slow.samples) == round(len(tone.samples) / tempo)
    spectrum = np.abs(np.fft.rfft(slow.samples * np.hanning(len(slow.samples))))
    assert spectrum.argmax() * slow.rate / len(slow.samples) == pytest.approx(220, abs=2)
    assert np.array_equal(slow.samples, stretch(tone, tempo).samples), "the same again"


def test_the_mix_puts_each_clip_where_the_timeline_says() -> None:
    burst = Audio(np.full(24_000, 0.5, np.float32), 24_000)
    clips = tuple(Clip(Segment(Span(at, at + 1), "x"), at, 1.0) for at in (0.5, 2.0))
    sound = np.concatenate(list(mix(Timeline("en", 4.0, clips), [burst, burst])))
    assert len(sound) == 4 * RATE
    heard = np.abs(sound) > 0.25
    edges = np.flatnonzero(np.diff(heard.astype(int))) / RATE
    assert edges == pytest.approx([0.5, 1.5, 2.0, 3.0], abs=0.01)
    assert np.abs(np.diff(sound)).max() < 0.05, "no click"
