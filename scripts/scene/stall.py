"""What stands behind the merchant and before her: wall, shelves, awning, counter."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from scene.drawing import Color, Pen, curve, shade
from scene.goods import bottle, folded, sock, umbrella
from scene.look import HEIGHT, WIDTH, Look

COUNTER_Y = 905


def backdrop(look: Look) -> Image.Image:
    """Wall, shelves with goods, lights and awning: all that stands behind the merchant."""
    top, bottom = (np.array(color, float) for color in look.wall)
    rows = np.linspace(0, 1, HEIGHT)[:, None, None]
    wall = np.broadcast_to(top + (bottom - top) * rows, (HEIGHT, WIDTH, 3))
    picture = Image.fromarray(wall.round().astype(np.uint8)).convert("RGBA")
    pen = Pen(WIDTH, HEIGHT)
    {"socks": _sock_wall, "umbrella": _umbrella_wall, "bottle": _bottle_wall}[look.product](pen, look)
    _awning(pen, look.awning)
    return Image.alpha_composite(picture, pen.done())


def _shelf(pen: Pen, look: Look, y: float) -> None:
    pen.box(0, y, WIDTH, y + 20, shade(look.wood, 0.12))
    pen.box(0, y + 20, WIDTH, y + 32, (0, 0, 0, 34))


def _sock_wall(pen: Pen, look: Look) -> None:
    for row, y in enumerate((250, 520)):
        rope = [(x, y + 26 * math.sin(math.pi * x / WIDTH)) for x in range(0, WIDTH + 1, 15)]
        pen.line(rope, 5, shade(look.wood, -0.25))
        for i in range(6):
            x = 62 + i * 122
            sag = 26 * math.sin(math.pi * x / WIDTH)
            sock(pen, x - 20, y + sag + 4, 0.95, look.goods[(i + 2 * row) % len(look.goods)])
            pen.box(x - 26, y + sag - 12, x - 14, y + sag + 20, (232, 190, 120), 3)


def _umbrella_wall(pen: Pen, look: Look) -> None:
    umbrella(pen, 150, 205, 0.95, look.goods[1])
    umbrella(pen, 590, 250, 0.85, look.goods[2])
    umbrella(pen, 375, 160, 0.6, look.goods[3])
    _shelf(pen, look, 740)
    for i in range(8):
        folded(pen, 50 + i * 90, 740, 0.72, look.goods[i % len(look.goods)])


def _bottle_wall(pen: Pen, look: Look) -> None:
    for row, y in enumerate((420, 660, 880)):
        _shelf(pen, look, y)
        for i in range(7):
            bottle(pen, 60 + i * 100, y, 0.58, look.goods[(i + row) % len(look.goods)])


def _awning(pen: Pen, color: Color) -> None:
    wide = WIDTH / 8
    for i in range(8):
        fill = color if i % 2 == 0 else (250, 246, 238)
        pen.box(i * wide, 0, (i + 1) * wide, 118, fill)
        pen.oval((i + 0.5) * wide, 118, wide / 2, 34, fill)
    pen.box(0, 0, WIDTH, 26, (0, 0, 0, 30))
    cord = curve(0, 1, lambda t: (WIDTH * t, 168 + 34 * math.sin(math.pi * t)))
    pen.line(cord, 3, (70, 60, 60))
    for x, y in cord[4:-3:7]:
        pen.oval(x, y + 20, 30, 30, (255, 236, 170, 60))
        pen.oval(x, y + 18, 11, 14, (255, 240, 190))


def counter(look: Look) -> Image.Image:
    """The counter and what lies on it: all that stands before the merchant."""
    pen = Pen(WIDTH, HEIGHT)
    pen.box(0, COUNTER_Y, WIDTH, HEIGHT, look.wood)
    for i in range(1, 6):
        pen.line([(i * 120, COUNTER_Y + 50), (i * 120, HEIGHT)], 4, shade(look.wood, -0.13))
    pen.box(0, COUNTER_Y, WIDTH, COUNTER_Y + 44, shade(look.wood, 0.28))
    for i in range(10):
        color = look.awning if i % 2 else (250, 246, 238)
        pen.box(i * 72, COUNTER_Y + 44, i * 72 + 72, COUNTER_Y + 104, color)
        pen.oval(i * 72 + 36, COUNTER_Y + 104, 36, 24, color)
    pen.box(0, COUNTER_Y + 44, WIDTH, COUNTER_Y + 54, (0, 0, 0, 45))
    x = look.face_x + look.side * 292
    pen.oval(x, COUNTER_Y + 20, 118, 16, (0, 0, 0, 50))
    if look.product == "socks":
        pen.line([(x, COUNTER_Y + 14), (x, 640)], 10, shade(look.wood, -0.4))
        pen.line([(x - 78, 646), (x + 78, 646)], 10, shade(look.wood, -0.4))
        sock(pen, x - 48, 652, 1.2, look.goods[0], -look.side)
        sock(pen, x + 34, 652, 1.2, look.goods[1], -look.side)
    elif look.product == "umbrella":
        for i, size in enumerate((1.0, 1.25, 1.0)):
            folded(pen, x + (i - 1) * 72, COUNTER_Y + 20, size, look.goods[i])
    else:
        for i, size in ((0, 0.85), (2, 0.85), (1, 1.12)):
            bottle(pen, x + (i - 1) * 82, COUNTER_Y + 22, size, look.goods[i])
    return pen.done()
