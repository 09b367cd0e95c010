"""Spectra of speech: what is said (cepstra over time) and how it sounds on the whole (long-term average)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.audio import Audio, Samples
from pitchgen.dsp.mel import mel_bank
from pitchgen.dsp.resample import resample

Matrix = NDArray[np.float32]

RATE = 16_000  # Hz: speech lies below 8 kHz
HOP = 320  # samples: 20 ms
WINDOW = 400  # samples: 25 ms
FFT_LENGTH = 512
BANDS = 40
LOWEST_HZ, HIGHEST_HZ = 60.0, 7600.0
CEPSTRA = 13  # the usual number, without the zeroth, which is loudness
PRE_EMPHASIS = 0.97
FLOOR = 1e-10  # of power: silence has a logarithm too


def cepstra(blocks: Iterable[Samples]) -> tuple[Matrix, NDArray[np.float32]]:
    """Mel cepstra 1 to 13 and the level in dB of every 20 ms of 16 kHz sound given in pieces.

    Returns shapes (n_frames, 13) and (n_frames,); frame i is about samples [320 i, 320 (i + 1)).
    """
    found: list[Matrix] = [np.zeros((0, CEPSTRA), np.float32)]
    levels: list[Samples] = [np.zeros(0, np.float32)]
    rest: Samples = np.zeros((WINDOW - HOP) // 2, np.float32)
    seen = 0
    for block in blocks:
        seen += len(block)
        rest = np.concatenate([rest, block])
        ready = max(0, (len(rest) - WINDOW) // HOP + 1)
        if ready:
            found.append(_cepstra(rest, ready))
            levels.append(_levels(rest, ready))
            rest = rest[ready * HOP :]
    missing = -(-seen // HOP) - sum(map(len, levels))
    if missing > 0:
        rest = np.pad(rest, (0, max(0, (missing - 1) * HOP + WINDOW - len(rest))))
        found.append(_cepstra(rest, missing))
        levels.append(_levels(rest, missing))
    return np.concatenate(found), np.concatenate(levels)


def _frames(samples: Samples, count: int) -> Matrix:
    windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)
    frames: Matrix = windows[: count * HOP : HOP]
    return frames


def _levels(samples: Samples, count: int) -> NDArray[np.float32]:
    power = np.mean(_frames(samples, count) ** 2, axis=1)
    return np.asarray(10 * np.log10(power + FLOOR), np.float32)


def _cepstra(samples: Samples, count: int) -> Matrix:
    emphasised = np.append(samples[:1], samples[1:] - PRE_EMPHASIS * samples[:-1])
    frames = _frames(emphasised, count) * np.hanning(WINDOW).astype(np.float32)
    power = np.abs(np.fft.rfft(frames, FFT_LENGTH)) ** 2
    bands = np.log(power @ _mel_bank() + FLOOR)
    return (bands @ _cosines()).astype(np.float32)


@lru_cache(maxsize=1)
def _mel_bank() -> NDArray[np.float64]:
    return mel_bank(BANDS, LOWEST_HZ, HIGHEST_HZ, rate=RATE, fft_length=FFT_LENGTH)


@lru_cache(maxsize=1)
def _cosines() -> NDArray[np.float64]:
    """The orthonormal discrete cosine transform of the bands, shape (40, 13), without its zeroth column."""
    bands = np.arange(BANDS)[:, np.newaxis]
    orders = np.arange(1, CEPSTRA + 1)
    return np.asarray(np.sqrt(2 / BANDS) * np.cos(np.pi * orders * (2 * bands + 1) / (2 * BANDS)))


TINT_RATE = 24_000  # Hz
TINT_TAPS = 1024
TINT_CEPSTRA = 40  # detail of the smoothed spectrum: formant regions, not harmonics
TINT_LIMIT_DB = 15.0  # beyond, a filter brings up noise rather than a voice
LOUD_DB = 25.0  # frames this far below the loud ones are pauses


def long_term(audio: Audio) -> NDArray[np.float64]:
    """Natural logarithm of the mean power spectrum of the loud frames at 24 kHz, smoothed, shape (513,).

    Above what the recording's own rate can hold, the spectrum goes on level.
    """
    samples = resample(audio, TINT_RATE).samples
    padded = np.pad(samples, (0, max(0, TINT_TAPS - len(samples))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, TINT_TAPS)[:: TINT_TAPS // 2]
    power = np.abs(np.fft.rfft(frames * np.hanning(TINT_TAPS), axis=1)) ** 2
    total = power.sum(axis=1)
    loud = power[total >= np.percentile(total, 95) * 10 ** (-LOUD_DB / 10)]
    mean = np.log(loud.mean(axis=0) + FLOOR)
    held = min(TINT_TAPS // 2, int(0.95 * audio.rate / TINT_RATE * TINT_TAPS / 2))
    mean[held:] = mean[held]
    return _smoothed(mean)


def _smoothed(log_power: NDArray[np.float64]) -> NDArray[np.float64]:
    cepstrum = np.fft.irfft(log_power)
    cepstrum[TINT_CEPSTRA : 1 - TINT_CEPSTRA] = 0
    return np.asarray(np.fft.rfft(cepstrum).real)


def filter_between(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Taps of a linear-phase filter that gives sound of spectrum `source` that of `target`, shape (1024,).

    Only the shape: its mean gain over the band of speech is 1.
    """
    gain_db = 10 / np.log(10) * (target - source)
    speech = slice(round(200 / TINT_RATE * TINT_TAPS), round(4000 / TINT_RATE * TINT_TAPS))
    gain_db = np.clip(gain_db - gain_db[speech].mean(), -TINT_LIMIT_DB, TINT_LIMIT_DB)
    response = np.fft.irfft(10 ** (gain_db / 20))
    return np.asarray(np.roll(response, TINT_TAPS // 2) * np.hanning(TINT_TAPS))


def filtered(samples: Samples, taps: NDArray[np.float64]) -> Samples:
    """`samples` through a linear-phase filter, its delay taken away: as many samples, none wrapped around."""
    size = 1 << (len(samples) + len(taps) - 1).bit_length()
    convolved = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(taps, size), size)
    delay = len(taps) // 2
    return convolved[delay : delay + len(samples)].astype(np.float32)
