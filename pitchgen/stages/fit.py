"""Places spoken sentences on the clock, all of them together, where that costs a viewer least.

The cost is a sum of squares, each an amount over the amount that costs one (docs/timing.md says why these):
how late a sentence begins and ends against hers, how far its tempo is from 1, how much the tempo changes from one
sentence to the next, and how much of a pause is lost. The limits are hard: the order stays, nothing overlaps or is
cut, every tempo is allowed, no sentence begins before her lips move, and none runs far into the next one's time
unless no allowed tempo could prevent it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pitchgen.core.timeline import Clip, Overrun, Timeline
from pitchgen.core.transcript import Segment
from pitchgen.dsp.chain import Problem, Rows, Vector, cheapest

MIN_TEMPO = 0.85  # slower than this, speech sounds drawn out
MAX_TEMPO = 1.25  # faster than this, listeners hear haste
HASTY = 1.19  # listeners prefer speech below 1.2: more is dear, and for what fits no other way
EARLY = 0.09  # seconds that sound may be ahead of the picture. Source: ITU-R BT.1359, acceptable up to 90 ms
LATE = 0.75  # seconds that a sentence may run into the next one's time rather than be hurried
BREATH = 0.3  # seconds of a pause that are worth keeping: longer ones may be used up to here for nothing

# What costs one. Source: benchmarks/fit.py; the reasons are in docs/timing.md
START = 0.3  # seconds that a sentence begins late
END = 0.6  # seconds that it ends late or early: lips still moving are missed less than lips that begin to move
STRETCH = 0.12  # of its length, by which a sentence is shorter or longer than it was spoken
HASTE = 0.01  # of its length, by which it is shorter than HASTY makes it
CHANGE = 0.15  # of its length, that neighbours differ in STRETCH: one steady reader, not a slow and a hasty one
SQUEEZE = 0.15  # seconds of a pause lost
PINNED = 20.0  # times as dear: her own sound belongs to her lips

VERSION = 2

UNKNOWNS = 2  # of each sentence: its start, and its length on the clock
MOMENT = 1e-2  # seconds: a subtitle file may have a line that ends where it begins
SPARE = 1e-4  # seconds beyond the limits while the solution is looked for, so that there is an inside


@dataclass(frozen=True, slots=True)
class Take:
    """A sentence and how long its voice takes."""

    segment: Segment
    duration: float
    """Seconds at tempo 1."""
    original: bool = False
    """The source's own sound: it keeps its tempo."""

    @property
    def unit(self) -> float:
        """What a stretch is counted in: its length, or a moment for what has none."""
        return max(self.duration, MOMENT)

    @property
    def shortest(self) -> float:
        """Seconds at the highest tempo allowed."""
        return self.duration if self.original else self.duration / MAX_TEMPO

    @property
    def longest(self) -> float:
        """Seconds at the lowest."""
        return self.duration if self.original else self.duration / MIN_TEMPO


def fit(takes: Sequence[Take], language: str, duration: float) -> Timeline:
    """Takes on the clock, in order, at the least cost; `duration` is that of the video in seconds.

    What ends after the video, or LATE after the next one should start, is reported as an overrun.
    """
    if not takes:
        return Timeline(language, duration, ())
    targets = _targets(takes)
    start = np.array([(begin, end - begin) for begin, end in targets]).ravel()
    clips = _clips(takes, _deadlines(takes, targets, duration), cheapest(_problem(takes, duration), start))
    due = _due(takes, duration)
    overruns = tuple(
        Overrun(clip.segment, clip.end - wanted)
        for i, (clip, wanted) in enumerate(zip(clips, due, strict=True))
        if clip.end > wanted + _grace(takes, i) + 2 * SPARE
    )
    return Timeline(language, max(duration, clips[-1].end), clips, overruns)


def cost(takes: Sequence[Take], timeline: Timeline) -> float:
    """What a timeline of `takes` costs a viewer: 0 where every sentence is said as she says hers."""
    if not takes:
        return 0.0
    z = np.array([(clip.start, clip.end - clip.start) for clip in timeline.clips]).ravel()
    return _problem(takes, timeline.duration).cost(z)


def _problem(takes: Sequence[Take], duration: float) -> Problem:
    targets = _targets(takes)
    breaths = [min(BREATH, max(0.0, b.segment.span.start - a.segment.span.end)) for a, b in pairwise(takes)]
    return Problem(_squares(takes, targets), _hinges(takes, breaths), _limits(takes, targets, duration))


