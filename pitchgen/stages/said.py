"""What captions say that she says: sentences with the times of her speech."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pitchgen.core.footage import OldCaption, OldCaptions
from pitchgen.core.transcript import Doubt, Segment, Span, Transcript, Word, WordSource
from pitchgen.stages.segment import BREATH, segment

NEAR = 0.4  # seconds that a caption may come after her voice, or go before it, and still be its caption
HEARD = 0.1  # seconds of speech under a caption; less is the end of another sentence
UNSURE = 0.8  # mean probability of a caption; below it a person has to look
_MARKS = "。！？!?；;，,、：:…"


def said(old: OldCaptions, speech: Sequence[Span], language: str) -> Transcript:
    """The sentences of some captions.

    Captions between which she takes no breath are one sentence, joined by a comma where they have no mark of their own.
    """
    spans = [_spoken(caption.span, room, speech) for caption, room in _rooms(old.captions)]
    starts = [span.start for span in spans[1:]]
    gaps = [start - span.end for start, span in zip(starts, spans, strict=False)]
    segments = tuple(
        _segment(caption, span, gap, speech)
        for caption, span, gap in zip(old.captions, spans, [*gaps, float("inf")], strict=False)
    )
    return segment(Transcript(language, segments, origin=WordSource.CAPTIONS.value))


def coverage(old: OldCaptions, speech: Sequence[Span]) -> float:
    """Share of the speech during which captions stand."""
    spoken = sum(span.duration for span in speech)
    covered = sum(caption.span.overlap(span) for caption in old.captions for span in speech)
    return covered / spoken if spoken else 0.0


def _rooms(captions: Sequence[OldCaption]) -> Iterator[tuple[OldCaption, Span]]:
    """Each caption with the time between its neighbours."""
    for i, caption in enumerate(captions):
        before = captions[i - 1].span.end if i else 0.0
        after = captions[i + 1].span.start if i + 1 < len(captions) else float("inf")
        yield caption, Span(min(before, caption.span.start), max(after, caption.span.end))


def _spoken(span: Span, room: Span, speech: Sequence[Span]) -> Span:
    """When a caption is said: the speech under it, and what of that lies just outside of it."""
    heard = [s for s in speech if s.overlap(span) >= min(HEARD, s.duration)]
    if not heard:
        return span
    first, last = heard[0].start, heard[-1].end
    start = max(span.start, first) if first > span.start - NEAR and first >= room.start else span.start
    if span.start - NEAR <= first < span.start:
        start = max(first, room.start)
    end = min(last, room.end) if last <= span.end + NEAR else span.end
    return Span(start, max(start, end))


def _segment(caption: OldCaption, span: Span, gap: float, speech: Sequence[Span]) -> Segment:
    text = caption.reading.text
    if gap < BREATH and not text.endswith(tuple(_MARKS)):
        text += "，"
    elif not text.endswith(tuple(_MARKS)):
        text += "。"
    word = Word(span, text, round(caption.reading.certainty, 3))
    return Segment(span, text, words=(word,), doubt=_doubt(caption, speech))


def _doubt(caption: OldCaption, speech: Sequence[Span]) -> Doubt | None:
    if caption.hidden:
        return Doubt.HIDDEN
    if caption.unsure:
        return Doubt.FIGURE
    if caption.reading.certainty < UNSURE:
        return Doubt.UNSURE
    if not any(caption.span.overlap(span) >= HEARD for span in speech):
        return Doubt.SILENCE
    return None
