"""Captions looked at a second time, their letters told by their colour from what is behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pitchgen.core.box import Box
from pitchgen.core.engines import TextReader
from pitchgen.core.footage import Pixels, Reading, part_of
from pitchgen.dsp.letters import Colour, Dress, Palette, drawn, farthest
from pitchgen.stages.follow import Apart, Seen, Stretch
from pitchgen.stages.lines import BESIDE, read_as_one
from pitchgen.stages.strip import Strip
from pitchgen.stages.vote import FIGURES

STILLS = 5  # that are laid over each other
AROUND = 0.5  # of a line's height, above and below: what is there is behind the letters too
ROOM = 1.2  # line heights at either end: for a letter that is not seen
NEAR = 50.0  # of 255: what is behind letters and no farther from their colour cannot be told from their strokes
SOME = 0.05  # of what is around a line; less is noise
WITHIN = 0.9  # of the distance of what is behind: what is nearer to the letters' colour is drawn, so that it is not
REACH, REACH_OF_BARE = 200.0, 60.0
"""The most that is drawn, which keeps thin strokes that an outline stains, and what is where nothing can be told apart.
Source: forty captions over the sample `umbrella`, a pale sky and bright blinds"""
BRIGHT, MUCH = 90.0, 0.15  # distance of what is beside an end, and share of it: enough to hide a letter
OFF_CENTRE = 0.75  # of a line's height: a line that lacks two letters at an end is off by one
LIKELY = 0.9  # probability from which what is no figure need not be looked at again


class SecondLook:
    """Looks at the captions of one video, and learns what their letters wear."""

    def __init__(self, strip: Strip, reader: TextReader) -> None:
        self._strip, self._reader = strip, reader
        self._line = strip.line / strip.part.height
        self._palette = Palette()

    def at(self, stretch: Stretch) -> Stretch:
        """The stretch, with what its letters say by themselves."""
        seen = max(reversed(stretch.seen), key=lambda one: len(one.reading.text))
        stills = _settled(stretch)
        self._palette.add(*_among_and_beside(stills[0], seen, self._line))
        dress = self._palette.dress()
        if dress is None:
            return stretch
        hidden = self._hidden(stills, seen, dress)
        behind = [self._behind(stills, seen, colour) for colour in dress.colours]
        readings: list[Reading] = []
        if hidden or _in_doubt(seen.reading):
            lines = [self._whole(line) if hidden else line for line in seen.lines]
            for colour, far in zip(dress.colours, behind, strict=True):
                blind = REACH_OF_BARE if dress.bare and colour is dress.colours[0] else REACH
                reach = blind if far <= NEAR else min(REACH, WITHIN * far)
                readings.append(self._read(stills, lines, colour, reach))
        return replace(stretch, apart=Apart(tuple(readings), min(behind) <= NEAR, hidden))

    def _read(self, stills: Sequence[Pixels], lines: Sequence[Box], colour: Colour, reach: float) -> Reading:
        parts = [line.grown(BESIDE * line.height / _aspect(stills), 0) for line in lines]
        planes = [farthest([part_of(still, part) for still in stills], colour) for part in parts]
        return read_as_one(self._reader.read([drawn(far, reach) for far in planes]))

    def _whole(self, line: Box) -> Box:
        """A line of centred captions as wide as it was meant, by its longer half."""
        if self._centre is None:
            return line
        half = max(self._centre - line.left, line.right - self._centre)
        return Box(max(0.0, self._centre - half), line.top, min(1.0, self._centre + half), line.bottom)

    @property
    def _centre(self) -> float | None:
        """Where lines are meant to be centred: editors do it in the middle of the frame.

        Where most lines lack letters at the same end, what is seen of them is centred elsewhere.
        """
        found = self._strip.centre
        return 0.5 if found is not None and abs(found - 0.5) <= 0.1 else found

    def _behind(self, stills: Sequence[Pixels], seen: Seen, colour: Colour) -> float:
        """How far what is around the letters is from their colour, 0 to 255: the nearest of it."""
        parts = [*_above_and_below(seen.box, self._line), *self._ends(stills, seen.box)]
        far = [farthest([part_of(still, part) for still in stills], colour).ravel() for part in parts]
        return float(np.quantile(np.concatenate(far), SOME))

    def _hidden(self, stills: Sequence[Pixels], seen: Seen, dress: Dress) -> bool:
        """Whether letters at an end of a line may be lost."""
        return any(self._lost(stills, line, dress) for line in seen.lines)

    def _lost(self, stills: Sequence[Pixels], line: Box, dress: Dress) -> bool:
        if self._centre is not None and abs(line.middle[0] - self._centre) * _aspect(stills) > OFF_CENTRE * self._line:
            return True
        if not dress.bare:
            return False
        ends = [farthest([part_of(s, end) for s in stills], dress.colours[0]) for end in self._ends(stills, line)]
        return any((far <= BRIGHT).mean() >= MUCH for far in ends)

    def _ends(self, stills: Sequence[Pixels], box: Box) -> list[Box]:
        """What is left and right of a box, where there is anything."""
        wide = ROOM * self._line / _aspect(stills)
        left = Box(max(0.0, box.left - wide), box.top, box.left, box.bottom)
        right = Box(box.right, box.top, min(1.0, box.right + wide), box.bottom)
        return [end for end in (left, right) if end.width > 0]


def _aspect(stills: Sequence[Pixels]) -> float:
    height, width = stills[0].shape[:2]
    return float(width / height)


def _settled(stretch: Stretch) -> list[Pixels]:
    """Some stills of the second half, in which all letters stand; the last may show them going."""
    stills = stretch.stills[len(stretch.stills) // 2 : max(len(stretch.stills) - 1, 1)] or stretch.stills[-1:]
    step = max(1, len(stills) // STILLS)
    return [still.pixels for still in stills[::step][:STILLS]]


def _above_and_below(box: Box, line: float) -> list[Box]:
    above = Box(box.left, max(0.0, box.top - AROUND * line), box.right, box.top)
    below = Box(box.left, box.bottom, box.right, min(1.0, box.bottom + AROUND * line))
    return [part for part in (above, below) if part.height > 0] or [box]


def _among_and_beside(still: Pixels, seen: Seen, line: float) -> tuple[Pixels, Pixels]:
    """Pixels of a caption's lines, and of what is above and below it, shape (n, 3)."""
    among = np.concatenate([part_of(still, each).reshape(-1, 3) for each in seen.lines])
    beside = [part_of(still, part).reshape(-1, 3) for part in _above_and_below(seen.box, line)]
    return among, np.concatenate(beside)


def _in_doubt(reading: Reading) -> bool:
    """Whether it is worth a second reading: every figure is, since a point is lost without a trace."""
    pairs = zip(reading.text, reading.probabilities, strict=True)
    return any(c in FIGURES or p < LIKELY for c, p in pairs)