def _targets(takes: Sequence[Take]) -> list[tuple[float, float]]:
    """When each should start and end: as the source's, as far as it can be reached at allowed tempos at all.

    What nobody could prevent is no reason to hurry the others.
    """
    targets, clock = [], 0.0
    for take in takes:
        start = max(take.segment.span.start, clock)
        clock = start + take.shortest
        targets.append((start, min(max(take.segment.span.end, clock), start + take.longest)))
    return targets


def _due(takes: Sequence[Take], duration: float) -> list[float]:
    """When each should have ended: where the next one begins, or the video ends."""
    return [*(take.segment.span.start for take in takes[1:]), duration]


def _grace(takes: Sequence[Take], index: int) -> float:
    """How much later it may end: not at all where the video does."""
    return LATE if index + 1 < len(takes) else 0.0


def _deadlines(takes: Sequence[Take], targets: Sequence[tuple[float, float]], duration: float) -> list[float]:
    """When each must have ended, so that all after it can end in time; later where no allowed tempo could do that."""
    deadlines, following, due = [], np.inf, _due(takes, duration)
    for i in reversed(range(len(takes))):
        soonest = targets[i][0] + takes[i].shortest
        deadline = max(soonest, min(due[i] + _grace(takes, i), following))
        following = deadline - takes[i].shortest
        deadlines.append(deadline)
    return deadlines[::-1]


def _squares(takes: Sequence[Take], targets: Sequence[tuple[float, float]]) -> Rows:
    """Drift of start and end, tempo, and its change."""
    rows: list[tuple[int, Sequence[float], float]] = []
    for i, (take, (start, end)) in enumerate(zip(takes, targets, strict=True)):
        at, dear = UNKNOWNS * i, PINNED if take.original else 1.0
        rows.append((at, (dear / START,), dear * start / START))
        rows.append((at, (1 / END, 1 / END), end / END))
        stretch = STRETCH / (PINNED * PINNED if take.original else 1.0)
        rows.append((at + 1, (1 / take.unit / stretch,), take.duration / take.unit / stretch))
    for i, (before, after) in enumerate(pairwise(takes)):
        rows.append((UNKNOWNS * i + 1, (1 / before.unit / CHANGE, 0.0, -1 / after.unit / CHANGE), 0.0))
    return Rows.of(rows)


def _hinges(takes: Sequence[Take], breaths: Sequence[float]) -> Rows:
    """Pauses kept, and no haste."""
    rows: list[tuple[int, Sequence[float], float]] = []
    for i, breath in enumerate(breaths):
        rows.append((UNKNOWNS * i, (-1 / SQUEEZE, -1 / SQUEEZE, 1 / SQUEEZE), breath / SQUEEZE))
    for i, take in enumerate(takes):
        rows.append((UNKNOWNS * i + 1, (1 / take.unit / HASTE,), take.duration / take.unit / HASTY / HASTE))
    return Rows.of(rows)


def _limits(takes: Sequence[Take], targets: Sequence[tuple[float, float]], duration: float) -> Rows:
    """What no timeline may break."""
    rows: list[tuple[int, Sequence[float], float]] = []
    for i, (take, deadline) in enumerate(zip(takes, _deadlines(takes, targets, duration), strict=True)):
        at = UNKNOWNS * i
        rows.append((at, (1.0,), _floor(take)))
        rows.append((at, (-1.0, -1.0), -deadline - SPARE))
        if not take.original:  # its tempo is held by what another would cost
            rows.append((at + 1, (1.0,), take.shortest - SPARE / 2))
            rows.append((at + 1, (-1.0,), -take.longest - SPARE / 2))
    for i in range(len(takes) - 1):
        rows.append((UNKNOWNS * i, (-1.0, -1.0, 1.0), 0.0))
    return Rows.of(rows)


def _floor(take: Take) -> float:
    """Before which it may not begin."""
    return max(0.0, take.segment.span.start - EARLY)


def _clips(takes: Sequence[Take], deadlines: Sequence[float], z: Vector) -> tuple[Clip, ...]:
    """The solution without what was to spare: no clip a hair before the end of the last, or too fast by one."""
    clips: list[Clip] = []
    clock = 0.0
    for take, (start, length), deadline in zip(takes, z.reshape(-1, UNKNOWNS).tolist(), deadlines, strict=True):
        start = max(start, _floor(take), clock)
        length = max(min(length, take.longest, deadline - start), take.shortest)
        tempo = 1.0 if take.original else min(max(take.duration / length, MIN_TEMPO), MAX_TEMPO)
        clips.append(Clip(take.segment, start, take.duration, tempo, take.original))
        clock = clips[-1].end
    return tuple(clips)
