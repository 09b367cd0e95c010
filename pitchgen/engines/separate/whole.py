"""`none` and `duck`: nothing is taken apart, her sound is replaced or kept as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pitchgen.core.audio import Samples
from pitchgen.core.engines import Leaves, Licence, Separator

OURS = Licence("Apache-2.0", commercial=True)


class Replaced:
    """Nothing of her sound is left."""

    name = "none"
    fingerprint = "none-1"
    languages: frozenset[str] = frozenset()
    licence = OURS
    leaves: Leaves = "nothing"

    def separate(self, blocks: Iterable[Samples]) -> Iterator[Samples]:
        """Silence of the same length."""
        return (block * 0 for block in blocks)


class Kept:
    """All of her sound is left; the mix lowers it while the new voice speaks."""

    name = "duck"
    fingerprint = "duck-1"
    languages: frozenset[str] = frozenset()
    licence = OURS
    leaves: Leaves = "everything"

    def separate(self, blocks: Iterable[Samples]) -> Iterator[Samples]:
        """Her sound, as it is."""
        return iter(blocks)


def load_none() -> Separator:
    """The separator that leaves nothing."""
    return Replaced()


def load_duck() -> Separator:
    """The separator that leaves everything."""
    return Kept()
