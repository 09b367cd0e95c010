"""How much of a voice is still in what should be without it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.audio import Samples
from pitchgen.dsp.loudness import RATE
from pitchgen.dsp.resample import framed

FRAME = RATE // 10  # samples, 100 ms: a syllable is longer, so that none hides
LONG = RATE  # samples transformed at once
AUDIBLE_DBFS = -50.0  # a voice below that is a pause, and what correlates with it is chance
LOWEST_DB = -100.0
"""Told where nothing is left at all."""


def leaks(background: Iterable[Samples], voice: Iterable[Samples]) -> NDArray[np.float32]:
    """For each 100 ms the energy in `background` that correlates with `voice`, in dB below that of the voice itself.

    Not a number where the voice pauses. Correlation is taken with the voice in any phase, so that a filter which turns
    phases hides nothing. Two sounds that have nothing to do with each other correlate by chance: in 4800 samples about
    -34 dB below the background.

    Args:
        background: one channel at 48 kHz in pieces, any length.
        voice: the same, in step with it.
    """
    found: list[NDArray[np.float32]] = [np.zeros(0, np.float32)]
    for left, spoken in zip(framed(iter(background), LONG), framed(iter(voice), LONG), strict=True):
        turned = _turned(spoken)
        found.append(np.array([_leak(*parts) for parts in _frames(left, spoken, turned)], np.float32))
    return np.concatenate(found)


def _frames(*sounds: NDArray[np.floating]) -> Iterator[tuple[NDArray[np.floating], ...]]:
    for start in range(0, LONG, FRAME):
        yield tuple(sound[start : start + FRAME] for sound in sounds)


def _leak(left: NDArray[np.floating], spoken: NDArray[np.floating], turned: NDArray[np.floating]) -> float:
    energy = float(np.dot(spoken, spoken))
    if energy <= len(spoken) * 10 ** (AUDIBLE_DBFS / 10):
        return float("nan")
    basis = np.stack([spoken, turned], axis=1).astype(np.float64)
    weights, *_ = np.linalg.lstsq(basis, left, rcond=None)
    explained = basis @ weights
    return max(LOWEST_DB, float(10 * np.log10(np.dot(explained, explained) / energy + 1e-30)))


def _turned(samples: Samples) -> NDArray[np.float64]:
    """Every frequency a quarter of a turn later: the Hilbert transform."""
    spectrum = np.fft.rfft(samples)
    return np.asarray(np.fft.irfft(-1j * spectrum, len(samples)))
