"""Words on the screen, and when."""

from __future__ import annotations

from dataclasses import dataclass

from pitchgen.core.transcript import Span


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption: what stands on the screen at once."""

    span: Span
    lines: tuple[str, ...]
    segment: int
    """Index of the segment it belongs to; a long sentence has several cues."""

    @property
    def text(self) -> str:
        """The lines as a subtitle file holds them."""
        return "\n".join(self.lines)
