"""Reads the captions that are burned into a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from pitchgen.core.box import WHOLE, Box
from pitchgen.core.engines import TextReader
from pitchgen.core.footage import OldCaptions, Pixels, Reading, Still
from pitchgen.core.media import Media
from pitchgen.core.stage import stage
from pitchgen.dsp.pixels import averaged
from pitchgen.stages.follow import Seen, follow
from pitchgen.stages.join import joined
from pitchgen.stages.lines import caption_of
from pitchgen.stages.strip import Sighting, Strip, find_strip

SCOUT_EVERY = 2.0  # seconds: a caption stands for one or two
SCOUT_LEAST, SCOUT_MOST = 8, 40  # moments: fewer tell no caption from a title, more are not needed
SCOUT_PX = 640  # longer side of a frame in which captions are looked for: letters of 3 % have 19 pixels
FOLLOW_HZ = 10.0  # times of captions are right to half of 0.1 s
FOLLOW_PX = 1280  # longer side of a frame in which they are read: letters of 3 % have 38 pixels
BESIDE = 0.7  # of a line's height that is read at either end: a bare 一 there is taken for no text
FIND_LINE_PX = 24  # height of a line in which the letters of a strip are looked for


class Eyes(Protocol):
    """Sees a video."""

    @property
    def fingerprint(self) -> str:
        """What decides how it sees."""

    @property
    def reader(self) -> TextReader:
        """Reads what is seen."""

    def stills(self, media: Media, *, rate_hz: float, longer_px: int, part: Box, coarse: bool) -> Iterator[Still]:
        """What is shown so many times a second in a part of the frame, the whole scaled to `longer_px`."""


@stage(version=4)
def read(recordings: Sequence[Media], eyes: Eyes) -> Sequence[OldCaptions]:
    """The captions in each picture."""
    return [_captions(media, eyes) for media in recordings]


def _captions(media: Media, eyes: Eyes) -> OldCaptions:
    strip = _scouted(media, eyes) if media.picture else None
    if strip is None:
        return OldCaptions(())
    stills = eyes.stills(media, rate_hz=FOLLOW_HZ, longer_px=FOLLOW_PX, part=strip.part, coarse=False)
    line = strip.line / strip.part.height
    stretches = follow(stills, lambda still: _look(still, strip, eyes.reader), line)
    found = joined(stretches, 1 / FOLLOW_HZ)
    return OldCaptions(tuple(replace(caption, box=caption.box.within(strip.part)) for caption in found))


def _scouted(media: Media, eyes: Eyes) -> Strip | None:
    """Where captions stand, by the text that is in some whole frames."""
    moments = min(SCOUT_MOST, max(SCOUT_LEAST, round(media.duration / SCOUT_EVERY)))
    stills = eyes.stills(media, rate_hz=moments / media.duration, longer_px=SCOUT_PX, part=WHOLE, coarse=True)
    sightings, count = [], 0
    for still in stills:
        count += 1
        boxes = eyes.reader.find([still.pixels])[0]
        readings = eyes.reader.read([cut(still.pixels, box) for box in boxes])
        sightings += [Sighting(still.at, box, reading) for box, reading in zip(boxes, readings, strict=True)]
    return find_strip(sightings, count)


def _look(still: Still, strip: Strip, reader: TextReader) -> Seen | None:
    """The caption of a still of the strip."""
    height = still.pixels.shape[0]
    shrink = max(1, round(height * strip.line / strip.part.height / FIND_LINE_PX))
    boxes = reader.find([averaged(still.pixels, shrink, shrink).astype("uint8")])[0]

    def read_lines(lines: Sequence[Box]) -> Sequence[Reading]:
        aspect = still.pixels.shape[1] / height
        return reader.read([cut(still.pixels, line.grown(BESIDE * line.height / aspect, 0)) for line in lines])

    return caption_of(boxes, strip, still.pixels.shape[1] / height, read_lines)


def cut(picture: Pixels, box: Box) -> Pixels:
    """The part of a picture in a box: at least a pixel."""
    height, width = picture.shape[:2]
    top, left = int(box.top * height), int(box.left * width)
    return picture[top : max(top + 1, round(box.bottom * height)), left : max(left + 1, round(box.right * width))]
