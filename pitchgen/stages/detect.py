"""Finds where somebody speaks."""

from __future__ import annotations

from collections.abc import Sequence

from pitchgen.core.audio import Audio
from pitchgen.core.engines import Detector
from pitchgen.core.stage import stage
from pitchgen.core.transcript import Span


@stage(version=1)
def detect(recordings: Sequence[Audio], detector: Detector) -> Sequence[tuple[Span, ...]]:
    """Where somebody speaks in each recording: spans in order, not overlapping."""
    return detector.detect(recordings)
