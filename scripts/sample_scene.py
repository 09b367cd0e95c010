"""The pictures of the sample videos: a drawn merchant behind her stall, with what she sells.

Everything is drawn at twice its size and then made smaller, which smooths its edges; what moves (head,
body, arm) is drawn once for each state and pasted into the frames. Lengths are pixels of a 720 x 1280
frame; the head and the body are drawn around (0, 0), which is the middle of the face.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 720, 1280
SHARP = 2  # drawn this much larger
COUNTER_Y = 905
FONT, SIMPLIFIED = "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", 2  # of the Debian package fonts-noto-cjk
CAPTION_Y, CAPTION_PX = 1068, 44  # the middle of the line; under where pitchgen burns its own captions
MOUTHS = 5  # from closed to wide open
ARMS = 9  # from resting to pointing at the product

Color = tuple[int, int, int]
Fill = Color | tuple[int, int, int, int]
Point = tuple[float, float]
INK = (44, 34, 40)


@dataclass(frozen=True, slots=True)
class Letters:
    """How captions look."""

    fill: Color
    edge: Color
    edge_px: int


@dataclass(frozen=True, slots=True)
class Look:
    """One stall: who stands there, what is sold, in which colours."""

    product: str
    hair: str
    """`bun`, `bob` or `short`."""
    face_x: int
    """Where the merchant stands."""
    side: int
    """1: the product lies to the right of the merchant; -1: to the left."""
    wall: tuple[Color, Color]
    """Above and below."""
    awning: Color
    wood: Color
    shirt: Color
    apron: Color
    goods: tuple[Color, ...]
    skin: Color = (250, 214, 188)
    letters: Letters | None = None
    """Of the captions; None where there are none."""


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


# --- the merchant ------------------------------------------------------------------------------------

HEAD_SIZE, HEAD_ORIGIN = (360, 460), (180, 250)
BODY_SIZE, BODY_ORIGIN = (520, 640), (260, 60)


@cache
def head(look: Look, mouth: int, blink: bool) -> Image.Image:
    """The head with its mouth `mouth` / (MOUTHS - 1) open."""
    pen = Pen(*HEAD_SIZE, HEAD_ORIGIN)
    dark = (48, 34, 36) if look.hair != "short" else (40, 38, 44)
    _back_hair(pen, look.hair, dark)
    for side in (-1, 1):
        pen.oval(side * 98, 18, 17, 24, shade(look.skin, -0.05))
    pen.shape(curve(0, math.tau, lambda t: (100 * math.cos(t) * _jaw(t), 8 + 118 * math.sin(t))), look.skin)
    _fringe(pen, look.hair, dark)
    for side in (-1, 1):
        pen.oval(side * 60, 56, 24, 14, (*shade((240, 120, 110), 0.1), 80))
        _eye(pen, side, blink, look.hair != "short")
    pen.line(
        curve(0.25, math.pi - 0.25, lambda t: (9 * math.cos(t), 38 + 6 * math.sin(t))),
        4,
        shade(look.skin, -0.22),
    )
    _mouth(pen, mouth / (MOUTHS - 1), look.hair != "short")
    return pen.done()


def _jaw(t: float) -> float:
    return 1 - 0.16 * max(0.0, math.sin(t)) ** 2


def _back_hair(pen: Pen, hair: str, dark: Color) -> None:
    if hair == "bun":
        pen.oval(0, -142, 54, 48, dark)
        pen.line(curve(0.2, 2.9, lambda t: (40 * math.cos(t), -118 + 14 * math.sin(t))), 9, (220, 70, 80))
        pen.oval(0, -18, 114, 122, dark)
    elif hair == "bob":
        pen.oval(0, -20, 122, 128, dark)
        pen.box(-122, -20, 122, 122, dark, 46)
    else:
        pen.oval(0, -34, 107, 104, dark)


def _fringe(pen: Pen, hair: str, dark: Color) -> None:
    """Hair over the forehead: the cap of the head down to a line."""
    lines: dict[str, Callable[[float], float]] = {
        "bun": lambda x: -84 + 92 * abs((x + 24) / 110) ** 1.7,
        "bob": lambda x: -40 - 12 * math.cos(x / 22) * 0.4 + 46 * abs(x / 104) ** 5,
        "short": lambda x: -66 - 14 * math.sin(x / 30) + 44 * abs(x / 104) ** 6,
    }
    line = lines[hair]
    cap = curve(math.pi, math.tau, lambda t: (107 * math.cos(t), -12 + 118 * math.sin(t)))
    pen.shape(cap + curve(107, -107, lambda x: (x, line(x))), dark)
    shine = curve(3.9, 4.6, lambda t: (84 * math.cos(t), -12 + 94 * math.sin(t)))
    pen.line(shine, 7, (*shade(dark, 0.3), 150))


def _eye(pen: Pen, side: int, blink: bool, lashes: bool) -> None:
    x, y = side * 41, 10
    brow = curve(-1, 1, lambda t: (x + 21 * t, y - 34 - 6 * (1 - t * t) + 3 * side * t))
    pen.line(brow, 5 if lashes else 8, (70, 50, 48))
    if blink:
        pen.line(curve(-1, 1, lambda t: (x + 15 * t, y + 5 * (1 - t * t))), 5, INK)
        return
    pen.oval(x, y, 18, 19, (255, 255, 255))
    pen.oval(x, y + 1, 12.5, 15.5, (60, 38, 30))
    pen.oval(x, y + 2, 7, 9, (22, 14, 14))
    pen.oval(x + 4, y - 5, 4.5, 5, (255, 255, 255))
    pen.line(curve(-1, 1, lambda t: (x + 19 * t, y - 10 - 9 * (1 - t * t))), 5, INK)
    if lashes:
        pen.line([(x + side * 18, y - 11), (x + side * 25, y - 18)], 4, INK)


def _mouth(pen: Pen, opened: float, lips: bool) -> None:
    y = 76
    lip = (206, 74, 82) if lips else (176, 92, 82)
    if opened == 0:
        pen.line(curve(-1, 1, lambda t: (29 * t, y - 2 + 11 * (1 - t * t))), 6, lip)
        return
    wide, deep = 30 - 5 * opened, 8 + 25 * opened

    def outline(extra: float) -> list[Point]:
        upper = curve(-1, 1, lambda t: (t * (wide + extra), y - extra - 3 * (1 - t * t)))
        return upper + curve(1, -1, lambda t: (t * (wide + extra), y + extra + deep * (1 - t * t) ** 0.6))

    pen.shape(outline(4.5), lip)
    pen.shape(outline(0), (96, 24, 34))
    pen.box(-wide * 0.72, y - 2, wide * 0.72, y + min(8, deep * 0.3), (255, 252, 246), 3)
    if opened > 0.4:
        pen.oval(0, y + deep * 0.78, wide * 0.55, deep * 0.2, (226, 104, 110))


@cache
def body(look: Look) -> Image.Image:
    """Neck, shirt, apron and the arm that rests on the counter."""
    pen = Pen(*BODY_SIZE, BODY_ORIGIN)
    broad = 1.0 if look.hair != "short" else 1.12
    pen.box(-37, 80, 37, 200, shade(look.skin, -0.09), 30)
    shoulders = curve(-1, 1, lambda t: (150 * broad * t, 178 + 62 * abs(t) ** 2.4))
    pen.shape([*shoulders, (128 * broad, 570), (-128 * broad, 570)], look.shirt)
    pen.shape([(-42, 172), (42, 172), (0, 236)], look.skin)
    for side in (-1, 1):
        pen.shape([(side * 40, 164), (side * 62, 184), (side * 34, 246), (0, 236)], shade(look.shirt, 0.25))
        pen.line([(side * 82, 186), (side * 72, 320)], 20, shade(look.apron, -0.12))
    pen.box(-92, 300, 92, 620, look.apron, 22)
    pen.box(-54, 400, 54, 470, shade(look.apron, -0.1), 14)
    pen.line([(-54, 412), (54, 412)], 3, shade(look.apron, 0.25))
    _arm(pen, look, -look.side, (-look.side * 168 * broad, 400), (-look.side * 96, 500), broad)
    return pen.done()


def _arm(pen: Pen, look: Look, side: int, elbow: Point, hand: Point, broad: float) -> None:
    """An arm on one side of the body: sleeve to the elbow, forearm, hand."""
    shoulder = (side * 120 * broad, 256)
    pen.line([elbow, hand], 40, look.skin)
    pen.line([shoulder, elbow], 66, shade(look.shirt, -0.07))
    pen.line([elbow, _between(elbow, hand, 0.22)], 58, shade(look.shirt, -0.07))
    reach = math.atan2(hand[1] - elbow[1], hand[0] - elbow[0])
    palm = (hand[0] + 14 * math.cos(reach), hand[1] + 14 * math.sin(reach))
    pen.oval(*palm, 25, 25, look.skin)
    for finger in (-0.5, -0.17, 0.17, 0.5):
        tip = (palm[0] + 44 * math.cos(reach + finger), palm[1] + 44 * math.sin(reach + finger))
        pen.line([palm, tip], 13, look.skin)
    thumb = reach - side * 1.25
    pen.line([palm, (palm[0] + 35 * math.cos(thumb), palm[1] + 35 * math.sin(thumb))], 14, look.skin)


def _between(a: Point, b: Point, part: float) -> Point:
    return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part


@cache
def arm(look: Look, raised: int) -> Image.Image:
    """The arm beside the product, `raised` / (ARMS - 1) of the way from the counter to pointing at it."""
    pen = Pen(*BODY_SIZE, BODY_ORIGIN)
    broad = 1.0 if look.hair != "short" else 1.12
    part, side = raised / (ARMS - 1), look.side
    elbow = _between((side * 166 * broad, 400), (side * 172 * broad, 392), part)
    hand = _between((side * 92, 486), (side * 208, 300), part)
    bulge = 46 * math.sin(math.pi * part)  # the hand swings round the elbow, it does not cross it
    _arm(pen, look, side, elbow, (hand[0] - side * bulge * 0.4, hand[1] - bulge), broad)
    return pen.done()


# --- the goods ---------------------------------------------------------------------------------------


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


# --- the stall ---------------------------------------------------------------------------------------


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


@cache
def caption(words: str, letters: Letters) -> Image.Image:
    """A line in the style of the editors on phones, on a sheet of the size of a frame."""
    sheet = Image.new("RGBA", (WIDTH, HEIGHT), (0, 0, 0, 0))
    font = ImageFont.truetype(FONT, CAPTION_PX, SIMPLIFIED)
    ImageDraw.Draw(sheet).text(
        (WIDTH / 2, CAPTION_Y), words, letters.fill, font, "mm", stroke_width=letters.edge_px, stroke_fill=letters.edge
    )
    return sheet


class Stall:
    """Frames of one look."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.behind = backdrop(look)
        self.before = counter(look)

    def frame(self, sway: Point, tilt: float, mouth: int, blink: bool, raised: int, words: str) -> bytes:
        """One frame as RGB: `sway` in pixels, `tilt` of the head in degrees, states as in the drawings.

        `words` are the caption; empty where none stands.
        """
        face = self.look.face_x + sway[0], 440 + sway[1]
        picture = self.behind.copy()
        _paste(picture, body(self.look), BODY_ORIGIN, (self.look.face_x + sway[0] * 0.5, 440 + sway[1] * 0.4))
        turned = head(self.look, mouth, blink).rotate(tilt, Image.Resampling.BICUBIC, center=(180, 350))
        _paste(picture, turned, HEAD_ORIGIN, face)
        picture.alpha_composite(self.before)
        _paste(
            picture,
            arm(self.look, raised),
            BODY_ORIGIN,
            (self.look.face_x + sway[0] * 0.5, 440 + sway[1] * 0.4),
        )
        if words and self.look.letters:
            picture.alpha_composite(caption(words, self.look.letters))
        return bytes(picture.convert("RGB").tobytes())


def _paste(picture: Image.Image, sprite: Image.Image, origin: Point, at: Point) -> None:
    """Lay `sprite` over `picture`, its `origin` on the point `at`."""
    left, top = round(at[0] - origin[0]), round(at[1] - origin[1])
    part = sprite.crop((max(0, -left), max(0, -top), min(sprite.width, WIDTH - left), sprite.height))
    picture.alpha_composite(part, (max(0, left), max(0, top)))
