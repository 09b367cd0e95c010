"""Tells what a person changed in a subtitle file, sentence by sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pitchgen.core.caption import Cue
from pitchgen.core.project import Line, Version
from pitchgen.core.transcript import Segment, Span, Transcript
from pitchgen.languages import Language, language
from pitchgen.languages.conversion import without_conversions
from pitchgen.stages.wrap import join

TIME_STEP = 0.002  # seconds: subtitle files hold milliseconds, so nearer times are the same time

Occurrence = tuple[str, int]
"""A sentence and which of its occurrences: she may say 谢谢 twice, and one of them may be edited."""


def revised(transcript: Transcript, read: Sequence[Cue]) -> Transcript:
    """The transcript as the subtitle file `read` has it: the same one where nothing was changed."""
    now = tuple(Segment(cue.span, join([cue], language(transcript.language))) for cue in read)
    if len(now) == len(transcript.segments) and all(map(_same, now, transcript.segments)):
        return transcript
    return Transcript(transcript.language, tuple(s for s in now if s.text), origin="edited")


def edits(version: Version, read: Sequence[Cue] | None, code: str) -> dict[Occurrence, str | None]:
    """What a person wants said for which sentence of the source.

    Args:
        version: what pitchgen wrote last.
        read: the cues in the subtitle file now; None where there is no file, and nothing new.
        code: the language.
    """
    lines = version.lines if read is None else _reread(version, read, code)
    wanted = zip(occurrences([line.source for line in lines]), lines, strict=True)
    return {occurrence: line.text for occurrence, line in wanted if line.edited}


def imported(transcript: Transcript, read: Sequence[Cue], code: str) -> dict[Occurrence, str | None]:
    """What a file with somebody's translation wants said for which sentence; those without a caption are left out."""
    spoken = language(code)
    whole = [Cue(segment.span, (segment.text,), index) for index, segment in enumerate(transcript.segments)]
    homes = _homes(whole, read)
    places = occurrences([segment.text for segment in transcript.segments])
    said = [_said([cue for cue, home in zip(read, homes, strict=True) if home == i], spoken) for i in range(len(whole))]
    return {place: text for place, text in zip(places, said, strict=True) if text}


def remembered(version: Version) -> dict[Occurrence, str | None]:
    """What was said by heart: which sentences had their words from the memory, and what those were."""
    wanted = zip(occurrences([line.source for line in version.lines]), version.lines, strict=True)
    return {occurrence: line.text for occurrence, line in wanted if line.remembered and not line.edited}


def occurrences(texts: Sequence[str]) -> list[Occurrence]:
    """Each text with the number of times it has come before."""
    seen: defaultdict[str, int] = defaultdict(int)
    counted = []
    for text in texts:
        counted.append((text, seen[text]))
        seen[text] += 1
    return counted


def _same(now: Segment, before: Segment) -> bool:
    return (
        now.text == before.text
        and abs(now.span.start - before.span.start) < TIME_STEP
        and abs(now.span.end - before.span.end) < TIME_STEP
    )


def _reread(version: Version, read: Sequence[Cue], code: str) -> list[Line]:
    """The lines as the file has them now."""
    spoken = language(code)
    homes = _homes(version.cues, read)
    lines = []
    for index, line in enumerate(version.lines):
        before = _said([cue for cue in version.cues if cue.segment == index], spoken)
        now = _said([cue for cue, home in zip(read, homes, strict=True) if home == index], spoken)
        lines.append(line if now == before else Line(line.source, line.draft, now))
    return lines


def _homes(written: Sequence[Cue], read: Sequence[Cue]) -> list[int | None]:
    """The line of each cue in the file: by its place where none came or went, else by time."""
    if len(read) == len(written):
        return [cue.segment for cue in written]
    return [_nearest(cue.span, written) for cue in read]


def _nearest(span: Span, written: Sequence[Cue]) -> int | None:
    """The line whose cues cover most of `span`, or are nearest to it; None where there are no cues."""

    def closeness(cue: Cue) -> tuple[float, float]:
        return cue.span.overlap(span), -abs(cue.span.start - span.start)

    return max(written, key=closeness).segment if written else None


def _said(cues: Sequence[Cue], spoken: Language) -> str:
    """What is said in some captions: the conversions of prices in them are only read."""
    return without_conversions(join(cues, spoken))
