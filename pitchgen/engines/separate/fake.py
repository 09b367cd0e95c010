"""A separator for tests of the flow: what both channels share is the voice, what differs is the background."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from pitchgen.core.audio import Samples
from pitchgen.core.engines import Leaves, Licence, Separator


class FakeSeparator:
    """Deterministic, weightless; right where a voice is in the middle and all else on one side or the other."""

    name = "fake"
    fingerprint = "fake-separator-1"
    languages: frozenset[str] = frozenset()
    licence = Licence("Apache-2.0", commercial=True)
    leaves: Leaves = "background"

    def separate(self, blocks: Iterable[Samples]) -> Iterator[Samples]:
        """The blocks without what both channels share; of one channel nothing is left."""
        for block in blocks:
            yield (block - block.mean(axis=1, keepdims=True) if block.ndim == 2 else np.zeros_like(block))


def load() -> Separator:
    """The fake separator."""
    return FakeSeparator()
