"""Which part of a picture is covered, and when, so that its captions cannot be read."""

from __future__ import annotations

from pitchgen.core.footage import OldCaptions
from pitchgen.core.picture import Cover
from pitchgen.core.transcript import Span

AROUND = 0.15  # seconds: a caption that fades or flies in is seen before it can be read
ROOM = 0.012  # of the frame on each side: outlines, and letters that swing
BLINK = 0.5  # seconds: a strip that is gone for less flickers


def covering(old: OldCaptions) -> Cover | None:
    """The strip in which captions stand, while they do; None where there are none."""
    if old.place is None:
        return None
    spans: list[Span] = []
    for caption in old.captions:
        start, end = max(0.0, caption.span.start - AROUND), caption.span.end + AROUND
        if spans and start - spans[-1].end < BLINK:
            spans[-1] = Span(spans[-1].start, end)
        else:
            spans.append(Span(start, end))
    return Cover(old.place.grown(ROOM, ROOM), tuple(spans))
