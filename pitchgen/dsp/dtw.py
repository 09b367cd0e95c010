"""Dynamic time warping: which moment of one reading of a text is which moment of another.

Source: H. Sakoe, S. Chiba (1978), slope constraint P = 1/2; S. Salvador, P. Chan (2007), FastDTW, for the
way from coarse to fine, which keeps time and memory in proportion to the length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Indices = NDArray[np.int64]

BENT = 1.3  # weight of a step that covers two frames of one side: dearer than one pair, cheaper than two
# The next three were chosen on real speech: they set right scripts apart from wrong ones best, and edges are
# no worse. Source: benchmarks/alignment.py
ALONE = 0.7  # cost of a frame without a partner (an ad-lib, a word left out)
DELTA_WEIGHT = 3.0  # of the change between frames, beside the frames themselves
ORDER_POWER = 0.75  # feature k weighs k ** -ORDER_POWER: low cepstra carry vowels, high ones the speaker
CELLS = 36_000_000  # of the coarsest level: one byte each
REFINEMENT = 4  # frames that become one, from level to level
REACH = 100  # frames that a finer path may leave the coarser one by: 2 s at the finest level

PAIR, SHORT, LONG, EXTRA, MISSING = range(5)
_STEPS = ((1, 1), (1, 2), (2, 1), (1, 0), (0, 1))


@dataclass(frozen=True, slots=True)
class Warp:
    """A way through both readings, from their starts to their ends; neither index ever falls."""

    query: Indices
    """Frames of the recording, from 0 to their number, shape (n_points,)."""
    reference: Indices
    """Frames of the reference at the same points, shape (n_points,)."""
    cost: float
    """Mean over the frames of both sides: 0 for the same reading."""


class _Band(NamedTuple):
    """For each row, from zero frames of the query to all, the columns that may be visited: [low, high)."""

    low: Indices
    high: Indices


def warp(query: Matrix, reference: Matrix) -> Warp:
    """The cheapest way through two sequences of features, shapes (n, d) and (m, d), by cosine distance.

    Raises:
        ValueError: one of them is empty.
    """
    if not len(query) or not len(reference):
        raise ValueError("nothing to align")
    factor = 1
    while (len(query) // factor) * (len(reference) // factor) > CELLS:
        factor *= REFINEMENT
    path = _cheapest(*_level(query, reference, factor), band=None)
    while factor > 1:
        factor //= REFINEMENT
        pair = _level(query, reference, factor)
        path = _cheapest(*pair, band=_around(path, len(pair[0]), len(pair[1])))
    return path


def _level(query: Matrix, reference: Matrix, factor: int) -> tuple[Matrix, Matrix]:
    return _directions(_pooled(query, factor)), _directions(_pooled(reference, factor))


def _pooled(features: Matrix, factor: int) -> Matrix:
    """Means of `factor` consecutive frames; the last ones may be of fewer."""
    if factor == 1:
        return features
    starts = np.arange(0, len(features), factor)
    counts = np.diff(np.append(starts, len(features)))
    return np.asarray(np.add.reduceat(features, starts, axis=0) / counts[:, np.newaxis], np.float32)


def _directions(features: Matrix) -> Matrix:
    """Features and their change, normalised over time, weighted, and then to length 1, shape (n, 2 d)."""
    weights = np.arange(1, features.shape[1] + 1) ** -ORDER_POWER
    scale = weights / (features.std(axis=0) + 1e-6)
    normal = (features - features.mean(axis=0)) * scale
    change = np.gradient(normal, axis=0) if len(normal) > 1 else np.zeros_like(normal)
    both = np.hstack([normal, DELTA_WEIGHT * change])
    lengths = np.linalg.norm(both, axis=1, keepdims=True) + 1e-9
    directions: Matrix = (both / lengths).astype(np.float32)
    return directions


def _around(path: Warp, rows: int, columns: int) -> _Band:
    """Columns within `REACH` of a path at the next coarser level, for each row of the finer one."""
    ratio = REFINEMENT
    points = np.clip(path.query * ratio, 0, rows)
    low: NDArray[np.int64] = np.full(rows + 1, columns, np.int64)
    high: NDArray[np.int64] = np.zeros(rows + 1, np.int64)
    np.minimum.at(low, points, path.reference * ratio)
    np.maximum.at(high, points, path.reference * ratio)
    low = np.minimum.accumulate(low[::-1])[::-1]
    high = np.maximum.accumulate(high)
    # a row between two points lies between them; beyond that, `REACH` on both axes
    low = np.concatenate([np.full(REACH, low[0]), low])[: rows + 1] - REACH
    high = np.concatenate([high, np.full(REACH, high[-1])])[REACH:][: rows + 1] + REACH + 1
    low, high = np.clip(low, 0, columns), np.clip(high, 1, columns + 1)
    low[0], high[-1] = 0, columns + 1
    return _Band(low, high)


def _cheapest(query: Matrix, reference: Matrix, band: _Band | None) -> Warp:
    """The cheapest way within `band`.

    Row i, column j hold the cost of the best way that has used i frames of the query and j of the
    reference. All steps but one come from rows before, so a row is computed at once; that one, a frame of
    the reference left out, has a fixed cost and is a running minimum.
    """
    rows, columns = len(query), len(reference)
    if band is None:
        band = _Band(np.zeros(rows + 1, np.int64), np.full(rows + 1, columns + 1))
    starts = np.concatenate([[0], np.cumsum(band.high - band.low)])
    steps = np.full(starts[-1], MISSING, np.int8)
    skips = ALONE * np.arange(columns + 1)
    costs = np.full((3, columns + 3), np.inf)  # rows i, i - 1 and i - 2 in turn; column j at j + 2
    costs[0, 2 : 2 + band.high[0]] = skips[: band.high[0]]
    for row in range(1, rows + 1):
        low, high = int(band.low[row]), int(band.high[row])
        one, two, now = costs[(row - 1) % 3], costs[(row - 2) % 3], costs[row % 3]
        now[: low + 2] = np.inf
        apart = 1 - reference[max(low - 1, 0) : high - 1] @ query[row - 1]
        if low == 0:
            apart = np.concatenate([[np.inf], apart])  # column 0 has no frame of the reference
        ways = np.empty((4, high - low))
        np.add(one[low + 1 : high + 1], apart, out=ways[PAIR])
        np.add(one[low:high], BENT * apart, out=ways[SHORT])
        np.add(two[low + 1 : high + 1], BENT * apart, out=ways[LONG])
        if row == 1:
            ways[LONG] = np.inf
        np.add(one[low + 2 : high + 2], ALONE, out=ways[EXTRA])
        best = ways.argmin(axis=0)
        cheapest = ways.min(axis=0)
        running = np.minimum.accumulate(cheapest - skips[low:high]) + skips[low:high]
        alone = running < cheapest - 1e-9
        now[low + 2 : high + 2] = running
        steps[starts[row] : starts[row + 1]] = np.where(alone, MISSING, best)
    total = float(costs[rows % 3, columns + 2])
    points = _traced(steps, starts, band)
    return Warp(points[:, 0], points[:, 1], total / (rows + columns))


def _traced(steps: NDArray[np.int8], starts: Indices, band: _Band) -> Indices:
    """The points of the best way, from (0, 0) to the end, shape (n_points, 2)."""
    row, column = len(band.low) - 1, int(band.high[-1]) - 1
    points = [(row, column)]
    firsts, lows = starts.tolist(), band.low.tolist()
    while row or column:
        rise, advance = _STEPS[steps[firsts[row] + column - lows[row]]]
        row, column = row - rise, column - advance
        points.append((row, column))
    return np.array(points[::-1], np.int64)
