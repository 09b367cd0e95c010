"""What is left of her sound when her voice is taken out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pitchgen.core.audio import Samples
from pitchgen.core.engines import Separator
from pitchgen.core.errors import EngineError

VERSION = 1


def separate(blocks: Iterable[Samples], separator: Separator) -> Iterator[Samples]:
    """The background of sound at 48 kHz that comes in pieces, in pieces.

    Raises:
        EngineError: the separator gave another length back.
    """
    heard = 0

    def counted() -> Iterator[Samples]:
        nonlocal heard
        for block in blocks:
            heard += len(block)
            yield block

    left = 0
    for block in separator.separate(counted()):
        left += len(block)
        yield block
    if left != heard:
        raise EngineError(f"{separator.name} made {left} samples of {heard}; name another: --separate none, duck")
