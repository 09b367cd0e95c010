"""`none`: the sound stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pitchgen.core.audio import Audio, Samples
from pitchgen.core.engines import Licence, Watermarker


class Unmarked:
    """Puts nothing into the sound, and finds nothing in it."""

    name = "none"
    fingerprint = "none-1"
    languages: frozenset[str] = frozenset()
    licence = Licence("Apache-2.0", commercial=True)
    marks = False

    def watermark(self, blocks: Iterable[Samples]) -> Iterator[Samples]:
        """The blocks as they are."""
        return iter(blocks)

    def detect(self, audio: Audio) -> float:
        """Never."""
        del audio
        return 0.0


def load() -> Watermarker:
    """The watermarker that does nothing."""
    return Unmarked()
