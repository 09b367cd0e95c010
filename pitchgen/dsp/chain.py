"""The least sum of squares under limits, where every term touches a few neighbouring unknowns only.

A convex quadratic programme along a chain: an interior-point method whose linear systems are banded, so that its time
grows with the length of the chain and no more. Source: S. Mehrotra (1992), On the implementation of a primal-dual
interior point method.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Indices = NDArray[np.int64]

REACH = 3  # neighbouring unknowns that a row may touch
EXACT = 1e-8  # a limit may be missed by: far below a sample
CLOSE = 1e-7  # cost above its lower bound, for each limit
STEEP = 1e-4  # the slope may be left at: where the method stops it is a thousandth of that, but for rounding
MOST_STEPS = 80  # 8 to 15 are usual
CENTRED = 0.02  # of the gap at least is aimed at: without it limits that all but touch send it back and forth
WORTH = 0.7  # of the gap may be left by a step with its corrector; else it leads in circles, and ...
SAFE = 0.3  # ... a step along the middle to this much of the gap leads out
BACK_OFF = 0.995  # of the way to a limit: the method needs to stay inside
PADDING = np.zeros(REACH)  # what the last rows touch beyond the end


@dataclass(frozen=True, slots=True)
class Rows:
    """Linear forms of the unknowns, and what each is compared with."""

    first: Indices
    """The first unknown that each touches, shape (n_rows,)."""
    factors: Vector
    """Of that unknown and those after it, shape (n_rows, REACH)."""
    values: Vector
    """Shape (n_rows,)."""

    @classmethod
    def of(cls, rows: Sequence[tuple[int, Sequence[float], float]]) -> Rows:
        """From (first unknown, its factor and those of the next ones, value)."""
        padded = [[*factors, *PADDING[len(factors) :]] for _, factors, _ in rows]
        return cls(
            np.array([first for first, _, _ in rows], np.int64),
            np.array(padded, float).reshape(-1, REACH),
            np.array([value for _, _, value in rows], float),
        )

    def __add__(self, other: Rows) -> Rows:
        """These and those of `other`."""
        return Rows(
            np.concatenate([self.first, other.first]),
            np.concatenate([self.factors, other.factors]),
            np.concatenate([self.values, other.values]),
        )

    def excess(self, z: Vector) -> Vector:
        """How far each form of `z` lies above its value."""
        return np.asarray((self.factors * np.append(z, PADDING)[self._touched]).sum(1) - self.values)

    def gathered(self, weights: Vector, size: int) -> Vector:
        """The transpose applied to `weights`, shape (size,)."""
        summed = np.bincount(self._touched.ravel(), (self.factors * weights[:, None]).ravel(), size + REACH)
        return summed[:size].astype(np.float64, copy=False)

    def moved(self, origin: Vector) -> Rows:
        """The same forms of the unknowns less `origin`."""
        return Rows(self.first, self.factors, -self.excess(origin))

    @property
    def _touched(self) -> Indices:
        return self.first[:, None] + np.arange(REACH)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be as small as it can be, and what must hold."""

    squares: Rows
    """Their excesses, squared, are the cost; so many that the cheapest unknowns are the only ones."""
    hinges: Rows
    """So are these where they are below 0, and nothing where they are above."""
    limits: Rows
    """At least 0 for any solution, and some solution has a little more."""

    def cost(self, z: Vector) -> float:
        """Of the unknowns `z`, whether they keep the limits or not."""
        fallen = np.minimum(self.hinges.excess(z), 0)
        return float((self.squares.excess(z) ** 2).sum() + (fallen**2).sum())


def cheapest(problem: Problem, start: Vector) -> Vector:
    """The unknowns of the least cost within the limits; `start` is where to begin, and need not keep them.

    Raises:
        ArithmeticError: the limits contradict each other.
    """
    # From `start` on, because a hair's breadth beside the hours of a clock would be lost in rounding
    squares, limits = problem.squares.moved(start), (problem.hinges + problem.limits).moved(start)
    # A hinge is a limit that gives way: by half of the price that is put on it, as setting the derivative of
    # (what it gives)^2 - price x (what it gives) to zero shows
    give = np.zeros(len(limits.values))
    give[: len(problem.hinges.values)] = 0.5
    return start + _nearest(squares, limits, give, len(start))


