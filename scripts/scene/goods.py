"""What is sold: socks, umbrellas, bottles."""

from __future__ import annotations

import math
from itertools import pairwise

from scene.drawing import Color, Fill, Pen, Point, curve, shade


def sock(pen: Pen, x: float, y: float, size: float, color: Color, side: int = 1) -> None:
    """A sock that hangs from its cuff at (x, y)."""

    def box(left: float, top: float, right: float, bottom: float, fill: Fill, radius: float) -> None:
        a, b = sorted((x + side * left * size, x + side * right * size))
        pen.box(a, y + top * size, b, y + bottom * size, fill, radius * size)

    pale = shade(color, 0.55)
    box(-30, 0, 30, 140, color, 10)
    box(-30, 92, 96, 152, color, 29)
    box(58, 92, 96, 152, pale, 28)
    box(-30, 100, 4, 152, pale, 25)
    box(-33, -2, 33, 24, pale, 9)
    for stripe in (42, 62, 82):
        box(-30, stripe, 30, stripe + 9, shade(color, 0.78), 0)


def umbrella(pen: Pen, x: float, y: float, size: float, color: Color) -> None:
    """An open umbrella, its top at (x, y)."""
    bottom, wide = y + 125 * size, 190 * size
    pen.line([(x, y - 14 * size), (x, y + 290 * size)], 9 * size, (92, 84, 90))
    bend, low = x - 20 * size, y + 286 * size
    hook = curve(0, math.pi, lambda t: (bend + 20 * size * math.cos(t), low + 22 * size * math.sin(t)))
    pen.line(hook, 14 * size, (120, 72, 44))
    ribs = [-1.0, -0.62, -0.2, 0.2, 0.62, 1.0]

    def rib(at: float, start: float, end: float) -> list[Point]:
        def point(t: float) -> Point:
            return x + wide * at * math.sin(t), bottom - 125 * size * math.cos(t)

        return curve(start, end, point, 20)

    for i, (left, right) in enumerate(pairwise(ribs)):
        outer, inner = rib(left, 0, math.pi / 2), rib(right, math.pi / 2, 0)
        middle, half = (left + right) / 2, (right - left) / 2
        hem = [(x + wide * (middle + half * t / 6), bottom - 20 * size * (1 - (t / 6) ** 2)) for t in range(-6, 7)]
        pen.shape(outer + hem + inner, color if i % 2 == 0 else shade(color, 0.32))


def folded(pen: Pen, x: float, y: float, size: float, color: Color) -> None:
    """A folded umbrella that stands at (x, y)."""
    pen.box(x - 24 * size, y - 150 * size, x + 24 * size, y, color, 14 * size)
    pen.box(x - 24 * size, y - 96 * size, x + 24 * size, y - 80 * size, shade(color, 0.5))
    for at in (-8, 8):
        pen.line([(x + at * size, y - 140 * size), (x + at * size, y - 10 * size)], 3 * size, shade(color, -0.18))
    pen.box(x - 15 * size, y - 206 * size, x + 15 * size, y - 146 * size, (52, 48, 56), 9 * size)


def bottle(pen: Pen, x: float, y: float, size: float, color: Color) -> None:
    """A steel bottle that stands at (x, y), its coat in `color`."""
    pen.box(x - 42 * size, y - 210 * size, x + 42 * size, y, color, 16 * size)
    pen.box(x - 42 * size, y - 34 * size, x + 42 * size, y, (206, 212, 218), 14 * size)
    pen.box(x - 34 * size, y - 238 * size, x + 34 * size, y - 200 * size, (206, 212, 218), 10 * size)
    pen.box(x - 37 * size, y - 292 * size, x + 37 * size, y - 230 * size, (50, 54, 62), 12 * size)
    pen.box(x - 30 * size, y - 284 * size, x - 18 * size, y - 236 * size, (92, 98, 108), 6 * size)
    pen.box(x - 31 * size, y - 226 * size, x - 19 * size, y - 14 * size, (255, 255, 255, 120), 6 * size)
    pen.box(x + 24 * size, y - 200 * size, x + 40 * size, y - 8 * size, (0, 0, 0, 38), 8 * size)
    pen.oval(x + 2 * size, y - 120 * size, 15 * size, 15 * size, shade(color, 0.6))
