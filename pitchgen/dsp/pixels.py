"""Pictures in numbers: made larger or smaller, and where the ink of their letters is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
"""One channel, shape (height, width)."""
LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # source: ITU-R BT.601


def scaled(picture: NDArray[np.uint8], height: int, width: int) -> NDArray[np.float32]:
    """`picture`, shape (h, w, n), as (height, width, n): whole pixels are averaged, then neighbours mixed."""
    whole = averaged(picture, max(1, picture.shape[0] // height), max(1, picture.shape[1] // width))
    return _between(_between(whole, height, 0), width, 1)


def averaged(picture: NDArray[np.uint8], down: int, across: int) -> NDArray[np.float32]:
    """Blocks of so many pixels as one; what is over at the bottom and the right is left out."""
    rows, columns = picture.shape[0] // down * down, picture.shape[1] // across * across
    total = np.zeros((rows // down, columns // across, *picture.shape[2:]), np.float32)
    for row in range(down):  # a sum of planes is several times as fast as a mean over two axes
        for column in range(across):
            total += picture[row:rows:down, column:columns:across]
    total /= down * across
    return total


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
    halved: Plane = averaged(picture, 2, 2) @ LUMA
    return halved


def slopes(plane: Plane) -> NDArray[np.float32]:
    """Differences to the next pixel across and down, shape (2, height, width)."""
    found = np.zeros((2, *plane.shape), np.float32)
    found[0, :, :-1] = np.diff(plane, axis=1)
    found[1, :-1] = np.diff(plane, axis=0)
    return found
