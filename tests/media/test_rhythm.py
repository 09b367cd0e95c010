"""Sound without a picture begins with short, long, short, short, as it is decoded from each carrier."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import run

from pitchgen.core.audio import Audio
from pitchgen.dsp.rhythm import BETWEEN, LEVEL, LONG, SHORT, announced
from pitchgen.edges.carriers import labels_in, write
from pitchgen.edges.labels import aigc, read_aigc

RATE = 48_000
FRAME = 480  # samples: 10 ms
LABEL = aigc("shop", "fr-1")


def sounding(samples: np.ndarray) -> list[float]:
    """Seconds of each stretch of sound within the first two."""
    frames = samples[: 2 * RATE // FRAME * FRAME].reshape(-1, FRAME)
    loud = np.sqrt((frames**2).mean(axis=1)) > LEVEL / 10
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud, [0]]).astype(int)))
    return [float(end - start) * FRAME / RATE for start, end in zip(edges[::2], edges[1::2], strict=True)]


@pytest.mark.parametrize("suffix", [".wav", ".m4a", ".mp3", ".flac", ".ogg"])
def test_it_is_heard_in_every_carrier(suffix: str, ffmpeg: str, tmp_path: Path) -> None:
    speech = Audio(np.zeros(RATE, np.float32), RATE)
    soundfile.write(tmp_path / "plain.wav", announced(speech).samples, RATE)
    run(ffmpeg, "-i", tmp_path / "plain.wav", tmp_path / f"coded{suffix}")
    write(tmp_path / f"coded{suffix}", tmp_path / f"out{suffix}", LABEL)
    command = [ffmpeg, "-v", "error", "-i", tmp_path / f"out{suffix}", "-ac", "1", "-ar", str(RATE), "-f", "f32le", "-"]
    heard = np.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout, "<f4")
    assert sounding(heard) == pytest.approx([SHORT, LONG, SHORT, SHORT], abs=0.04)
    assert labels_in(tmp_path / f"out{suffix}") == (read_aigc(LABEL),)


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_the_sound_comes_after_it_unchanged(rate: int) -> None:
    speech = Audio(np.linspace(-0.5, 0.5, rate, dtype=np.float32), rate)
    made = announced(speech)
    assert np.array_equal(made.samples[-rate:], speech.samples)
    assert not made.samples[-rate - round(BETWEEN * rate) : -rate].any()
    assert np.abs(made.samples[:-rate]).max() <= LEVEL