def _nearest(squares: Rows, limits: Rows, give: Vector, size: int) -> Vector:
    """The cheapest unknowns, from 0 on: predictor and corrector, both from one factorisation."""
    z = np.zeros(size)
    curvature = _Normal(squares, size).bands(np.full(len(squares.values), 2.0))
    normal = _Normal(limits, size)
    slack, price = np.maximum(limits.excess(z), 1.0), np.ones(len(limits.values))
    for _ in range(MOST_STEPS):
        missed = limits.excess(z) + give * price - slack
        slope = squares.gathered(2 * squares.excess(z), size) - limits.gathered(price, size)
        gap = float(slack @ price) / len(slack)
        if gap < CLOSE and np.abs(missed).max() < EXACT and np.abs(slope).max() < STEEP * (1 + price.max()):
            return z
        here = _Point(limits, give, slack, price, slope, missed)
        factor = _Factor(curvature + normal.bands(price / here.yielding))
        straight = here.step(0.0, factor)
        ahead = here.gap_after(straight, min(1.0, here.reach(straight)))
        step = here.step(max((ahead / gap) ** 3, CENTRED) * gap - straight.slack * straight.price, factor)
        reach = min(1.0, BACK_OFF * here.reach(step))
        if here.gap_after(step, reach) > WORTH * gap:
            step = here.step(SAFE * gap, factor)
            reach = min(1.0, BACK_OFF * here.reach(step))
        z, slack, price = z + reach * step.way, slack + reach * step.slack, price + reach * step.price
    raise ArithmeticError("the limits contradict each other")


@dataclass(frozen=True, slots=True)
class _Step:
    way: Vector
    slack: Vector
    price: Vector


@dataclass(frozen=True, slots=True)
class _Point:
    """Where the method stands: how far each limit is off, and what it would pay to move it."""

    limits: Rows
    give: Vector
    slack: Vector
    price: Vector
    slope: Vector
    missed: Vector

    @property
    def yielding(self) -> Vector:
        """How far each limit moves for what is paid."""
        return self.slack + self.give * self.price

    def step(self, aim: Vector | float, factor: _Factor) -> _Step:
        """Newton's step to where slack x price is `aim`."""
        change = aim - self.slack * self.price
        pull = self.limits.gathered((change - self.price * self.missed) / self.yielding, len(self.slope))
        way = factor.solve(pull - self.slope)
        moved = self.limits.excess(way) + self.limits.values + self.missed
        price = (change - self.price * moved) / self.yielding
        return _Step(way, moved + self.give * price, price)

    def gap_after(self, step: _Step, reach: float) -> float:
        """What is left of the gap between the cost and its lower bound, for each limit."""
        slack, price = self.slack + reach * step.slack, self.price + reach * step.price
        return float(slack @ price) / len(slack)

    def reach(self, step: _Step) -> float:
        """How many times `step` may be taken before a slack or a price falls to zero."""
        values, steps = np.concatenate([self.slack, self.price]), np.concatenate([step.slack, step.price])
        falling = steps < 0
        return float((-values[falling] / steps[falling]).min()) if falling.any() else np.inf


class _Normal:
    """Transpose x diagonal x forms, for any diagonal."""

    def __init__(self, rows: Rows, size: int) -> None:
        pairs = [(place, below) for below in range(REACH) for place in range(REACH - below)]
        places, belows = np.array(pairs).T
        self._products = rows.factors[:, places] * rows.factors[:, places + belows]
        self._cells = (belows * (size + REACH) + places + rows.first[:, None]).ravel()
        self._size = size

    def bands(self, weights: Vector) -> Vector:
        """The diagonal and those below it, shape (REACH, size)."""
        cells = REACH * (self._size + REACH)
        summed = np.bincount(self._cells, (self._products * weights[:, None]).ravel(), cells)
        return summed.reshape(REACH, -1)[:, : self._size].astype(np.float64, copy=False)


class _Factor:
    """L D L' of a symmetric matrix of REACH = 3 diagonals.

    In plain floats: numpy has no banded solver, and a loop over three numbers is quicker than calls of it.
    """

    def __init__(self, bands: Vector) -> None:
        self._columns: list[tuple[float, float, float]] = []
        (d1, l1, m1), (d2, m2) = (1.0, 0.0, 0.0), (1.0, 0.0)
        for diagonal, first, second in bands.T.tolist():
            pivot = diagonal - l1 * l1 * d1 - m2 * m2 * d2
            column = pivot, (first - m1 * l1 * d1) / pivot, second / pivot
            self._columns.append(column)
            (d1, l1, m1), (d2, m2) = column, (d1, m1)

    def solve(self, right: Vector) -> Vector:
        """The solution for one right-hand side."""
        y1 = y2 = l1 = m1 = m2 = 0.0
        forward = []
        for (_, near, far), value in zip(self._columns, right.tolist(), strict=True):
            y1, y2 = value - l1 * y1 - m2 * y2, y1
            l1, m1, m2 = near, far, m1
            forward.append(y1)
        x1 = x2 = 0.0
        solution = []
        for (pivot, near, far), y in zip(reversed(self._columns), reversed(forward), strict=True):
            x1, x2 = y / pivot - near * x1 - far * x2, x1
            solution.append(x1)
        return np.array(solution[::-1])
