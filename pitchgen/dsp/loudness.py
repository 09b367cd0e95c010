"""Loudness as ITU-R BS.1770-4 defines it, and a limiter that keeps true peaks below a ceiling.

All of it works on mono sound at 48 kHz, block by block, so that an hour takes no more memory than a
minute.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.audio import Samples

RATE = 48_000  # Hz: the rate that BS.1770 gives its filter for
GATE_SECONDS = 0.4  # length of a gating block
HOP = RATE // 10  # gating blocks overlap by 75%
ABSOLUTE_GATE = -70.0  # LUFS
RELATIVE_GATE = -10.0  # LU below the loudness of what passes the absolute gate
OFFSET = -0.691  # dB: makes a 997 Hz sine of full scale read -3.01 LUFS

SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
"""Numerators and denominators of the two K-weighting filters. Source: BS.1770-4, tables 1 and 2."""

SETTLE = RATE // 4  # samples after which the filters have forgotten what came before (38 Hz, critically damped)


class LoudnessMeter:
    """Integrated loudness of a stream of blocks."""

    def __init__(self) -> None:
        self._before: Samples = np.zeros(0, np.float32)
        self._tail: NDArray[np.float64] = np.zeros(0)
        self._powers: list[NDArray[np.float64]] = []

    def add(self, block: Samples) -> None:
        """Take in the next samples, of any number."""
        joined = np.concatenate([self._before, block])
        weighted = k_weighted(joined)[len(self._before) :]
        self._before = joined[-SETTLE:]
        squares = np.concatenate([self._tail, weighted**2])
        whole = len(squares) // HOP * HOP
        self._powers.append(squares[:whole].reshape(-1, HOP).mean(axis=1))
        self._tail = squares[whole:]

    @property
    def integrated(self) -> float:
        """LUFS of all that was taken in; minus infinity where nothing passes the gates."""
        hops = np.concatenate(self._powers) if self._powers else np.zeros(0)
        width = round(GATE_SECONDS * RATE / HOP)
        if len(hops) < width:
            hops = np.pad(hops, (0, width - len(hops)))
        blocks = np.convolve(hops, np.ones(width) / width, "valid")
        loud = blocks[blocks > _power(ABSOLUTE_GATE)]
        if not len(loud):
            return -np.inf
        return _lufs(loud[loud > _power(_lufs(loud.mean()) + RELATIVE_GATE)].mean())


def k_weighted(samples: Samples) -> NDArray[np.float64]:
    """`samples` through both filters, as the frequency response of a block long enough for their decay."""
    length = 1 << (len(samples) + SETTLE - 1).bit_length()
    return np.fft.irfft(np.fft.rfft(samples, length) * _response(length), length)[: len(samples)]


@lru_cache(maxsize=4)
def _response(length: int) -> NDArray[np.complex128]:
    delay = np.exp(-2j * np.pi * np.fft.rfftfreq(length))
    response = np.ones(len(delay), np.complex128)
    for numerator, denominator in (SHELF, HIGH_PASS):
        response *= np.polyval(numerator[::-1], delay) / np.polyval(denominator[::-1], delay)
    return response


def _lufs(power: float) -> float:
    return float(OFFSET + 10 * np.log10(power))


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - OFFSET) / 10))


OVERSAMPLING = 4  # BS.1770-4, annex 2: true peaks are read at 192 kHz
STEP = RATE // 1000  # samples, 1 ms: the gain is set once a step and runs in a straight line between
LOOKAHEAD = 3  # steps: the gain is down before the peak comes, too quickly to be heard as a fade
CONTEXT = 12 * STEP  # samples on each side that a block's gain depends on, and the resampler's ringing


def limit(blocks: Iterable[Samples], gain: float, ceiling: float) -> Iterator[Samples]:
    """The blocks times `gain`, no true peak above `ceiling` (both linear); block lengths are kept.

    A look-ahead limiter: the gain that each peak needs is held over the look-ahead on both sides and
    smoothed over the same length, so that it is reached in time and never jumps.
    """
    before: Samples = np.zeros(CONTEXT, np.float32)
    position = 0
    waiting: Samples | None = None
    for block in blocks:
        if waiting is not None:
            yield _limited(before, waiting, block[:CONTEXT], gain, ceiling, position)
            before = np.concatenate([before, waiting])[-CONTEXT:]
            position += len(waiting)
        waiting = block
    if waiting is not None:
        yield _limited(before, waiting, np.zeros(0, np.float32), gain, ceiling, position)


def _limited(before: Samples, block: Samples, after: Samples, gain: float, ceiling: float, position: int) -> Samples:
    """One block, limited; `position` is its first sample's, so that the steps lie the same in any blocks."""
    loud = block * np.float32(gain)
    around = np.concatenate([before, block, after]) * np.float32(gain)
    if not len(block) or np.abs(around).max() < ceiling / 2:  # ringing between samples stays below a factor of 2
        return loud
    lead = (position - len(before)) % STEP
    peaks = np.pad(true_peaks(around), (lead, -(lead + len(around)) % STEP))
    need = np.minimum(1.0, ceiling / np.maximum(peaks.reshape(-1, STEP).max(axis=1), 1e-9))
    gains = _smooth(_lowest_around(need, LOOKAHEAD + 1), LOOKAHEAD)
    centres = np.arange(len(gains)) * STEP + STEP / 2 - lead - len(before)
    shaped: Samples = loud * np.interp(np.arange(len(block)), centres, gains).astype(np.float32)
    return shaped


def _lowest_around(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """For each value the lowest one at most `reach` away."""
    padded = np.pad(values, reach, constant_values=1.0)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).min(axis=1))


def _smooth(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Values averaged with their neighbours up to `reach` away, the near ones more."""
    window = np.hanning(2 * reach + 3)[1:-1]
    return np.convolve(np.pad(values, reach, mode="edge"), window / window.sum(), "valid")


def true_peaks(samples: Samples) -> Samples:
    """For each sample the highest magnitude of the continuous signal around it, shape (n_samples,)."""
    import soxr

    fine = np.abs(soxr.resample(samples, RATE, RATE * OVERSAMPLING, quality="MQ"))
    fine = np.pad(fine, (0, max(0, len(samples) * OVERSAMPLING - len(fine))))[: len(samples) * OVERSAMPLING]
    peaks = np.abs(samples)
    for phase in range(OVERSAMPLING):
        np.maximum(peaks, fine[phase::OVERSAMPLING], out=peaks)
    return peaks
