"""The colours of letters, and letters told by theirs from what is behind them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from pitchgen.dsp.pixels import LUMA, Plane

Colour = NDArray[np.float32]
"""Shape (3,), each up to 255."""
LEVELS = 16  # of a channel: what a video codec makes of one colour lies in three of them
APART = 64  # of 255 in one channel: two colours of letters differ by more
PURE = 32  # of 255: a channel that is so nearly full or empty was quite so before a codec mixed it with what is beside
LEAST = 0.04  # of the pixels among letters, more than beside them: less is no colour of theirs
DARK = 60  # brightness up to 255: what is darker is an outline or a shadow, and letters are lighter
STRONG = 0.45  # of the first colour: an outline that is all around has more


@dataclass(frozen=True, slots=True, eq=False)
class Dress:
    """What letters wear: their colours, without dark outlines; one of them is what they are filled with."""

    colours: tuple[Colour, ...]
    bare: bool
    """Nothing sets them off: where something behind has their colour they cannot be seen."""


class Palette:
    """Colours that are more often among the letters of captions than beside them, whatever is behind."""

    def __init__(self) -> None:
        self._excess = np.zeros((LEVELS,) * 3)
        self._count = 0

    def add(self, among: NDArray[np.uint8], beside: NDArray[np.uint8]) -> None:
        """Count the pixels of one caption and of what is around it, shape (..., 3)."""
        self._excess += _shares(among) - _shares(beside)
        self._count += 1

    def dress(self) -> Dress | None:
        """What most captions so far wore; None where nothing stands out."""
        found = self._most()
        if not found:
            return None
        second = found[1][1] if len(found) > 1 else 0.0
        light = tuple(colour for colour, _ in found if colour @ LUMA >= DARK)
        bare = second < STRONG * found[0][1] and bool(found[0][0] @ LUMA >= DARK)
        return Dress(light or (found[0][0],), bare)

    def _most(self) -> list[tuple[Colour, float]]:
        """The two most frequent colours with their shares."""
        padded = np.pad(self._excess / max(1, self._count), 1)
        spread = np.zeros_like(self._excess)
        for r, g, b in product(range(3), repeat=3):
            spread += padded[r : r + LEVELS, g : g + LEVELS, b : b + LEVELS]
        found: list[tuple[Colour, float]] = []
        for at in np.argsort(spread, axis=None)[::-1]:
            place = np.unravel_index(at, spread.shape)
            share = float(spread[place])
            if share < LEAST or len(found) == 2:
                break
            colour = _middle(padded, place)
            if all(np.abs(colour - other).max() > APART for other, _ in found):
                found.append((colour, share))
        return found


def farthest(pictures: Iterable[NDArray[np.uint8]], colour: Colour) -> Plane:
    """How far each pixel is from a colour in the picture in which it is farthest, 0 to 255, shape (height, width).

    Letters have theirs in all pictures; what moves behind them has not.
    """
    far: Plane = np.max([np.abs(picture.astype(np.float32) - colour).max(axis=-1) for picture in pictures], axis=0)
    return far


def drawn(far: Plane, reach: float) -> NDArray[np.uint8]:
    """What is nearer to a colour than `reach` as dark letters on a light ground, shape (height, width, 3)."""
    shade = (255 * np.clip(far / reach, 0, 1)).astype(np.uint8)
    return np.repeat(shade[:, :, None], 3, axis=2)


def _middle(padded: NDArray[np.float64], place: Sequence[np.intp]) -> Colour:
    """The mean colour of the levels around a place; `padded` has one level more on each side."""
    near = np.stack(np.meshgrid(*(np.arange(at, at + 3) for at in place), indexing="ij"), axis=-1).reshape(-1, 3)
    weights = padded[tuple(near.T)].clip(0)
    middle = ((near - 0.5) * 256 / LEVELS).T @ weights / weights.sum()
    pure: Colour = np.where(middle >= 255 - PURE, 255, np.where(middle <= PURE, 0, middle)).astype(np.float32)
    return pure


def _shares(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    levels = pixels.reshape(-1, 3).astype(np.intp) * LEVELS // 256
    counts = np.bincount(levels @ np.array((LEVELS * LEVELS, LEVELS, 1)), minlength=LEVELS**3)
    return counts.reshape((LEVELS,) * 3) / max(1, len(levels))
