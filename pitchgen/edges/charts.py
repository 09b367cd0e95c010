"""The drawings of a report as numbers: places in percent of the drawing, so that text keeps its size on any screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pitchgen.core.report import LanguageVersion, Origin, Sentence
from pitchgen.core.transcript import Span

LEAST_WIDTH = 0.4  # percent: what is shorter could not be seen on a phone
TEMPO_RANGE = (0.8, 1.3)  # a little more than `fit` allows
DRIFT_RANGE = 0.5  # seconds: smaller drifts are drawn as the small things they are
TICKS = 5
NICE = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
"""Seconds between marks that people count in."""
NARROW = 5.0  # percent: a bar below it has no room for its number


@dataclass(frozen=True, slots=True)
class Bar:
    """A sentence on the clock."""

    x: float
    width: float
    number: int
    """Of the sentence."""
    span: Span
    kind: str
    """`hers`, `voiced`, `original` or `late`."""
    roomy: bool
    """Its number can be written into it."""

    @property
    def centre(self) -> float:
        """Its middle, in percent."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    at: float
    """Percent from the left, or from the top."""
    value: float


@dataclass(frozen=True, slots=True)
class Point:
    """A measurement of a sentence."""

    x: float
    y: float
    number: int
    value: float
    kind: str


@dataclass(frozen=True, slots=True)
class Lanes:
    """When she says each sentence, and when it is heard instead."""

    hers: tuple[Bar, ...]
    heard: tuple[Bar, ...]
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """Measurements over the time of the video."""

    points: tuple[Point, ...]
    zero: float
    """Where nothing is changed: percent from the top."""
    levels: tuple[Tick, ...]
    low: float
    high: float
    """Of what was measured."""


def timeline_chart(version: LanguageVersion) -> Lanes:
    """The sentences of a version on its clock."""
    length = _length(version)
    hers = tuple(_bar(s.source_span, s, "hers", length) for s in version.sentences)
    dubbed = version.speech.timbre != "none"
    heard = tuple(_bar(s.span, s, _kind(s, dubbed=dubbed), length) for s in version.sentences if s.span)
    step = next((nice for nice in NICE if length / nice <= TICKS), NICE[-1])
    marks = (step * i for i in range(int(length / step) + 1))
    return Lanes(hers, heard, tuple(Tick(100 * second / length, second) for second in marks))


def tempo_chart(version: LanguageVersion) -> Plot | None:
    """The tempo of each sentence that a voice says; None where there is none."""
    length = _length(version)
    said = [(s, s.span) for s in _voiced(version) if s.span]
    if not said:
        return None
    low, high = min(s.tempo for s, _ in said), max(s.tempo for s, _ in said)
    bottom, top = min(TEMPO_RANGE[0], low), max(TEMPO_RANGE[1], high)
    points = tuple(
        Point(_middle(span, length), _y(s.tempo, bottom, top), s.number, s.tempo, "tempo") for s, span in said
    )
    levels = tuple(Tick(_y(value, bottom, top), value) for value in (0.85, 1.0, 1.25))
    return Plot(points, _y(1.0, bottom, top), levels, low, high)


def drift_chart(version: LanguageVersion) -> Plot | None:
    """How much later than hers each sentence begins and ends; None where no voice says any."""
    length = _length(version)
    points = []
    drifts = [(s, s.span, s.drift) for s in _voiced(version) if s.span and s.drift]
    if not drifts:
        return None
    values = [value for _, _, drift in drifts for value in drift]
    reach = max(DRIFT_RANGE, *(abs(value) for value in values)) * 1.1
    for sentence, span, drift in drifts:
        for at, value, kind in zip((span.start, span.end), drift, ("start", "end"), strict=True):
            points.append(Point(100 * at / length, _y(value, -reach, reach), sentence.number, value, kind))
    half = round(reach / 2, 1)
    levels = tuple(Tick(_y(value, -reach, reach), value) for value in (half, 0.0, -half))
    return Plot(tuple(points), 50.0, levels, min(values), max(values))


def _voiced(version: LanguageVersion) -> Iterable[Sentence]:
    if version.speech.timbre == "none":
        return ()
    return (s for s in version.sentences if s.span and s.origin is not Origin.ORIGINAL)


def _length(version: LanguageVersion) -> float:
    """What is 100 percent of the width."""
    ends = [span.end for s in version.sentences for span in (s.source_span, s.span) if span]
    return max([version.duration, *ends]) or 1.0


def _bar(span: Span, sentence: Sentence, kind: str, length: float) -> Bar:
    width = max(LEAST_WIDTH, 100 * span.duration / length)
    return Bar(100 * span.start / length, width, sentence.number, span, kind, width >= NARROW)


def _kind(sentence: Sentence, *, dubbed: bool) -> str:
    if sentence.origin is Origin.ORIGINAL or not dubbed:
        return "original"
    return "late" if sentence.late else "voiced"


def _middle(span: Span, length: float) -> float:
    return 50 * (span.start + span.end) / length


def _y(value: float, bottom: float, top: float) -> float:
    """Percent from the top, with a rim that keeps points inside of the drawing."""
    return 8 + 84 * (top - value) / (top - bottom)
