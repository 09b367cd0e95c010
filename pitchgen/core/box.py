"""A part of a picture."""

from __future__ import annotations

from dataclasses import dataclass


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
