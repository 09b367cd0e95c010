"""How the picture of an output looks: everything that is done to it beside the label, which is never left out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pitchgen.core.box import Box
from pitchgen.core.clock import Clock
from pitchgen.core.transcript import Span

Fill = Literal["pad", "crop", "blur"]
"""What fills a frame of another shape: black bars, nothing (what does not fit is cut off), or the picture blurred."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The size of a picture, and how one of another shape gets it."""

    width_px: int
    height_px: int
    fill: Fill = "pad"


@dataclass(frozen=True, slots=True)
class FontFile:
    """One font file."""

    path: Path
    sha256: str

    @property
    def fingerprint(self) -> str:
        """What identifies the content, wherever the file lies."""
        return self.sha256


@dataclass(frozen=True, slots=True)
class Burned:
    """Captions drawn into the picture."""

    script: str
    """Advanced SubStation Alpha, made for the size of the frame."""
    fonts: tuple[FontFile, ...]
    """All that it names, and all that may be used."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A part of the picture that nobody shall read."""

    place: Box
    """Of the frame as it was filmed."""
    spans: tuple[Span, ...]
    """When it is covered, on the clock of the file."""


AS_FILMED = Clock()


@dataclass(frozen=True, slots=True)
class Look:
    """What is done to a picture, in this order."""

    cover: Cover | None = None
    """What is blurred, before anything else."""
    frame: Frame | None = None
    """None leaves its size and shape."""
    clock: Clock = AS_FILMED
    """When it shows what; before the captions, which stand on the output's clock."""
    rate_hz: float | None = None
    """Constant frame rate; None leaves it as it was filmed."""
    captions: Burned | None = None
    key_seconds: float | None = None
    """A frame that can be started from at least so often, where the picture is cut into segments."""
    bits_per_second: int | None = None
    """Most that it may take over any few seconds; None where only quality counts."""
    least_bits_per_second: int | None = None
    """What a platform asks for, even where the picture needs less."""
    label: str | None = None
    """Language that the visible label says it in; None: in the words that versions in all languages may share."""
