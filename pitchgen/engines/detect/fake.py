"""A detector for tests of the flow: whatever is not silent is speech."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pitchgen.core.audio import Audio
from pitchgen.core.engines import Detector, Licence
from pitchgen.core.transcript import Span

BLOCK = 0.1  # seconds
AUDIBLE = 1e-3  # of full scale


class FakeDetector:
    """Deterministic, weightless: spans of audible blocks of 100 ms."""

    name = "fake"
    fingerprint = "fake-detector-1"
    languages: frozenset[str] = frozenset()
    licence = Licence("Apache-2.0", commercial=True)

    def detect(self, recordings: Sequence[Audio]) -> Sequence[tuple[Span, ...]]:
        """The audible stretches of each recording."""
        return [_audible(audio) for audio in recordings]


def _audible(audio: Audio) -> tuple[Span, ...]:
    size = max(1, round(BLOCK * audio.rate))
    starts = range(0, len(audio.samples), size)
    loud = [bool(np.any(np.abs(audio.samples[at : at + size]) > AUDIBLE)) for at in starts]
    edges = np.flatnonzero(np.diff([False, *loud, False]))
    return tuple(
        Span(int(a) * size / audio.rate, min(int(b) * size / audio.rate, audio.duration))
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    )


def load() -> Detector:
    """The fake detector."""
    return FakeDetector()
