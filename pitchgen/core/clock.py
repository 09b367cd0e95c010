"""The clock of an output whose picture waits for what is said: where it holds a frame, or runs a little slower."""

from __future__ import annotations

from dataclasses import dataclass

from pitchgen.core.transcript import Span


@dataclass(frozen=True, slots=True)
class Wait:
    """A part of the source that takes longer in the output."""

    start: float
    end: float
    """Seconds on the source's clock. Where both are the same, the frame that is shown then is held."""
    seconds: float
    """By how much longer."""


@dataclass(frozen=True, slots=True)
class Clock:
    """From the source's clock to the output's: the same where nothing waits."""

    waits: tuple[Wait, ...] = ()
    """In order, not overlapping."""

    def at(self, time: float) -> float:
        """When the output shows what the source shows at `time`; after a frame that is held there."""
        return time + sum(wait.seconds * _passed(wait, time) for wait in self.waits)

    def span(self, span: Span) -> Span:
        """When the output shows what the source shows in `span`."""
        return Span(self.at(span.start), self.at(span.end))

    @property
    def added(self) -> float:
        """Seconds by which the output is longer."""
        return sum(wait.seconds for wait in self.waits)


def _passed(wait: Wait, time: float) -> float:
    """How much of a wait is over, from 0 to 1."""
    if time >= wait.end:
        return 1.0
    return max(0.0, (time - wait.start) / (wait.end - wait.start)) if wait.end > wait.start else 0.0
