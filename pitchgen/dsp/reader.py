"""Samples that come in pieces of any length, read in pieces of another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pitchgen.core.audio import Samples


class Reader:
    """Reads on where it stopped; of one channel or more, as the pieces have them."""

    def __init__(self, blocks: Iterator[Samples]) -> None:
        self._blocks = blocks
        self._rest: Samples = next(blocks, np.zeros(0, np.float32))

    @property
    def ended(self) -> bool:
        """Whether there is nothing more."""
        while not len(self._rest):
            block = next(self._blocks, None)
            if block is None:
                return True
            self._rest = block
        return False

    def some(self, length: int) -> Samples:
        """At most `length` samples, none only where there are no more."""
        if self.ended:
            return self._rest
        part, self._rest = self._rest[:length], self._rest[length:]
        return part

    def take(self, length: int) -> Samples:
        """Exactly `length` samples; silence after the last one."""
        parts = list(self.pieces(length, length))
        return np.concatenate(parts) if parts else self.like(0)

    def pieces(self, length: int, size: int) -> Iterator[Samples]:
        """`length` samples in pieces of at most `size`; silence after the last one."""
        while length > 0:
            part = self.some(min(length, size))
            if not len(part):
                part = self.like(min(length, size))
            yield part
            length -= len(part)

    def rest(self, size: int) -> Iterator[Samples]:
        """All that is left, in pieces of at most `size`."""
        while len(part := self.some(size)):
            yield part

    def like(self, length: int) -> Samples:
        """Silence with as many channels."""
        return np.zeros((length, *self._rest.shape[1:]), np.float32)
