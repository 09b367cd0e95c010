"""The picture of a video, decoded for eyes of programs: so many stills a second, of a part of the frame, made small."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from pitchgen.core.box import WHOLE, Box
from pitchgen.core.engines import TextReader
from pitchgen.core.errors import MediaError
from pitchgen.core.footage import Still
from pitchgen.core.media import Media
from pitchgen.edges.program import Program, source


def stills(
    media: Media, program: Program, *, rate_hz: float, longer_px: int, part: Box = WHOLE, coarse: bool = False
) -> Iterator[Still]:
    """What is shown at 0, 1/rate_hz, 2/rate_hz, ... seconds.

    Args:
        media: has a picture.
        program: decodes it.
        rate_hz: stills a second.
        longer_px: to which the longer side of the whole frame is scaled; it is never made larger.
        part: of the frame that is wanted.
        coarse: leave out frames on which no others depend, which decodes faster; a still may be some frames early.

    Raises:
        MediaError: a picture that cannot be decoded.
    """
    if media.picture is None:
        raise MediaError(f"{media.path}: has no picture")
    left, top, width, height = part.pixels(media.picture.shown_px)
    scale = min(1.0, longer_px / max(media.picture.shown_px))
    wide, high = max(2, round(width * scale)), max(2, round(height * scale))
    options = {"skip_frame": "noref"} if coarse else {}
    picture = source(media.path, **options)[str(media.picture.index)]
    picture = picture.filter("fps", rate_hz, start_time=0, round="up")
    picture = picture.filter("crop", width, height, left, top).filter("scale", wide, high, flags="area")
    graph = picture.output("pipe:", format="rawvideo", pix_fmt="rgb24", fps_mode="passthrough")
    with program.process(graph, stdout=subprocess.PIPE) as process:
        yield from _read(process, wide, high, rate_hz)
        program.finish(process, media.path, media.duration)


def _read(process: Any, width: int, height: int, rate_hz: float) -> Iterator[Still]:
    size, number = width * height * 3, 0
    while len(data := process.stdout.read(size)) == size:
        yield Still(number / rate_hz, np.frombuffer(data, np.uint8).reshape(height, width, 3))
        number += 1


@dataclass(frozen=True, slots=True)
class Viewer:
    """Shows the stills of videos to an engine that reads."""

    ffmpeg: Program
    reader: TextReader

    @property
    def fingerprint(self) -> str:
        """What decides what is shown, and what is read."""
        return f"{self.ffmpeg.fingerprint}+{self.reader.fingerprint}"

    def stills(self, media: Media, *, rate_hz: float, longer_px: int, part: Box, coarse: bool) -> Iterator[Still]:
        """As the function `stills`."""
        return stills(media, self.ffmpeg, rate_hz=rate_hz, longer_px=longer_px, part=part, coarse=coarse)
