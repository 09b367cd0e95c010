"""Draws the explicit AI label of GB 45438-2025: white words on a dark, rounded, translucent plate.

    python -m pip install pillow
    python scripts/make_label.py NotoSansCJK-Bold.ttc        # Debian: apt-get install fonts-noto-cjk

The font is needed here only: the package ships the picture. `pitchgen/edges/labels.py` holds the height
of the glyphs in it, which this program prints and `tests/unit/test_labels.py` measures.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WORDS = "AI生成 · AI-generated"
"""The Chinese element that the standard asks for, and the same for buyers abroad."""
TARGET = Path(__file__).parent.parent / "pitchgen" / "edges" / "label.png"
FONT_PX = 142  # about 1600 px wide: sharp on a picture of 4K
MARGIN_PX = 27
PLATE = (16, 18, 24, 200)  # dark enough for 7:1 contrast over a white picture
INK = (255, 255, 255, 255)


def draw(font_path: Path) -> tuple[Image.Image, int]:
    """The label and the height in pixels of its lowest full glyph: a Latin capital or a Chinese character."""
    font = ImageFont.truetype(str(font_path), FONT_PX, index=2)  # 2: simplified Chinese
    left, top, right, bottom = font.getbbox(WORDS)
    size = round(right - left + 3 * MARGIN_PX), round(bottom - top + 2 * MARGIN_PX)
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius=size[1] // 3, fill=PLATE)
    pen.text((size[0] / 2 - (left + right) / 2, size[1] / 2 - (top + bottom) / 2), WORDS, font=font, fill=INK)
    heights = [box[3] - box[1] for box in map(font.getbbox, "AI生成")]
    return picture, round(min(heights))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("font", type=Path, help="a bold font with Chinese characters")
    picture, glyph_px = draw(parser.parse_args().font)
    picture.save(TARGET, optimize=True)
    print(f"{TARGET.name}: {picture.width} x {picture.height} px, glyphs {glyph_px} px")


if __name__ == "__main__":
    main()
