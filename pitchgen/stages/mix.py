"""The sound of a timeline, and its loudness."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from pitchgen.core.audio import Audio, Samples
from pitchgen.core.timeline import Timeline
from pitchgen.dsp.fade import faded
from pitchgen.dsp.loudness import RATE, Envelope, Steps, amplified, envelope
from pitchgen.dsp.reader import Reader
from pitchgen.dsp.resample import resample
from pitchgen.dsp.stretch import stretch

BLOCK = RATE  # samples of silence written at once
FADE = RATE * 5 // 1000  # 5 ms: no click where a clip begins or ends
TARGET_LUFS = -16.0  # speech for phones and the web
CEILING_DBTP = -2.0  # below the -1 dBTP promised by what AAC mostly adds to a peak; what it adds is measured then
CLOSE_ENOUGH = 0.1  # LU
MAX_GAIN_DB = 40.0  # a recording more than that below the target holds nothing but its noise

VERSION = 3


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
        samples = faded(resample(stretch(audio, clip.tempo), RATE).samples, FADE)
        yield samples
        position = start + len(samples)
    yield from _silence(round(timeline.duration * RATE) - position)


def master(blocks: Sequence[Samples], target: float = TARGET_LUFS, ceiling: float = CEILING_DBTP) -> Iterator[Samples]:
    """The blocks at `target` LUFS integrated where that can be, no true peak above `ceiling` dBTP.

    Args:
        blocks: sound at 48 kHz, of one channel or more; read twice.
        target: LUFS.
        ceiling: dBTP of the limiter.
    """
    heard = envelope(blocks)
    return amplified(blocks, _gains(heard, target, ceiling))


def over(blocks: Iterable[Samples], bed: Iterator[Samples]) -> Iterator[Samples]:
    """The blocks with `bed`, in pieces of any length, sounding under them; where it ends first, silence.

    What has one channel sounds in all of the other.
    """
    reader = Reader(bed)
    for block in blocks:
        under = reader.take(len(block))
        if block.ndim == under.ndim:
            yield block + under
        else:
            yield block[:, np.newaxis] + under if block.ndim < under.ndim else block + under[:, np.newaxis]


def _gains(heard: Envelope, target: float, ceiling: float) -> Steps:
    """The gain of each step; of all gains before the limiter the one that comes nearest to the target.

    What the limiter takes away must be made up for. More gain is never less loud, so halving finds it.
    """
    loudness = heard.loudness()
    low = min(MAX_GAIN_DB, target - loudness) if np.isfinite(loudness) else 0.0
    high = MAX_GAIN_DB
    gains = heard.gains(_linear(low), _linear(ceiling))
    while high - low > CLOSE_ENOUGH / 2 and heard.loudness(gains) < target - CLOSE_ENOUGH:
        middle = (low + high) / 2
        tried = heard.gains(_linear(middle), _linear(ceiling))
        if heard.loudness(tried) > target:
            high = middle
        else:
            low, gains = middle, tried
    return gains


def _linear(db: float) -> float:
    return float(10 ** (db / 20))


def _silence(length: int) -> Iterator[Samples]:
    for start in range(0, length, BLOCK):
        yield np.zeros(min(BLOCK, length - start), np.float32)
