"""The sound of a timeline, and its loudness."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from pitchgen.core.audio import Audio, Samples
from pitchgen.core.timeline import Timeline
from pitchgen.dsp.loudness import RATE, LoudnessMeter, limit
from pitchgen.dsp.resample import resample
from pitchgen.dsp.stretch import stretch

BLOCK = RATE  # samples of silence written at once
FADE = RATE * 5 // 1000  # 5 ms: no click where a clip begins or ends
TARGET_LUFS = -16.0  # speech for phones and the web
CEILING_DBTP = -2.5  # below the -1.5 dBTP promised by what AAC adds to a peak (under 1 dB at 128 kbit/s)
CORRECTIONS = 5  # passes over the limited sound until it is as loud as asked: two or three are enough
MIN_SLOPE = 0.2  # a limiter that gives back less than this is at its end
CLOSE_ENOUGH = 0.1  # LU
MAX_GAIN_DB = 40.0  # a recording more than that below the target holds nothing but its noise

VERSION = 1


def mix(timeline: Timeline, sounds: Iterable[Audio]) -> Iterator[Samples]:
    """The sound of `timeline` in blocks at 48 kHz, from its start to the end of its duration.

    Args:
        timeline: what sounds when.
        sounds: for each clip, in order, its sound at tempo 1 and any rate.
    """
    position = 0
    for clip, audio in zip(timeline.clips, sounds, strict=True):
        start = max(position, round(clip.start * RATE))
        yield from _silence(start - position)
        samples = faded(resample(stretch(audio, clip.tempo), RATE).samples)
        yield samples
        position = start + len(samples)
    yield from _silence(round(timeline.duration * RATE) - position)


def faded(samples: Samples) -> Samples:
    """`samples` rising from and falling to silence over 5 ms."""
    length = min(FADE, len(samples) // 2)
    ramp = np.linspace(0, 1, length, endpoint=False, dtype=np.float32)
    shaped = samples.copy()
    shaped[:length] *= ramp
    shaped[len(shaped) - length :] *= ramp[::-1]
    return shaped


def gain_for(blocks: Sequence[Samples], target: float = TARGET_LUFS, ceiling: float = CEILING_DBTP) -> float:
    """The linear gain at which the limited blocks are `target` LUFS integrated, to 0.1 LU where it can be.

    Args:
        blocks: sound at 48 kHz; read several times.
        target: LUFS.
        ceiling: dBTP of the limiter.
    """
    loudness = _integrated(blocks)
    if not np.isfinite(loudness):
        return 1.0
    gain_db, reached = min(MAX_GAIN_DB, target - loudness), loudness
    slope, step = 1.0, 0.0  # LU won per dB of gain: the less, the more the limiter takes away
    for _ in range(CORRECTIONS):
        before, reached = reached, _integrated(limit(blocks, _linear(gain_db), _linear(ceiling)))
        missing = target - reached
        if abs(missing) < CLOSE_ENOUGH or gain_db >= MAX_GAIN_DB:
            break
        if step:
            slope = max(MIN_SLOPE, (reached - before) / step)
        step = min(MAX_GAIN_DB - gain_db, missing / slope)
        gain_db += step
    return _linear(gain_db)


def master(blocks: Sequence[Samples], target: float = TARGET_LUFS, ceiling: float = CEILING_DBTP) -> Iterator[Samples]:
    """The blocks at `target` LUFS integrated, no true peak above `ceiling` dBTP."""
    return limit(blocks, gain_for(blocks, target, ceiling), _linear(ceiling))


def _integrated(blocks: Iterable[Samples]) -> float:
    meter = LoudnessMeter()
    for block in blocks:
        meter.add(block)
    return meter.integrated


def _linear(db: float) -> float:
    return float(10 ** (db / 20))


def _silence(length: int) -> Iterator[Samples]:
    for start in range(0, length, BLOCK):
        yield np.zeros(min(BLOCK, length - start), np.float32)
