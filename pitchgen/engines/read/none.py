"""`none`: nothing that stands in the picture is read."""

from __future__ import annotations

from collections.abc import Sequence

from pitchgen.core.box import Box
from pitchgen.core.engines import Licence, TextReader
from pitchgen.core.footage import Pixels, Reading


class Unread:
    """Finds no text, and reads none."""

    name = "none"
    fingerprint = "no-reader-1"
    languages: frozenset[str] = frozenset()
    licence = Licence("Apache-2.0", commercial=True)

    def find(self, pictures: Sequence[Pixels]) -> Sequence[tuple[Box, ...]]:
        """Nothing in any picture."""
        return [() for _ in pictures]

    def read(self, lines: Sequence[Pixels]) -> Sequence[Reading]:
        """Nothing on any line."""
        return [Reading("", ()) for _ in lines]


def load() -> TextReader:
    """The reader that reads nothing."""
    return Unread()
