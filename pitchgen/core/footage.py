"""What is seen in a video, and the text that stands in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.transcript import Span

Pixels = NDArray[np.uint8]
"""A picture, shape (height, width, 3): red, green, blue."""


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle, in shares of the frame's width and height."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Of the frame's width."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Of the frame's height."""
        return self.bottom - self.top

    @property
    def middle(self) -> tuple[float, float]:
        """Across and down."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def pixels(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Left, top, width and height in a frame of so many pixels, left and top even as colours are kept."""
        left, top = (int(share * most) // 2 * 2 for share, most in zip((self.left, self.top), size, strict=True))
        right, bottom = (round(share * most) for share, most in zip((self.right, self.bottom), size, strict=True))
        return left, top, max(2, right - left), max(2, bottom - top)

    def around(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def grown(self, across: float, down: float) -> Box:
        """Larger by so much on each side, within the frame."""
        return Box(
            max(0.0, self.left - across),
            max(0.0, self.top - down),
            min(1.0, self.right + across),
            min(1.0, self.bottom + down),
        )

    def within(self, part: Box) -> Box:
        """Where a box of `part` is in the whole frame."""
        return Box(
            part.left + self.left * part.width,
            part.top + self.top * part.height,
            part.left + self.right * part.width,
            part.top + self.bottom * part.height,
        )


WHOLE = Box(0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """The picture at a moment."""

    at: float
    """Seconds after the start of the file."""
    pixels: Pixels


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
