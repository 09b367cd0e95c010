"""Whether letters that stood in a picture still stand in another one, whatever moves behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pitchgen.dsp.pixels import Plane, slopes

STRONGEST = 0.25  # of the pixels: the edges of letters, which are sharper than most of what is behind them
LEAST_SLOPE = 12.0  # of 255: weaker edges are noise of the camera
LEAST_PIXELS = 12  # that a part of the text has to have, to be looked at by itself


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """The edges of some letters."""

    rows: slice
    columns: slice
    edges: NDArray[np.float32]
    """Shape (2, height, width); 0 where there is none."""
    parts: tuple[slice, ...]
    """Columns of about one letter each."""

    def presence(self, plane: Plane) -> tuple[float, float]:
        """How strongly the letters stand in `plane`: of all, and of the part that has least of them.

        1 as in the picture they were taken from, 0 where they are gone; between while they fade. Other edges add
        nothing on average, since they run this way and that.
        """
        whole, *each = self._presences(plane, (slice(None), *self.parts)) or [0.0]
        return whole, min(each, default=0.0)

    def beginning(self, plane: Plane) -> float:
        """How strongly the first part of the letters stands in `plane`."""
        return next(iter(self._presences(plane, self.parts[:1])), 0.0)

    def _presences(self, plane: Plane, parts: Sequence[slice]) -> list[float]:
        now, then = slopes(plane[self.rows, self.columns]) * self.edges, self.edges * self.edges
        return [float(now[:, :, part].sum() / power) for part in parts if (power := float(then[:, :, part].sum()))]


def ink_of(plane: Plane, top: int, left: int, bottom: int, right: int, letter: int) -> Ink:
    """The edges of the letters in a part of `plane`; `letter` is how wide one is, all in pixels."""
    rows, columns = slice(max(0, top), bottom), slice(max(0, left), right)
    found = slopes(plane[rows, columns])
    strength = np.abs(found).max(axis=0)
    floor = max(LEAST_SLOPE, float(np.quantile(strength, 1 - STRONGEST))) if strength.size else LEAST_SLOPE
    sharp = strength >= floor
    wide = strength.shape[1]
    count = max(1, round(wide / max(1, letter)))
    borders = np.linspace(0, wide, count + 1).round().astype(int)
    parts = tuple(slice(int(a), int(b)) for a, b in pairwise(borders) if sharp[:, a:b].sum() >= LEAST_PIXELS)
    return Ink(rows, columns, found * sharp, parts)
