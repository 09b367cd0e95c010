"""Chooses among the wordings of all sentences, by how long each would take to say, before any of them is said.

The same cost as `fit`, except that the change of tempo between neighbours is left out, and what a less likely wording
costs comes in. Dynamic programming over the moment when a sentence has ended: what came before matters to what
follows by nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.transcript import Span
from pitchgen.dsp.chain import Vector
from pitchgen.stages.fit import (
    BREATH,
    EARLY,
    END,
    HASTE,
    HASTY,
    LATE,
    MAX_TEMPO,
    MIN_TEMPO,
    SQUEEZE,
    START,
    STRETCH,
)

STEP = 0.1  # seconds from one moment to the next: an estimated length is off by more
UNLIKELIER = 0.5  # what each wording that the translator found better costs: as much as starting 0.2 s late
ROOM = 3.0  # seconds past the unavoidable that an end is looked for


@dataclass(frozen=True, slots=True)
class Choice:
    """A sentence, and how long each of its wordings would take."""

    span: Span
    """When she says it."""
    seconds: tuple[float, ...]
    """At tempo 1, the likeliest wording first."""


@dataclass(frozen=True, slots=True)
class _Reached:
    """The cheapest way to have ended at each moment, shape (n_moments,) each."""

    times: Vector
    costs: Vector
    wordings: NDArray[np.int64]
    before: NDArray[np.int64]
    """Which moment of the sentence before it came from."""


def choose(choices: Sequence[Choice], duration: float) -> tuple[int, ...]:
    """The index of the wording of each; `duration` is that of the video in seconds."""
    if all(len(choice.seconds) == 1 for choice in choices):
        return (0,) * len(choices)
    ways: list[_Reached] = []
    reached, soonest = _Reached(np.zeros(1), np.zeros(1), *np.zeros((2, 1), np.int64)), 0.0
    for i, choice in enumerate(choices):
        following = choices[i + 1].span.start + LATE if i + 1 < len(choices) else duration
        pause = choice.span.start - choices[i - 1].span.end if i else 0.0
        begin = max(choice.span.start, soonest)
        soonest = begin + min(choice.seconds) / MAX_TEMPO
        reached = _said(choice, reached, begin, max(soonest, following), min(BREATH, max(0.0, pause)))
        ways.append(reached)
    at, chosen = int(np.argmin(ways[-1].costs)), []
    for way in reversed(ways):
        chosen.append(int(way.wordings[at]))
        at = int(way.before[at])
    return tuple(chosen[::-1])


def _said(choice: Choice, before: _Reached, begin: float, deadline: float, breath: float) -> _Reached:
    """The sentence after those `before`: every start, every end, every wording."""
    starts = max(0.0, choice.span.start - EARLY) + STEP * np.arange(
        int((begin - choice.span.start + LATE + EARLY) / STEP) + 2
    )
    pause = starts - before.times[:, None]  # (n_before, n_starts)
    lost = np.maximum(0.0, breath - np.maximum(pause, 0.0)) / SQUEEZE
    ways = np.where(pause >= -STEP / 2, before.costs[:, None] + lost**2, np.inf)
    came, cost = ways.argmin(0), ways.min(0) + ((starts - begin) / START) ** 2
    soonest = begin + min(choice.seconds) / MAX_TEMPO
    ends = soonest + STEP * np.arange(int(min(deadline - soonest, ROOM) / STEP) + 2)
    lengths = ends[None, :, None] - starts[:, None, None]  # (n_starts, n_ends, n_wordings)
    said = np.array(choice.seconds)
    part = lengths / said
    wanted = np.clip(choice.span.end, begin + said / MAX_TEMPO, begin + said / MIN_TEMPO)
    total = (
        cost[:, None, None]
        + ((part - 1) / STRETCH) ** 2
        + (np.maximum(0.0, 1 / HASTY - part) / HASTE) ** 2
        + ((ends[:, None] - wanted) / END) ** 2
        + UNLIKELIER * np.arange(len(said))
    )
    allowed = (lengths >= said / MAX_TEMPO - STEP) & (lengths <= said / MIN_TEMPO + STEP)
    flat = np.where(allowed, total, np.inf).transpose(1, 0, 2).reshape(len(ends), -1)
    best = flat.argmin(1)
    start, wording = np.divmod(best, len(said))
    costs = flat[np.arange(len(ends)), best]
    return _Reached(np.asarray(ends, np.float64), costs, wording, came[start])
