"""What is seen in a video, and the text that stands in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.box import Box
from pitchgen.core.transcript import Span

Pixels = NDArray[np.uint8]
"""A picture, shape (height, width, 3): red, green, blue."""


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """The picture at a moment."""

    at: float
    """Seconds after the start of the file."""
    pixels: Pixels


def part_of(picture: Pixels, box: Box) -> Pixels:
    """The part of a picture in a box: at least a pixel."""
    height, width = picture.shape[:2]
    top, left = int(box.top * height), int(box.left * width)
    return picture[top : max(top + 1, round(box.bottom * height)), left : max(left + 1, round(box.right * width))]


@dataclass(frozen=True, slots=True)
class Reading:
    """A line of text as an engine read it."""

    text: str
    probabilities: tuple[float, ...]
    """Of each character."""

    @property
    def certainty(self) -> float:
        """Mean probability of the characters; 0 where there is none."""
        return sum(self.probabilities) / len(self.probabilities) if self.probabilities else 0.0


@dataclass(frozen=True, slots=True)
class OldCaption:
    """A caption that was in the picture when it came."""

    span: Span
    reading: Reading
    other: str
    """The line in another language that stands with it; empty where there is none."""
    box: Box
    """Where it stands, lines in other languages included."""
    unsure: tuple[str, ...] = ()
    """Figures of it that may be others."""
    hidden: bool = False
    """Letters at an end may be lost in what is behind them."""


@dataclass(frozen=True, slots=True)
class OldCaptions:
    """All captions that were in a picture when it came, in order, not overlapping."""

    captions: tuple[OldCaption, ...]

    @property
    def place(self) -> Box | None:
        """Where they stand; None where there are none."""
        boxes = [caption.box for caption in self.captions]
        if not boxes:
            return None
        place = boxes[0]
        for box in boxes[1:]:
            place = place.around(box)
        return place

    @property
    def certainty(self) -> float:
        """Mean probability of all characters."""
        every = [p for caption in self.captions for p in caption.reading.probabilities]
        return sum(every) / len(every) if every else 0.0
