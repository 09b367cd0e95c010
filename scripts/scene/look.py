"""What one stall looks like. Lengths are pixels of the frame."""

from __future__ import annotations

from dataclasses import dataclass

from scene.drawing import Color

WIDTH, HEIGHT = 720, 1280


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
