"""Draws the explicit AI labels of GB 45438-2025: white words on a dark, rounded, translucent plate.

    python -m pip install pillow
    apt-get install fonts-noto-core fonts-noto-cjk
    python scripts/make_label.py

One is for pictures that all languages share; below the Chinese words the others have those of a language. The fonts
are needed here only: the package ships the pictures. `pitchgen/edges/labels.py` holds the height of the glyphs, which
this program prints and `tests/unit/test_labels.py` measures.
"""

from __future__ import annotations

import argparse
import unicodedata
from itertools import groupby
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from pitchgen.edges.labels import LABELS, SHARED
from pitchgen.languages.notices import NOTICES

CHINESE = "AI生成"
"""What the standard asks for."""
WORDS = f"{CHINESE} · {NOTICES['en']}"
"""The same for buyers anywhere."""
NOTO = Path("/usr/share/fonts")
FONT_PX = 142  # about 1600 px wide: sharp on a picture of 4K
WIDEST_PX = 1500  # of a line: on an upright phone's frame, with letters as high as the law asks
LEADING_PX = 44  # between two lines
MARGIN_PX = 27
COLOURS = 16  # shades of white on the plate: no more are seen
PLATE = (16, 18, 24, 200)  # dark enough for 7:1 contrast over a white picture
INK = (255, 255, 255, 255)
SCRIPTS = {
    "ARABIC": "Arabic", "HEBREW": "Hebrew", "DEVANAGARI": "Devanagari", "BENGALI": "Bengali", "TAMIL": "Tamil",
    "TELUGU": "Telugu", "THAI": "Thai", "ETHIOPIC": "Ethiopic", "MYANMAR": "Myanmar", "KHMER": "Khmer", "LAO": "Lao",
}  # fmt: skip
"""First word of a character's Unicode name -> the font's."""
CJK = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL")

Run = tuple[str, ImageFont.FreeTypeFont]


def font_of(character: str) -> str:
    """Name of the font file that has a character."""
    script = unicodedata.name(character, "LATIN").split()[0].split("-")[0]
    if script in CJK:
        return "opentype/noto/NotoSansCJK-Bold.ttc"
    return (
        f"truetype/noto/NotoSans{SCRIPTS[script]}-Bold.ttf" if script in SCRIPTS else "truetype/noto/NotoSans-Bold.ttf"
    )


def font(name: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(NOTO / name), FONT_PX, index=2 if "CJK" in name else 0)  # 2: simplified Chinese


def runs(words: str) -> list[Run]:
    """The words by font; a space belongs to what stands before it."""
    named: list[tuple[str, str]] = []
    for character in words:
        joins = named and (character.isspace() or unicodedata.combining(character))
        named.append((character, named[-1][1] if joins else font_of(character)))
    return [
        ("".join(character for character, _ in group), font(name)) for name, group in groupby(named, key=lambda p: p[1])
    ]


def wrapped(words: str) -> list[list[Run]]:
    """The words in lines that fit, broken at spaces."""
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(runs(longer)) <= WIDEST_PX:
            lines[-1] = longer
        else:
            lines.append(word)
    return [runs(line) for line in lines]


def width_of(line: list[Run]) -> float:
    return float(sum(font.getlength(text) for text, font in line))


def shared_line(words: str) -> list[Run]:
    """In one font, as the label that all languages share always was."""
    return [(words, font(font_of("中")))]


def draw(lines: list[list[Run]]) -> Image.Image:
    """The lines in the middle of a plate."""
    boxes = [[font.getbbox(text, anchor="ls") for text, font in line] for line in lines]
    tops = [min(box[1] for box in line) for line in boxes]
    bottoms = [max(box[3] for box in line) for line in boxes]
    high = sum(bottoms) - sum(tops) + LEADING_PX * (len(lines) - 1)
    size = round(max(map(width_of, lines)) + 3 * MARGIN_PX), round(high + 2 * MARGIN_PX)
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius=min(size[1] // 3, FONT_PX // 2), fill=PLATE)
    above = float(MARGIN_PX)
    for line, top, bottom in zip(lines, tops, bottoms, strict=True):
        left = (size[0] - width_of(line)) / 2
        for text, font in line:
            pen.text((left, above - top), text, font=font, fill=INK, anchor="ls")
            left += font.getlength(text)
        above += bottom - top + LEADING_PX
    return picture


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    chinese = shared_line(CHINESE)
    lowest = min(box[3] - box[1] for box in (chinese[0][1].getbbox(character) for character in CHINESE))
    print(f"glyphs {round(lowest)} px")
    LABELS.mkdir(exist_ok=True)
    for code, words in {SHARED: WORDS, **NOTICES}.items():
        lines = [shared_line(words)] if words in (WORDS, CHINESE) else [chinese, *wrapped(words)]
        picture = draw(lines).quantize(COLOURS)
        picture.save(LABELS / f"{code}.png", optimize=True)
        print(f"{code}: {picture.width} x {picture.height} px {(LABELS / f'{code}.png').stat().st_size} bytes")


if __name__ == "__main__":
    main()
