"""Connected pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Blob:
    """Pixels that touch, as the rectangle around them: rows and columns half-open."""

    top: int
    left: int
    bottom: int
    right: int
    pixels: int


@dataclass(slots=True)
class _Run:
    """Pixels side by side in a row, and the run that stands for its blob."""

    row: int
    left: int
    right: int
    parent: int


def blobs(mask: NDArray[np.bool_]) -> list[Blob]:
    """The blobs of `mask`, shape (height, width), pixels touching by a side or a corner, from the top."""
    runs: list[_Run] = []
    above: list[int] = []
    last = -1
    for row, left, right in _runs(mask):
        if row != last:
            start = [i for i in range(len(runs) - 1, -1, -1) if runs[i].row == row - 1] if last == row - 1 else []
            above, last = start[::-1], row
        index = len(runs)
        runs.append(_Run(row, left, right, index))
        for other in above:
            if runs[other].left <= right and left <= runs[other].right:
                _join(runs, other, index)
    return _collected(runs)


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int, int]]:
    """(row, first column, column after the last) of each run."""
    edges = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, lefts = np.nonzero(edges == 1)
    _, rights = np.nonzero(edges == -1)
    return list(zip(rows.tolist(), lefts.tolist(), rights.tolist(), strict=True))


def _root(runs: list[_Run], index: int) -> int:
    while runs[index].parent != index:
        runs[index].parent = runs[runs[index].parent].parent
        index = runs[index].parent
    return index


def _join(runs: list[_Run], one: int, other: int) -> None:
    first, second = sorted((_root(runs, one), _root(runs, other)))
    runs[second].parent = first


def _collected(runs: list[_Run]) -> list[Blob]:
    found: dict[int, Blob] = {}
    for index, run in enumerate(runs):
        root, size = _root(runs, index), run.right - run.left
        known = found.get(root)
        found[root] = (
            Blob(run.row, run.left, run.row + 1, run.right, size)
            if known is None
            else Blob(
                known.top, min(known.left, run.left), run.row + 1, max(known.right, run.right), known.pixels + size
            )
        )
    return list(found.values())
