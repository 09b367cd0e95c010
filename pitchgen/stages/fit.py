"""Places spoken sentences on the clock: in her time where they fit, a little faster where they must."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pitchgen.core.timeline import TOLERANCE, Clip, Overrun, Timeline
from pitchgen.core.transcript import Segment

MIN_TEMPO = 0.9  # slower than this, speech sounds drawn out
MAX_TEMPO = 1.25  # faster than this, listeners hear haste; they prefer 1.2 at most (Brannon et al., TACL 2023)
BREATH = 0.12  # seconds of pause kept between sentences where there is time: the shortest that is heard as one


@dataclass(frozen=True, slots=True)
class Take:
    """A sentence and how long its voice takes."""

    segment: Segment
    duration: float
    """Seconds at tempo 1."""
    original: bool = False
    """The source's own sound: it keeps its tempo."""


def fit(takes: Sequence[Take], language: str, duration: float) -> Timeline:
    """Takes on the clock, in order: none cut, none overlapping, every tempo within its bounds.

    A sentence starts when the source says it, or when the one before has ended. It may run into the pause
    that follows; only then is it said faster, and only up to MAX_TEMPO. What still ends after the next one
    should start (or after the end of the video, `duration` seconds) is reported as an overrun. A sentence
    shorter than the source's is said slower, down to MIN_TEMPO, so that she speaks while her lips move.
    """
    clips: list[Clip] = []
    overruns: list[Overrun] = []
    deadlines = [*(take.segment.span.start for take in takes[1:]), duration][: len(takes)]
    clock = 0.0
    for index, (take, deadline) in enumerate(zip(takes, deadlines, strict=True)):
        start = max(take.segment.span.start, clock)
        tempo = 1.0 if take.original else _tempo(take, start, deadline, last=index == len(takes) - 1)
        clip = Clip(take.segment, start, take.duration, tempo, take.original)
        if clip.end > deadline + TOLERANCE:
            overruns.append(Overrun(take.segment, clip.end - deadline))
        clips.append(clip)
        clock = clip.end
    return Timeline(language, max(duration, clock), tuple(clips), tuple(overruns))


def _tempo(take: Take, start: float, deadline: float, *, last: bool) -> float:
    """The tempo nearest to 1 that ends in time, after `start` and a breath before `deadline`."""
    room = deadline - start - (0.0 if last else BREATH)
    if take.duration > room:
        return min(MAX_TEMPO, take.duration / room) if room > 0 else MAX_TEMPO
    source = min(room, max(take.segment.span.end - start, 0.0))
    return max(MIN_TEMPO, take.duration / source) if take.duration < source else 1.0
