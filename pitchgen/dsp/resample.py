"""Another sampling rate. Source: the SoX resampler, through soxr."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pitchgen.core.audio import Audio, Samples

BLOCK = 1 << 18  # samples read at a time: 1 MiB, so that an hour takes no more memory than a minute


def resample(audio: Audio, rate: int) -> Audio:
    """`audio` at `rate` Hz, its length in seconds kept."""
    if audio.rate == rate:
        return audio
    return Audio(np.concatenate([np.zeros(0, np.float32), *resampled_blocks(audio, rate)]), rate)


def resampled_blocks(audio: Audio, rate: float) -> Iterator[Samples]:
    """`audio` at `rate` Hz as consecutive pieces of any length: views where the rate is right already."""
    starts = range(0, len(audio.samples), BLOCK)
    if audio.rate == rate:
        yield from (audio.samples[start : start + BLOCK] for start in starts)
        return
    import soxr

    stream = soxr.ResampleStream(audio.rate, rate, 1, dtype="float32")
    for start in starts:
        block = np.ascontiguousarray(audio.samples[start : start + BLOCK])
        yield stream.resample_chunk(block, last=start + BLOCK >= len(audio.samples))


def framed(blocks: Iterator[Samples], length: int) -> Iterator[Samples]:
    """Consecutive pieces of exactly `length` samples, of one channel or more; the last is filled up with zeros."""
    rest: Samples | None = None
    for block in blocks:
        joined = block if rest is None else np.concatenate([rest, block])
        whole = len(joined) // length * length
        for start in range(0, whole, length):
            yield joined[start : start + length]
        rest = joined[whole:]
    if rest is not None and len(rest):
        yield np.concatenate([rest, np.zeros((length - len(rest), *rest.shape[1:]), np.float32)])
