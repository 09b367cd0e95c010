"""Captions on the picture, in the style of the editors on phones."""

from __future__ import annotations

from functools import cache

from PIL import Image, ImageDraw, ImageFont

from scene.look import HEIGHT, WIDTH, Letters

FONT, SIMPLIFIED = "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", 2  # of the Debian package fonts-noto-cjk
CAPTION_Y, CAPTION_PX = 1068, 44  # the middle of the line; under where pitchgen burns its own captions


@cache
def caption(words: str, letters: Letters) -> Image.Image:
    """A line of words on a sheet of the size of a frame."""
    sheet = Image.new("RGBA", (WIDTH, HEIGHT), (0, 0, 0, 0))
    font = ImageFont.truetype(FONT, CAPTION_PX, SIMPLIFIED)
    ImageDraw.Draw(sheet).text(
        (WIDTH / 2, CAPTION_Y), words, letters.fill, font, "mm", stroke_width=letters.edge_px, stroke_fill=letters.edge
    )
    return sheet
