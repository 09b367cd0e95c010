"""Spoken segments placed on the clock. Only times: the sound is read from the store when it is mixed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from pitchgen.core.transcript import Segment, Span

TOLERANCE = 1e-6  # seconds: far below one sample, above the rounding of sums of floats


@dataclass(frozen=True, slots=True)
class Clip:
    """A voiced segment on the clock."""

    segment: Segment
    """What is said; its span is when the source says it."""
    start: float
    """Seconds on the clock."""
    duration: float
    """Seconds of the spoken audio as the voice made it."""
    tempo: float = 1.0
    """Above 1 is faster than the voice made it."""
    original: bool = False
    """The source's own sound is kept here instead of a new voice."""

    @property
    def end(self) -> float:
        """Seconds on the clock, with the tempo applied."""
        return self.start + self.duration / self.tempo

    @property
    def span(self) -> Span:
        """When it sounds."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Overrun:
    """Speech that no allowed tempo fits into its time."""

    segment: Segment
    seconds: float
    """How much later the clip ends than it should."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Clips in order; they never overlap and none is cut."""

    language: str
    duration: float
    """Seconds of the whole output; at least the end of the last clip."""
    clips: tuple[Clip, ...]
    overruns: tuple[Overrun, ...] = ()

    def __post_init__(self) -> None:
        for before, after in pairwise(self.clips):
            if after.start < before.end - TOLERANCE:
                raise ValueError(f"clips overlap: {before.segment.text!r} and {after.segment.text!r}")

    @property
    def tempos(self) -> tuple[float, float]:
        """Lowest and highest tempo of the voiced clips; (1, 1) where there is none."""
        tempos = [clip.tempo for clip in self.clips if not clip.original]
        return (min(tempos), max(tempos)) if tempos else (1.0, 1.0)
