"""A pen that draws smooth shapes, and the colours and curves that it takes.

Everything is drawn at twice its size and then made smaller, which smooths its edges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from PIL import Image, ImageDraw

SHARP = 2  # drawn this much larger

Color = tuple[int, int, int]
Fill = Color | tuple[int, int, int, int]
Point = tuple[float, float]


class Pen:
    """Draws on a transparent sheet whose point (0, 0) lies at `origin`; colours are RGB or RGBA."""

    def __init__(self, width: int, height: int, origin: Point = (0, 0)) -> None:
        self.sheet = Image.new("RGBA", (width * SHARP, height * SHARP), (0, 0, 0, 0))
        self.origin = origin

    def at(self, *points: Point) -> list[Point]:
        return [((x + self.origin[0]) * SHARP, (y + self.origin[1]) * SHARP) for x, y in points]

    def oval(self, x: float, y: float, rx: float, ry: float, fill: Fill) -> None:
        with self._ink(fill) as draw:
            draw.ellipse(self.at((x - rx, y - ry), (x + rx, y + ry)), fill=fill)

    def box(self, left: float, top: float, right: float, bottom: float, fill: Fill, radius: float = 0) -> None:
        with self._ink(fill) as draw:
            draw.rounded_rectangle(self.at((left, top), (right, bottom)), radius * SHARP, fill=fill)

    def shape(self, points: Sequence[Point], fill: Fill) -> None:
        with self._ink(fill) as draw:
            draw.polygon(self.at(*points), fill=fill)

    def line(self, points: Sequence[Point], width: float, fill: Fill) -> None:
        """A line with round ends and corners."""
        half = width / 2 * SHARP
        with self._ink(fill) as draw:
            draw.line(self.at(*points), fill=fill, width=round(2 * half), joint="curve")
            for x, y in self.at(points[0], points[-1]):
                draw.ellipse((x - half, y - half, x + half, y + half), fill=fill)

    @contextmanager
    def _ink(self, fill: Fill) -> Iterator[Any]:
        """The sheet itself, or for translucent colours, which Pillow does not blend, a sheet laid over it."""
        if len(fill) == 3:
            yield ImageDraw.Draw(self.sheet)
            return
        film = Image.new("RGBA", self.sheet.size, (0, 0, 0, 0))
        yield ImageDraw.Draw(film)
        self.sheet.alpha_composite(film)

    def done(self) -> Image.Image:
        """The sheet at its real size."""
        return self.sheet.resize((self.sheet.width // SHARP, self.sheet.height // SHARP), Image.Resampling.LANCZOS)


def shade(color: Color, amount: float) -> Color:
    """Darker for a negative amount, lighter for a positive one; both up to 1."""
    goal = 255 if amount > 0 else 0
    red, green, blue = (round(c + (goal - c) * abs(amount)) for c in color)
    return red, green, blue


def curve(start: float, end: float, point: Callable[[float], Point], steps: int = 48) -> list[Point]:
    """The points of a parametric curve."""
    return [point(start + (end - start) * i / steps) for i in range(steps + 1)]
