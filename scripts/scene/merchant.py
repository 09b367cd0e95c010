"""The merchant: head, body and arm, drawn once for each state that they can be in.

They are drawn around (0, 0), which is the middle of the face.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

from PIL import Image

from scene.drawing import Color, Pen, Point, curve, shade
from scene.look import Look

MOUTHS = 5  # from closed to wide open
ARMS = 9  # from resting to pointing at the product
INK = (44, 34, 40)
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
