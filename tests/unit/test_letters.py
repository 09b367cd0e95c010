"""Letters told by their colour from what is behind them, on bars that were painted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pitchgen.dsp.letters import Palette, drawn, farthest

YELLOW, WHITE, BLACK = (255, 230, 0), (255, 255, 255), (0, 0, 0)
Picture = NDArray[np.uint8]


def painted(behind: tuple[int, int, int], fill: tuple[int, int, int], edge: tuple[int, int, int] | None) -> Picture:
    """Four strokes with or without an edge over a colour, shape (32, 80, 3)."""
    picture = np.full((32, 80, 3), behind, np.uint8)
    for left in range(6, 80, 20):
        if edge:
            picture[2:30, left - 3 : left + 7] = edge
        picture[5:27, left : left + 4] = fill
    return picture


def palette(fill: tuple[int, int, int], edge: tuple[int, int, int] | None) -> Palette:
    """Of captions over five colours."""
    found = Palette()
    for behind in ((30, 90, 160), (120, 120, 120), (200, 60, 60), (40, 160, 70), (250, 246, 238)):
        found.add(painted(behind, fill, edge), np.full((10, 80, 3), behind, np.uint8))
    return found


def test_the_fill_is_found_beside_a_dark_edge() -> None:
    dress = palette(YELLOW, BLACK).dress()
    assert dress
    assert not dress.bare
    (colour,) = dress.colours
    assert np.abs(colour - YELLOW).max() <= 32


def test_letters_without_an_edge_are_bare() -> None:
    dress = palette(WHITE, None).dress()
    assert dress
    assert dress.bare
    assert (dress.colours[0] == 255).all()


def test_nothing_stands_out_where_there_are_no_letters() -> None:
    found = Palette()
    assert found.dress() is None
    found.add(np.full((32, 80, 3), 90, np.uint8), np.full((10, 80, 3), 90, np.uint8))
    assert found.dress() is None


def test_what_moves_behind_letters_is_no_letter() -> None:
    """A white thing passes behind white letters: in every picture it is somewhere else."""
    pictures = []
    for at in (0, 30, 60):
        picture = np.full((32, 80, 3), 80, np.uint8)
        picture[:, at : at + 20] = 255
        picture[5:27, 38:42] = 255
        pictures.append(picture)
    far = farthest(pictures, np.array(WHITE, np.float32))
    assert (far[5:27, 38:42] == 0).all()
    assert (np.delete(far, np.s_[38:42], axis=1) > 100).all()
    shown = drawn(far, 100)
    assert shown[10, 40].tolist() == [0, 0, 0]
    assert shown[10, 10].tolist() == [255, 255, 255]
