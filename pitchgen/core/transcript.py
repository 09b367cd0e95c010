"""What is said, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open interval [start, end) in seconds on the source clock."""

    start: float
    end: float

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"a span runs forward from zero, not from {self.start} to {self.end}")

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start

    def overlap(self, other: Span) -> float:
        """Seconds that both spans cover."""
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or in Chinese a character or two, as a recogniser heard it."""

    span: Span
    text: str
    """With the punctuation that clings to it, and the space before it: words joined are the text."""
    probability: float = 1.0


class Doubt(str, Enum):
    """Why a recogniser's words need a person's look."""

    SILENCE = "nobody speaks there"
    REPETITION = "the same words over and over"
    LANGUAGE = "another language is spoken"
    UNSURE = "hardly understood"
    FIGURE = "a figure is hard to read"
    HIDDEN = "letters may be lost in what is behind them"


class WordSource(Enum):
    """Where her words can be taken from, the best first: what she wrote herself before what a program makes out."""

    SCRIPT = "script"  # a text or subtitle file
    TRACK = "track"  # of subtitles, in the video
    CAPTIONS = "captions"  # in its picture
    SPEECH = "speech"  # heard by a recogniser


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence: translated, voiced, cached and edited as a unit."""

    span: Span
    text: str
    speaker: str = "A"
    words: tuple[Word, ...] = ()
    """What a recogniser heard, with times; empty where the words come from elsewhere."""
    doubt: Doubt | None = None


DOUBTFUL = 0.2
"""Scores below this deserve a person's look.

Real speech: right scripts scored 0.25 to 0.74, wrong ones up to 0.18. Synthetic speech: right ones 0.68
and more, wrong ones up to 0.29. A hint, never a proof. Source: benchmarks/alignment.py
"""


@dataclass(frozen=True, slots=True)
class Transcript:
    """Segments in one language, ordered by start, not overlapping."""

    language: str
    """BCP-47 code."""
    segments: tuple[Segment, ...]
    origin: str = "unknown"
    """Where the words come from: the engine's name, or `edited` once a person has changed them."""
    score: float | None = None
    """How well the words agree with the recording: 0 (not at all) to 1; None where nothing measured it."""

    def __post_init__(self) -> None:
        for before, after in zip(self.segments, self.segments[1:], strict=False):
            if after.span.start < before.span.end:
                raise ValueError(f"segments overlap: {before.text!r} and {after.text!r}")

    @property
    def texts(self) -> tuple[str, ...]:
        """The sentences, in order."""
        return tuple(segment.text for segment in self.segments)

    def retold(self, language: str, texts: Sequence[str]) -> Transcript:
        """The same segments in other words: one text for each segment."""
        segments = tuple(replace(s, text=t) for s, t in zip(self.segments, texts, strict=True))
        return replace(self, language=language, segments=segments)
