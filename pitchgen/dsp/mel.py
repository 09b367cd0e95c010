"""What the packaged recogniser hears by, in training as in use: the mel spectrum, and how high the voice is."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.audio import Audio, Samples
from pitchgen.dsp.pitch import contour
from pitchgen.dsp.resample import resample

Matrix = NDArray[np.float32]

RATE = 16_000  # Hz
HOP = 160  # samples: 10 ms
WINDOW = 400  # samples: 25 ms
FFT_LENGTH = 512
BANDS = 64
LOWEST_HZ, HIGHEST_HZ = 60.0, 7600.0
FLOOR = 1e-6  # of mean power: about -60 dB below a loud voice
SPREAD = 4.0  # of the logarithms about their mean, in speech
CHUNK = 4096  # frames worked on at once

PITCH_RATE = 4000  # Hz: enough for the lowest harmonics, and quick
VOICED = 0.68  # of full periodicity: below it there is no pitch to be trusted
FARTHEST = 1.0  # octaves from the median
SMOOTH, RISE = 5, 5  # frames
FEATURES = BANDS + 3


def mel_bank(bands: int, lowest_hz: float, highest_hz: float, *, rate: int, fft_length: int) -> NDArray[np.float64]:
    """Triangles on the mel scale of O'Shaughnessy, shape (fft_length / 2 + 1, bands), each of area 1."""
    mels = np.linspace(_mel(lowest_hz), _mel(highest_hz), bands + 2)
    edges = 700 * (10 ** (mels / 2595) - 1)
    hertz = np.fft.rfftfreq(fft_length, 1 / rate)[:, np.newaxis]
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    triangles = np.maximum(0, np.minimum((hertz - low) / (middle - low), (high - hertz) / (high - middle)))
    bank: NDArray[np.float64] = triangles / triangles.sum(axis=0)
    return bank


def log_mel(samples: Samples) -> Matrix:
    """Natural logarithm of the power in 64 mel bands of 16 kHz sound, every 10 ms, shape (n_samples // 160, 64)."""
    count = len(samples) // HOP
    padded = np.pad(samples, ((WINDOW - HOP) // 2, WINDOW))
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[: count * HOP : HOP]
    found = np.empty((count, BANDS), np.float32)
    for start in range(0, count, CHUNK):
        windowed = frames[start : start + CHUNK] * _window()
        power = np.abs(np.fft.rfft(windowed, FFT_LENGTH)) ** 2
        found[start : start + CHUNK] = np.log(power @ _bank() + FLOOR)
    return found


def features(samples: Samples) -> Matrix:
    """Log-mel bands and pitch of 16 kHz sound every 10 ms, shape (n_samples // 160, 66), not normalised yet.

    The spectrum is too coarse to tell tones apart, so pitch stands beside it: in octaves about its median, and how
    periodic the sound is, 0 to 1.
    """
    bands = log_mel(samples)
    heights, strengths = contour(resample(Audio(samples, RATE), PITCH_RATE), len(bands))
    octaves = np.log2(heights)
    voiced = strengths > VOICED
    octaves -= np.median(octaves[voiced]) if voiced.any() else octaves
    return np.column_stack([bands, np.clip(octaves, -FARTHEST, FARTHEST), strengths]).astype(np.float32)


def normalised(found: Matrix) -> Matrix:
    """What the network is given: numbers of about -1 to 1, shape (n_frames, 67).

    Each band about its mean over time, so that a microphone's colour and level drop out; the pitch, drawn through where
    there is none, as Kaldi does; how much it rises in 50 ms; how periodic the sound is.
    """
    bands, octaves, strengths = found[:, :BANDS], found[:, BANDS], found[:, BANDS + 1]
    voiced = np.flatnonzero(strengths > VOICED)
    drawn = np.interp(np.arange(len(found)), voiced, octaves[voiced]) if len(voiced) else np.zeros(len(found))
    padded = np.pad(drawn, SMOOTH // 2, mode="edge")
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(padded, SMOOTH), axis=1)
    around = np.pad(smooth, (RISE // 2, RISE - RISE // 2), mode="edge")
    rise = around[RISE:] - around[:-RISE]
    spread = (bands - bands.mean(axis=0)) / SPREAD
    return np.column_stack([spread, 2 * smooth, 4 * rise, strengths - 0.5]).astype(np.float32)


@lru_cache(maxsize=1)
def _window() -> Matrix:
    return np.hanning(WINDOW).astype(np.float32)


@lru_cache(maxsize=1)
def _bank() -> Matrix:
    return mel_bank(BANDS, LOWEST_HZ, HIGHEST_HZ, rate=RATE, fft_length=FFT_LENGTH).astype(np.float32)


def _mel(hertz: float) -> float:
    return float(2595 * np.log10(1 + hertz / 700))
