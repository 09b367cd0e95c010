"""How high a voice is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.audio import Audio

FRAME_SECONDS = 0.040  # two to three periods of the lowest voice
HOP_SECONDS = 0.010
LOWEST_HZ, HIGHEST_HZ = 70.0, 400.0  # adult speech
VOICED = 0.5  # normalised autocorrelation above which a frame is periodic; noise stays below 0.3
AS_GOOD = 0.85  # of the best lag: of several as good, the shortest is the period, the others its multiples
OCTAVE = 1.5  # below twice the shortest one lies only its own peak
QUIET = 0.03  # of the power of loud frames (15 dB below): quieter frames are pauses and noise
CONTOUR_LOWEST_HZ, CONTOUR_HIGHEST_HZ = 55.0, 550.0  # a tone goes further up and down than a voice's median


@dataclass(frozen=True, slots=True)
class Pitch:
    """The pitch of a stretch of speech."""

    median_hz: float
    """Over the voiced frames; not a number where there is none."""
    voiced_seconds: float


def pitch(audio: Audio) -> Pitch:
    """Median fundamental frequency and how much of `audio` is voiced.

    Source: autocorrelation normalised by that of the window, P. Boersma (1993), "Accurate short-term
    analysis of the fundamental frequency".
    """
    length, hop = round(FRAME_SECONDS * audio.rate), round(HOP_SECONDS * audio.rate)
    if len(audio.samples) < length:
        return Pitch(np.nan, 0.0)
    frames = np.lib.stride_tricks.sliding_window_view(audio.samples, length)[::hop]
    power = np.mean(frames**2, axis=1)
    loud = frames[(power > np.percentile(power, 95) * QUIET) & (power > 0)]
    found = [_periods(part, audio.rate) for part in np.array_split(loud, len(loud) // 1024 + 1)]
    heights = np.concatenate(found)
    voiced = heights[~np.isnan(heights)]
    return Pitch(float(np.median(voiced)) if len(voiced) else np.nan, len(voiced) * HOP_SECONDS)


def contour(audio: Audio, count: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How high the voice is every 10 ms, in Hz, and how periodic it is, 0 to 1; both of shape (count,).

    Frame `i` lies about the middle of the 10 ms that start at `i * HOP_SECONDS`; what lies beyond the sound is silence.
    """
    length, hop = round(FRAME_SECONDS * audio.rate), round(HOP_SECONDS * audio.rate)
    before = (length - hop) // 2
    padded = np.pad(audio.samples, (before, max(0, count * hop + length - before - len(audio.samples))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, length)[: count * hop : hop]
    lags, strengths = [], []
    for part in np.array_split(frames, len(frames) // 1024 + 1):
        curves, best, highest = _peaks(part, audio.rate, CONTOUR_LOWEST_HZ, CONTOUR_HIGHEST_HZ)
        lags.append(best + _off_peak(curves, best))
        strengths.append(highest)
    heights = audio.rate / np.concatenate(lags)
    return heights.astype(np.float32), np.clip(np.concatenate(strengths), 0, 1).astype(np.float32)


def _periods(frames: NDArray[np.float32], rate: int) -> NDArray[np.float64]:
    """Fundamental frequency in Hz of each frame, shape (n_frames,); not a number where unvoiced."""
    _, best, highest = _peaks(frames, rate, LOWEST_HZ, HIGHEST_HZ)
    return np.where(highest < VOICED, np.nan, rate / best)


def _peaks(
    frames: NDArray[np.float32], rate: int, lowest_hz: float, highest_hz: float
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Normalised autocorrelation of each frame by lag, the lag of its likeliest period, and the highest peak."""
    window = np.hanning(frames.shape[1])
    size = 1 << (2 * frames.shape[1] - 1).bit_length()
    lags = slice(round(rate / highest_hz), round(rate / lowest_hz))
    centred = (frames - frames.mean(axis=1, keepdims=True)) * window
    own = np.fft.irfft(np.abs(np.fft.rfft(centred, size)) ** 2)[:, : lags.stop + 1]
    of_window = np.fft.irfft(np.abs(np.fft.rfft(window, size)) ** 2)[: lags.stop + 1]
    normal = own / (own[:, :1] + 1e-12) / (of_window / of_window[0] + 1e-3)
    near = normal[:, lags]
    highest = near.max(axis=1, keepdims=True)
    first = (near > AS_GOOD * highest).argmax(axis=1)[:, np.newaxis]
    columns = np.arange(near.shape[1])
    hill = (columns >= first) & (columns + lags.start < OCTAVE * (first + lags.start))
    best = np.where(hill, near, -np.inf).argmax(axis=1) + lags.start
    return normal, best, highest[:, 0]


def _off_peak(curves: NDArray[np.float64], best: NDArray[np.int64]) -> NDArray[np.float64]:
    """How far from each best lag the top of a parabola through it and its neighbours lies, at most half a lag."""
    rows = np.arange(len(best))
    left, middle, right = (curves[rows, np.minimum(best + step, curves.shape[1] - 1)] for step in (-1, 0, 1))
    bend = left - 2 * middle + right
    return np.clip(np.where(bend < 0, 0.5 * (left - right) / np.where(bend < 0, bend, 1), 0), -0.5, 0.5)
