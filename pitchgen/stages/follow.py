"""Captions followed from still to still: when each comes, when it goes, and what it says."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pitchgen.core.box import Box
from pitchgen.core.footage import Reading, Still
from pitchgen.dsp.ink import Ink, ink_of
from pitchgen.dsp.pixels import halved_luma
from pitchgen.stages.same import same

STANDS = 0.55  # presence of all letters from which a caption is taken to stand still
PART_STANDS = 0.25  # the same of each letter: one that has changed has hardly any edge left
FAINT = 0.3  # presence from which a caption that is just coming counts
BEGINS = 0.4  # presence of the first letter from which one that comes letter by letter counts
LOOK_EVERY = 3  # stills without a caption from one look to the next
SETTLED = 3  # stills after which what comes letter by letter, or flies in, is looked at again
COMING = 20  # stills that are looked back on when one is found: letter by letter it comes in one or two seconds
LONGEST = 60  # stills of one caption that are kept: 20 MB


@dataclass(frozen=True, slots=True)
class Seen:
    """A caption as it stands in one still."""

    reading: Reading
    other: str
    box: Box
    """In the still, in shares of it; lines in other languages included."""
    lines: tuple[Box, ...] = ()
    """Hers, from the top."""


Look = Callable[[Still], Seen | None]


@dataclass(frozen=True, slots=True)
class Apart:
    """What is known of a caption by the colour of its letters."""

    readings: tuple[Reading, ...]
    """Of what has that colour; more than one where it may be one of two."""
    behind: bool
    """Something behind has nearly that colour, and may look like a stroke more."""
    hidden: bool
    """Letters at an end may be lost in it."""


@dataclass(slots=True)
class Stretch:
    """Stills in which the same caption stands."""

    stills: list[Still]
    seen: list[Seen] = field(default_factory=list)
    apart: Apart | None = None


def follow(stills: Iterable[Still], look: Look, line: float) -> Iterator[Stretch]:
    """Each caption in turn.

    Args:
        stills: of the part of the frame in which captions stand.
        look: finds and reads the caption of a still.
        line: height of a line, in shares of a still.
    """
    waiting: deque[Still] = deque(maxlen=COMING)
    since_look = LOOK_EVERY
    current: _Current | None = None
    for still in stills:
        if current:
            if current.takes(still):
                continue
            yield from current.closed()
            current, since_look = None, LOOK_EVERY
            waiting.clear()
        waiting.append(still)
        if since_look == LOOK_EVERY:
            since_look = 0
            if seen := look(still):
                current = _Current(list(waiting), seen, look, line)
        since_look += 1
    if current:
        yield from current.closed()


class _Current:
    """The caption that stands now."""

    def __init__(self, stills: Sequence[Still], seen: Seen, look: Look, line: float) -> None:
        self._look, self._line = look, line
        self._ink = _ink(stills[-1], seen.box, line)
        before = _while(self._comes, stills[-2::-1])
        self._stretch = Stretch([*before[::-1], stills[-1]], [seen])
        self._since_look = 0

    def takes(self, still: Still) -> bool:
        """Whether the caption still stands in `still`, which then belongs to it."""
        whole, least = self._presence(still)
        if whole < STANDS or least < PART_STANDS or len(self._stretch.stills) >= LONGEST:
            return False
        self._stretch.stills.append(still)
        self._since_look += 1
        if self._since_look == SETTLED:
            self._settle(still)
        return True

    def closed(self) -> Iterator[Stretch]:
        """The stretches that it was: more than one where a change was not seen while it happened."""
        stills = self._stretch.stills
        if len(stills) > SETTLED + 1 and (last := self._look(stills[-2])):
            self._stretch.seen.append(last)
            yield from _parted(self._stretch, self._look)
        else:
            yield self._stretch

    def _comes(self, still: Still) -> bool:
        """Whether it is there already, faint or its beginning alone."""
        plane = halved_luma(still.pixels)
        return self._ink.presence(plane)[0] >= FAINT or self._ink.beginning(plane) >= BEGINS

    def _settle(self, still: Still) -> None:
        if seen := self._look(still):
            if len(seen.reading.text) > len(self._stretch.seen[-1].reading.text):
                self._since_look = 0  # more of it may come
            self._stretch.seen.append(seen)
            self._ink = _ink(still, seen.box, self._line)

    def _presence(self, still: Still) -> tuple[float, float]:
        return self._ink.presence(halved_luma(still.pixels))


def _parted(stretch: Stretch, look: Look) -> Iterator[Stretch]:
    """The stretch, in two where it begins with one caption and ends with another."""
    first, last = stretch.seen[-2], stretch.seen[-1]
    if same(first.reading, last.reading):
        yield stretch
        return
    low, high = min(SETTLED, len(stretch.stills) - 3), len(stretch.stills) - 2
    while high - low > 1:
        middle = (low + high) // 2
        seen = look(stretch.stills[middle])
        if seen and same(seen.reading, last.reading):
            high = middle
        else:
            low = middle
    yield Stretch(stretch.stills[:high], stretch.seen[:-1])
    yield Stretch(stretch.stills[high:], [last])


def _while(holds: Callable[[Still], bool], stills: Iterable[Still]) -> list[Still]:
    found = []
    for still in stills:
        if not holds(still):
            break
        found.append(still)
    return found


def _ink(still: Still, box: Box, line: float) -> Ink:
    height, width = (size // 2 for size in still.pixels.shape[:2])
    letter = max(4, round(line * height))
    top, bottom = int(box.top * height), int(box.bottom * height) + 1
    return ink_of(halved_luma(still.pixels), top, int(box.left * width), bottom, int(box.right * width) + 1, letter)
