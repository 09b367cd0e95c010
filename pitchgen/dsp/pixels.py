"""Pictures in numbers: made larger or smaller, and where the ink of their letters is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
"""One channel, shape (height, width)."""
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # source: ITU-R BT.601


def scaled(picture: NDArray[np.uint8], height: int, width: int) -> NDArray[np.float32]:
    """`picture`, shape (h, w, n), as (height, width, n): whole pixels are averaged, then neighbours mixed."""
    down, across = max(1, picture.shape[0] // height), max(1, picture.shape[1] // width)
    rows, columns = picture.shape[0] // down, picture.shape[1] // across
    whole = picture[: rows * down, : columns * across].astype(np.float32)
    if down > 1 or across > 1:
        whole = whole.reshape(rows, down, columns, across, -1).mean(axis=(1, 3), dtype=np.float32)
    return _between(_between(whole, height, 0), width, 1)


def _between(values: NDArray[np.float32], size: int, axis: int) -> NDArray[np.float32]:
    """`values` at `size` places along `axis`, each between its two neighbours."""
    length = values.shape[axis]
    if length == size:
        return values
    at = np.clip((np.arange(size) + 0.5) * length / size - 0.5, 0, length - 1)
    low = at.astype(int)
    high = np.minimum(low + 1, length - 1)
    share = (at - low).astype(np.float32).reshape([-1 if i == axis else 1 for i in range(values.ndim)])
    below = np.take(values, low, axis)
    mixed: NDArray[np.float32] = below + (np.take(values, high, axis) - below) * share
    return mixed


def halved_luma(picture: NDArray[np.uint8]) -> Plane:
    """Brightness at half the size: what letters are told by."""
    rows, columns = picture.shape[0] // 2 * 2, picture.shape[1] // 2 * 2
    light: Plane = picture[:rows, :columns].astype(np.float32) @ _LUMA
    halved: Plane = light.reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3), dtype=np.float32)
    return halved


def slopes(plane: Plane) -> NDArray[np.float32]:
    """Differences to the next pixel across and down, shape (2, height, width)."""
    found = np.zeros((2, *plane.shape), np.float32)
    found[0, :, :-1] = np.diff(plane, axis=1)
    found[1, :-1] = np.diff(plane, axis=0)
    return found
