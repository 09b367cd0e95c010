"""Reads the captions that are burned into a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from pitchgen.core.box import WHOLE, Box
from pitchgen.core.engines import TextReader
from pitchgen.core.footage import OldCaptions, Reading, Still, part_of
from pitchgen.core.media import Media
from pitchgen.core.stage import stage
from pitchgen.dsp.pixels import scaled
from pitchgen.stages.apart import SecondLook
from pitchgen.stages.follow import Seen, follow
from pitchgen.stages.join import joined
from pitchgen.stages.lines import BESIDE, caption_of, in_lines
from pitchgen.stages.strip import Sighting, Strip, find_strip

SCOUT_EVERY = 2.0  # seconds: a caption stands for one or two
SCOUT_LEAST, SCOUT_MOST = 8, 40  # moments: fewer tell no caption from a title, more are not needed
SCOUT_PX = 640  # longer side of a frame in which captions are looked for: letters of 3 % have 19 pixels
FOLLOW_HZ = 10.0  # times of captions are right to half of 0.1 s
FOLLOW_PX = 1280  # longer side of a frame in which they are read: letters of 3 % have 38 pixels
FIND_LINE_PX = (
    40  # height of a line in which the letters of a strip are looked for; at 20 to 32 some lines are not seen
)


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


@stage(version=5)
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
    second = SecondLook(strip, eyes.reader)
    found = joined(map(second.at, stretches), 1 / FOLLOW_HZ)
    return OldCaptions(tuple(replace(caption, box=caption.box.within(strip.part)) for caption in found))


def _scouted(media: Media, eyes: Eyes) -> Strip | None:
    """Where captions stand, by the text that is in some whole frames."""
    moments = min(SCOUT_MOST, max(SCOUT_LEAST, round(media.duration / SCOUT_EVERY)))
    stills = eyes.stills(media, rate_hz=moments / media.duration, longer_px=SCOUT_PX, part=WHOLE, coarse=True)
    sightings, looks = [], []
    for still in stills:
        looks.append(still.at)
        height, width = still.pixels.shape[:2]
        boxes = in_lines(eyes.reader.find([still.pixels])[0], width / height)
        readings = eyes.reader.read([part_of(still.pixels, box) for box in boxes])
        sightings += [Sighting(still.at, box, reading) for box, reading in zip(boxes, readings, strict=True)]
    return find_strip(sightings, looks)


def _look(still: Still, strip: Strip, reader: TextReader) -> Seen | None:
    """The caption of a still of the strip."""
    height, width = still.pixels.shape[:2]
    aspect = width / height
    share = min(1.0, FIND_LINE_PX / (height * strip.line / strip.part.height))
    boxes = reader.find([scaled(still.pixels, round(height * share), round(width * share)).astype("uint8")])[0]

    def read_lines(lines: Sequence[Box]) -> Sequence[Reading]:
        return reader.read([part_of(still.pixels, line.grown(BESIDE * line.height / aspect, 0)) for line in lines])

    return caption_of(boxes, strip, aspect, read_lines)
