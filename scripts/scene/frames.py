"""Frames put together from what was drawn."""

from __future__ import annotations

from PIL import Image

from scene.captions import caption
from scene.drawing import Point
from scene.look import WIDTH, Look
from scene.merchant import BODY_ORIGIN, HEAD_ORIGIN, arm, body, head
from scene.stall import backdrop, counter


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
