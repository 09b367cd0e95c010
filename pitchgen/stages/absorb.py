"""Who absorbs what no good tempo fits: the sound alone, or the picture, which waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pitchgen.core.clock import Clock, Wait
from pitchgen.stages.fit import HASTY, LATE, Take

SLOWEST = 0.15  # of a pause that the picture may take longer: somebody who does not speak moves slower unnoticed
SHORTEST = 0.04  # seconds: a wait of less than a frame is none
BEFORE_END = 0.2  # seconds: a frame is held by those that come after it

Absorber = Callable[[Sequence[Take], float], Clock]
"""From what is said, and how many seconds the video has, to the clock of the output."""


def by_sound(takes: Sequence[Take], duration: float) -> Clock:
    """The picture is as it was filmed: what is said must keep up with it."""
    del takes, duration
    return Clock()


def by_holding(takes: Sequence[Take], duration: float) -> Clock:
    """A frame is held at the end of a sentence of hers, until the new one is over at a tempo still pleasant."""
    waits: list[Wait] = []
    owed = 0.0
    for i, take in enumerate(takes):
        late = _late(takes, i, owed, duration)
        held = late > (LATE if i + 1 < len(takes) else SHORTEST)
        owed = 0.0 if held else late
        if held:
            place = min(take.segment.span.end, _due(takes, i, duration), max(0.0, duration - BEFORE_END))
            waits.append(Wait(place, place, late))
    return Clock(tuple(waits))


def by_slowing(takes: Sequence[Take], duration: float) -> Clock:
    """The picture runs slower in the pauses after a sentence that needs more time, until that is made up for."""
    waits: list[Wait] = []
    owed = 0.0
    for i, take in enumerate(takes):
        owed = _late(takes, i, owed, duration)
        pause = max(0.0, _due(takes, i, duration) - take.segment.span.end)
        given = min(owed, SLOWEST * pause)
        if given >= SHORTEST:
            waits.append(Wait(take.segment.span.end, take.segment.span.end + pause, given))
            owed -= given
    return Clock(tuple(waits))


ABSORBERS: dict[str, Absorber] = {"audio": by_sound, "freeze": by_holding, "slow": by_slowing}
"""By the setting's name."""


def _due(takes: Sequence[Take], index: int, duration: float) -> float:
    return takes[index + 1].segment.span.start if index + 1 < len(takes) else duration


def _late(takes: Sequence[Take], index: int, owed: float, duration: float) -> float:
    """Seconds that a sentence ends after the next should begin, said as fast as is pleasant and begun `owed` late."""
    take = takes[index]
    length = take.duration if take.original else take.duration / HASTY
    return max(0.0, take.segment.span.start + owed + length - _due(takes, index, duration))
