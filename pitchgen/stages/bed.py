"""What is kept of her sound, laid beneath the new voices: on their clock, at its level, out of their way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from pitchgen.core.audio import Samples
from pitchgen.core.clock import Clock
from pitchgen.core.transcript import Span
from pitchgen.dsp.fade import ends
from pitchgen.dsp.loudness import RATE, STEP, Steps
from pitchgen.dsp.reader import Reader
from pitchgen.dsp.stretch import stretched

DUCKED_DB = -20.0  # under the new voice. Source: WCAG 2.1, success criterion 1.4.7: whoever hears badly still
# understands speech that is 20 dB above what is behind it
ATTACK = 0.2  # seconds, before the voice begins: its first sound is the easiest to lose
RELEASE = 0.5  # seconds, after it has ended: quicker is heard as pumping, slower covers what she says next
EDGE = RATE // 20  # samples, 50 ms: where the sound stops with the picture
PIECE = 10 * RATE  # samples handed on at once
VERSION = 1


def on_clock(blocks: Iterable[Samples], clock: Clock) -> Iterator[Samples]:
    """Her sound where the picture waits: it stops while a frame is held, and slows, at its pitch, with the picture."""
    reader, position, rises = Reader(iter(blocks)), 0, False
    for wait in clock.waits:
        start, end = round(wait.start * RATE), round(wait.end * RATE)
        added = round(wait.seconds * RATE)
        yield from _section(reader.pieces(start - position, PIECE), start - position, rises=rises, falls=start == end)
        if start == end:
            yield reader.like(added)
        else:
            yield _slowed(reader.take(end - start), added)
        position, rises = end, start == end
    yield from _section(reader.rest(PIECE), None, rises=rises, falls=False)


def gains(seconds: float, voices: Sequence[Span] = ()) -> Steps:
    """The gain of each millisecond of a bed of `seconds`: it fades in and out, and is down while `voices` speak.

    It stays down over a gap that is too short to come up and go down again.
    """
    at = (np.arange(int(np.ceil(seconds * RATE / STEP)) + 1) + 0.5) * STEP / RATE
    depth = np.zeros(len(at), np.float32)
    for voice in _joined(voices):
        first, last = np.searchsorted(at, [voice.start - ATTACK, voice.end + RELEASE])
        near = at[first:last]
        reached = np.minimum((near - voice.start + ATTACK) / ATTACK, (voice.end + RELEASE - near) / RELEASE)
        depth[first:last] = np.maximum(depth[first:last], np.clip(reached, 0, 1))
    return np.asarray(10 ** (DUCKED_DB / 20 * depth) * ends(at, seconds), np.float32)


def _joined(voices: Sequence[Span]) -> Iterator[Span]:
    """The spans in which somebody speaks, those that lie close together as one."""
    current: Span | None = None
    for voice in voices:
        if current and voice.start - current.end < ATTACK + RELEASE:
            current = Span(current.start, max(current.end, voice.end))
        else:
            if current:
                yield current
            current = voice
    if current:
        yield current


def _slowed(samples: Samples, added: int) -> Samples:
    """`samples` made longer by `added`; its edges are as they were: what is beside it goes on from them."""
    length, edge = len(samples) + added, min(EDGE, len(samples) // 2)
    made = stretched(samples, RATE, len(samples) / length)
    rise = np.linspace(0, 1, edge, endpoint=False, dtype=np.float32)
    rise = rise if made.ndim == 1 else rise[:, np.newaxis]
    made[:edge] = made[:edge] * rise + samples[:edge] * (1 - rise)
    made[length - edge :] = made[length - edge :] * (1 - rise) + samples[len(samples) - edge :] * rise
    return made


def _section(blocks: Iterable[Samples], length: int | None, *, rises: bool, falls: bool) -> Iterator[Samples]:
    """The blocks, `length` samples in all, with an edge where they begin or end beside silence."""
    position = 0
    for block in blocks:
        at = position + np.arange(len(block))
        edge = np.ones(len(block), np.float32)
        if rises:
            edge = np.minimum(edge, (at + 0.5) / EDGE)
        if falls and length is not None:
            edge = np.minimum(edge, (length - at - 0.5) / EDGE)
        yield block * np.asarray(edge if block.ndim == 1 else edge[:, np.newaxis], np.float32)
        position += len(block)
