"""From the clock to the screen: which words stand when."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pitchgen.core.caption import Cue
from pitchgen.core.stage import stage
from pitchgen.core.timeline import Clip, Timeline
from pitchgen.core.transcript import Span, Transcript
from pitchgen.languages import CaptionRules, language
from pitchgen.stages.wrap import GLUE, Column, break_text


@stage(version=2)
def caption(timeline: Timeline, room: Column | None = None) -> tuple[Cue, ...]:
    """The captions of a timeline: ordered, not overlapping, within the rules of its language.

    A sentence of several cues shares the time of its clip between them in proportion to their text;
    the last one stands on into the pause that follows as long as its reader needs. `room` is what a line holds
    where that is not the usual number of characters.
    """
    spoken = language(timeline.language)
    rules = spoken.captions
    cues: list[Cue] = []
    for index, clip in enumerate(timeline.clips):
        free = _room(timeline, index, rules)
        fewest = max(1, math.ceil((min(clip.end, free) - clip.start) / rules.longest))
        screens = break_text(clip.segment.text, spoken, room, screens=fewest)
        if screens:
            spans = _share(clip, free, [_length(lines) for lines in screens], rules)
            cues += (Cue(span, lines, index) for span, lines in zip(spans, screens, strict=True))
    return tuple(cues)


def caption_transcript(transcript: Transcript, duration: float) -> tuple[Cue, ...]:
    """The captions of what was said, as it was said; `duration` is the length of the recording in seconds."""
    clips = tuple(Clip(s, s.span.start, s.span.duration) for s in transcript.segments)
    last = max((clip.end for clip in clips), default=0.0)
    return caption(Timeline(transcript.language, max(duration, last), clips))


def _length(lines: Sequence[str]) -> int:
    """Characters to be read."""
    return sum(len(line.removesuffix(GLUE)) for line in lines)


def _room(timeline: Timeline, index: int, rules: CaptionRules) -> float:
    """Until when the captions of a clip may stand: its end, and the pause after it but for a small gap."""
    clip = timeline.clips[index]
    if index + 1 == len(timeline.clips):
        return max(clip.end, timeline.duration)
    following = timeline.clips[index + 1].start
    return following - rules.gap if following - rules.gap > clip.start + rules.gap else following


def _share(clip: Clip, room: float, lengths: Sequence[int], rules: CaptionRules) -> list[Span]:
    """When each of the clip's cues stands, in order; `lengths` are the characters of each."""
    shortest = min(rules.shortest * len(lengths), room - clip.start)
    block = max(min(clip.end, room) - clip.start, shortest)
    even, shares = block / len(lengths), [block * length / sum(lengths) for length in lengths]
    if even > rules.shortest > min(shares):  # as even as it takes for the shortest to be long enough
        weight = (even - rules.shortest) / (even - min(shares))
    else:
        weight = 1.0 if even > rules.shortest else 0.0
    spans = []
    at = clip.start
    for share in shares:
        spans.append(Span(at, at := at + weight * share + (1 - weight) * even))
    read = spans[-1].start + min(rules.longest, lengths[-1] / rules.chars_per_second)
    last = max(spans[-1].end, read)
    return [*spans[:-1], Span(spans[-1].start, max(spans[-1].start, min(last, room)))]
