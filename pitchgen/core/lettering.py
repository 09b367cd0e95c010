"""Letters on a picture: in which fonts, of which size, in which part of the frame, in which dress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pitchgen.core.picture import FontFile


@dataclass(frozen=True, slots=True)
class Run:
    """Text in one font."""

    text: str
    family: str
    bold: bool
    height: float
    """Ascent and descent by which ASS sizes a font, in em."""


class Lettering(Protocol):
    """Fonts that together have every character of some text."""

    @property
    def files(self) -> tuple[FontFile, ...]:
        """All font files of it."""
        ...

    def runs(self, text: str) -> tuple[Run, ...]:
        """`text` cut where the font changes."""
        ...

    def width(self, text: str) -> float:
        """Of `text` in one line, in em, shaped."""
        ...


@dataclass(frozen=True, slots=True)
class SafeArea:
    """What apps cover with their own buttons, as shares of the frame's width and height."""

    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Page:
    """Where captions are drawn."""

    width_px: int
    height_px: int
    safe: SafeArea

    @property
    def em_px(self) -> float:
        """Size of the letters."""
        return EM * min(self.width_px, self.height_px)

    @property
    def line_px(self) -> float:
        """Longest line."""
        return self.width_px * (1 - self.safe.left - self.safe.right)


EM = 0.052
"""Of the shorter side. Source: frames of 720 x 1280 and 1280 x 720, looked at at the size of a phone."""
SCREEN = SafeArea(left=0.05, right=0.05, top=0.05, bottom=0.05)
"""Source: EBU R 95, graphics safe area of 16:9."""
PHONE = SafeArea(left=0.06, right=0.14, top=0.08, bottom=0.23)
"""Upright video in the apps of phones. Source: adfuseai.com, TikTok ad sizes: of 1080 x 1920 the top 150, the bottom
440 and the right 150 are covered; the left is ours."""


@dataclass(frozen=True, slots=True)
class CaptionStyle:
    """Colours as ASS writes them, &HAABBGGRR with 00 opaque; lengths in em."""

    fill: str
    waiting: str
    """Of what is still to be said, where words light up as they are said."""
    edge: str
    behind: str
    outline: float
    shadow: float
    boxed: bool = False
    by_word: bool = False


STYLES = {
    "plain": CaptionStyle("&H00FFFFFF", "&H00FFFFFF", "&H00000000", "&H80000000", outline=0.09, shadow=0.03),
    "boxed": CaptionStyle("&H00FFFFFF", "&H00FFFFFF", "&H00000000", "&H50000000", outline=0.0, shadow=0.3, boxed=True),
    "karaoke": CaptionStyle(
        "&H0000D4FF", "&H00FFFFFF", "&H00000000", "&H80000000", outline=0.09, shadow=0.03, by_word=True
    ),
}
"""White on a dark edge; white on a box; the words light up in yellow as they are said."""
