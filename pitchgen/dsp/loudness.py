"""Loudness as ITU-R BS.1770-4 defines it, and a limiter that keeps true peaks below a ceiling.

All of it works on sound at 48 kHz, of one channel, shape (n_samples,), or more, shape (n_samples, n_channels).
The sound is read once, block by block, into an `Envelope` of a few numbers per millisecond; what any gain would
give is worked out from those, so that an hour takes little memory and the search for the right gain takes no
second look at the sound. Channels share one gain, or the image would move.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.audio import Samples
from pitchgen.dsp.resample import framed

RATE = 48_000  # Hz: the rate that BS.1770 gives its filter for
STEP = RATE // 1000  # samples, 1 ms: the gain is set once a step and runs in a straight line between
FRAME = 2 * RATE  # samples looked at together: the transform of one, with what its filters need, stays in the cache
GATE_SECONDS = 0.4  # length of a gating block
HOP_SECONDS = 0.1  # gating blocks overlap by 75%
ABSOLUTE_GATE = -70.0  # LUFS
RELATIVE_GATE = -10.0  # LU below the loudness of what passes the absolute gate
OFFSET = -0.691  # dB: makes a 997 Hz sine of full scale read -3.01 LUFS

SHORT_TERM_SECONDS = 3.0  # what the range is told by
RANGE_GATE = -20.0  # LU below the loudness of what passes the absolute gate
RANGE_PERCENTILES = (10.0, 95.0)
"""Source of these: EBU Tech 3342, which defines the loudness range."""

SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
"""Numerators and denominators of the two K-weighting filters. Source: BS.1770-4, tables 1 and 2."""

SETTLE = RATE // 4  # samples after which the filters have forgotten what came before (38 Hz, critically damped)
OVERSAMPLING = 4  # BS.1770-4, annex 2: true peaks are read at 192 kHz
RINGING = 8 * STEP  # samples on each side that the resampler looks at
LOOKAHEAD = 3  # steps: the gain is down before the peak comes, too quickly to be heard as a fade

Steps = NDArray[np.float32]
"""One number per millisecond, shape (n_steps,)."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What decides the loudness and the peaks of a sound at any gain."""

    peaks: Steps
    """Highest magnitude of the continuous signal in each step, of any channel."""
    powers: Steps
    """Mean square of the K-weighted samples in each step, summed over the channels (left and right weigh 1)."""

    def gains(self, gain: float, ceiling: float) -> Steps:
        """The gain of each step that keeps true peaks below `ceiling` and is `gain` elsewhere (all linear).

        A look-ahead limiter: what a peak needs is held over the look-ahead on both sides and smoothed over
        the same length, so that it is reached in time and never jumps.
        """
        need = np.minimum(gain, ceiling / np.maximum(self.peaks, 1e-9))
        return _smooth(_lowest_around(need, LOOKAHEAD + 1), LOOKAHEAD)

    def loudness(self, gains: Steps | float = 1.0) -> float:
        """Integrated loudness in LUFS with `gains` applied; minus infinity where nothing passes the gates."""
        loud = self._loud(GATE_SECONDS, gains)
        if not len(loud):
            return -np.inf
        return _lufs(loud[loud > _power(_lufs(loud.mean()) + RELATIVE_GATE)].mean())

    @property
    def range(self) -> float:
        """Loudness range in LU; 0 where nothing passes the gates."""
        loud = self._loud(SHORT_TERM_SECONDS, 1.0)
        if not len(loud):
            return 0.0
        low, high = np.percentile(loud[loud > _power(_lufs(loud.mean()) + RANGE_GATE)], RANGE_PERCENTILES)
        return _lufs(high) - _lufs(low)

    @property
    def peak(self) -> float:
        """Highest true peak in dBTP; minus infinity in silence."""
        highest = self.peaks.max(initial=0.0)
        return float(20 * np.log10(highest)) if highest > 0 else -np.inf

    def _loud(self, seconds: float, gains: Steps | float) -> NDArray[np.float64]:
        """The powers of all windows of `seconds` that pass the absolute gate, one each 100 ms."""
        steps = round(HOP_SECONDS * RATE / STEP)
        powers = self.powers * np.square(gains)
        hops = powers[: len(powers) // steps * steps].reshape(-1, steps).mean(axis=1, dtype=np.float64)
        width = round(seconds / HOP_SECONDS)
        hops = np.pad(hops, (0, max(0, width - len(hops))))
        blocks = np.convolve(hops, np.ones(width) / width, "valid")
        return np.asarray(blocks[blocks > _power(ABSOLUTE_GATE)])


def envelope(blocks: Iterable[Samples]) -> Envelope:
    """What `blocks` of any length sound like, millisecond by millisecond."""
    length = 0

    def counted() -> Iterator[Samples]:
        nonlocal length
        for block in blocks:
            length += len(block)
            yield block

    peaks: list[Steps] = []
    powers: list[Steps] = []
    for before, frame, after in _between(framed(counted(), FRAME)):
        around = np.concatenate([before[-RINGING:], frame, after[:RINGING]])
        heard = np.concatenate([before[-SETTLE:], frame])
        peaks.append(np.max([_peaks(channel) for channel in channels(around)], axis=0))
        powers.append(np.sum([_powers(channel) for channel in channels(heard)], axis=0))
    if not peaks:
        return Envelope(np.zeros(0, np.float32), np.zeros(0, np.float32))
    steps = -(-length // STEP)
    return Envelope(np.concatenate(peaks)[:steps], np.concatenate(powers)[:steps])


def amplified(blocks: Iterable[Samples], gains: Steps) -> Iterator[Samples]:
    """The blocks times the gain of each step, in straight lines from the middle of one to that of the next."""
    centres = np.arange(len(gains)) * STEP + STEP / 2
    position = 0
    for block in blocks:
        first, last = max(0, position // STEP - 1), (position + len(block)) // STEP + 2
        at = position + np.arange(len(block))
        gain = np.interp(at, centres[first:last], gains[first:last]).astype(np.float32)
        yield block * (gain if block.ndim == 1 else gain[:, np.newaxis])
        position += len(block)


def channels(samples: Samples) -> Iterator[Samples]:
    """Each channel by itself, shape (n_samples,)."""
    yield from (samples,) if samples.ndim == 1 else (np.ascontiguousarray(column) for column in samples.T)


def _peaks(around: Samples) -> Steps:
    """Of one frame and what surrounds it."""
    peaks: Steps = true_peaks(around)[RINGING : RINGING + FRAME].reshape(-1, STEP).max(axis=1)
    return peaks


def _powers(heard: Samples) -> Steps:
    """Of one frame and what was heard before it."""
    powers: Steps = np.square(k_weighted(heard)[SETTLE:]).reshape(-1, STEP).mean(axis=1).astype(np.float32)
    return powers


def k_weighted(samples: Samples) -> NDArray[np.float64]:
    """`samples` through both filters, as the frequency response of a block long enough for their decay."""
    length = 1 << (len(samples) + SETTLE - 1).bit_length()
    return np.fft.irfft(np.fft.rfft(samples, length) * _response(length), length)[: len(samples)]


def true_peaks(samples: Samples) -> Samples:
    """For each sample the highest magnitude of the continuous signal around it, shape (n_samples,)."""
    import soxr

    fine = np.abs(soxr.resample(samples, RATE, RATE * OVERSAMPLING, quality="MQ"))
    fine = np.pad(fine, (0, max(0, len(samples) * OVERSAMPLING - len(fine))))[: len(samples) * OVERSAMPLING]
    peaks = np.abs(samples)
    for phase in range(OVERSAMPLING):
        np.maximum(peaks, fine[phase::OVERSAMPLING], out=peaks)
    return peaks


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


def _between(frames: Iterable[Samples]) -> Iterator[tuple[Samples, Samples, Samples]]:
    """Each frame with its neighbours; silence before the first and after the last."""
    before: Samples | None = None
    waiting: Samples | None = None
    for frame in frames:
        if waiting is not None:
            yield np.zeros_like(waiting) if before is None else before, waiting, frame
            before = waiting
        waiting = frame
    if waiting is not None:
        silence = np.zeros_like(waiting)
        yield silence if before is None else before, waiting, silence


def _lowest_around(values: Steps, reach: int) -> Steps:
    """For each value the lowest one at most `reach` away."""
    padded = np.pad(values, reach, mode="edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).min(axis=1))


def _smooth(values: Steps, reach: int) -> Steps:
    """Values averaged with their neighbours up to `reach` away, the near ones more."""
    window = np.hanning(2 * reach + 3)[1:-1]
    return np.convolve(np.pad(values, reach, mode="edge"), window / window.sum(), "valid").astype(np.float32)
