"""From syllables to characters: of those that sound alike, the ones that go together.

A beam search over what may have been heard, with how often characters follow each other (n-grams with stupid backoff:
Brants et al. 2007, "Large Language Models in Machine Translation"). `scripts/training/spelling.py` makes the tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Costs = NDArray[np.float32]
Ids = NDArray[np.int64]
Hashes = NDArray[np.uint64]

ORDER = 4  # characters of an n-gram
BOUNDARY = 0  # the character before the first of a clause
STEPS = 16.0  # of a cost in a nat, as the tables keep it
BACKOFF = float(-np.log(0.4))  # nats for every character of history that is given up. Source: Brants et al.
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
HALF = np.uint64(32)

BEAM = 8
CANDIDATES = 48  # characters tried for one sound
LANGUAGE_WEIGHT = 0.6  # of a nat of the n-grams to one of the network
UNHEARD = 12.0  # nats: a reading that the tables do not have


@dataclass(frozen=True, slots=True)
class Sound:
    """One syllable, as it was heard."""

    symbols: NDArray[np.int64]
    """What it may be, symbols of the network, shape (n,)."""
    costs: Costs
    """Nats of each, shape (n,)."""
    nothing: float
    """Nats of there being no syllable."""
    fresh: bool = False
    """A pause lies before it."""

    def chance(self, symbol: int) -> float:
        """Probability of one of its symbols."""
        return float(np.exp(-self.costs[self.symbols == symbol][0]))


@dataclass(frozen=True, slots=True)
class Spelled:
    """A character, and for which sound it stands."""

    character: str
    sound: int
    symbol: int


def followed(history: Hashes, characters: Ids) -> Hashes:
    """Hashes of histories with one character more; shapes broadcast."""
    with np.errstate(over="ignore"):
        found: Hashes = history * MULTIPLIER + characters.astype(np.uint64) + np.uint64(1)
    return found


def key(hashes: Hashes) -> NDArray[np.uint32]:
    """What the tables know an n-gram by; of a million n-grams some hundred share a key, which does no harm."""
    with np.errstate(over="ignore"):
        return (hashes * MULTIPLIER >> HALF).astype(np.uint32)


class Spelling:
    """The tables, and the search.

    Raises:
        OSError, ValueError: the file is not there, or no table of ours.
    """

    def __init__(self, path: Path) -> None:
        with np.load(path, allow_pickle=False) as kept:
            self._characters = str(kept["characters"])
            self._single = kept["single"].astype(np.float32) / STEPS
            self._keys = [np.cumsum(kept[f"keys_{n}"], dtype=np.uint32) for n in range(2, ORDER + 1)]
            self._kept = [kept[f"costs_{n}"].astype(np.float32) / STEPS for n in range(2, ORDER + 1)]
            symbols, self._read = kept["read_symbols"].astype(np.int64), kept["read_characters"].astype(np.int64)
            self._read_costs = kept["read_costs"].astype(np.float32) / STEPS
        self._first = np.searchsorted(symbols, np.arange(symbols.max() + 2))

    def spell(self, sounds: Sequence[Sound]) -> list[Spelled]:
        """The likeliest characters."""
        histories = np.zeros((1, ORDER - 1), np.int64)
        totals = np.zeros(1, np.float32)
        trails: list[tuple[Spelled, ...]] = [()]
        for at, sound in enumerate(sounds):
            if sound.fresh:
                histories = np.zeros_like(histories)
            characters, symbols, heard = self._candidates(sound)
            costs = totals[:, None] + heard + LANGUAGE_WEIGHT * self._language(histories, characters)
            silent = totals + sound.nothing
            best = np.argsort(np.concatenate([costs.ravel(), silent]))[: 3 * BEAM]
            histories, totals, trails = self._kept_best(best, at, costs, silent, histories, trails, characters, symbols)
        return list(trails[int(totals.argmin())]) if len(totals) else []

    def _kept_best(  # noqa: PLR0913, PLR0917
        self,
        best: NDArray[np.int64],
        at: int,
        costs: Costs,
        silent: Costs,
        histories: Ids,
        trails: list[tuple[Spelled, ...]],
        characters: Ids,
        symbols: Ids,
    ) -> tuple[Ids, Costs, list[tuple[Spelled, ...]]]:
        rows: dict[tuple[int, ...], tuple[float, tuple[Spelled, ...]]] = {}
        for flat in best:
            if flat < costs.size:
                row, column = divmod(int(flat), costs.shape[1])
                history = (*histories[row, 1:], int(characters[column]))
                spelled = Spelled(self._characters[characters[column] - 1], at, int(symbols[column]))
                total, trail = float(costs[row, column]), (*trails[row], spelled)
            else:
                row = int(flat) - costs.size
                history, total, trail = tuple(histories[row]), float(silent[row]), trails[row]
            if history not in rows:
                rows[history] = (total, trail)
            if len(rows) == BEAM:
                break
        found = np.array(list(rows), np.int64).reshape(len(rows), ORDER - 1)
        return found, np.array([t for t, _ in rows.values()], np.float32), [trail for _, trail in rows.values()]

    def _candidates(self, sound: Sound) -> tuple[Ids, Ids, Costs]:
        """Characters that sound so, the symbol of each, and its nats."""
        rows = [np.arange(self._first[s], self._first[s + 1]) for s in sound.symbols]
        at = np.concatenate(rows)
        symbols = np.repeat(sound.symbols, [len(row) for row in rows])
        costs = np.repeat(sound.costs, [len(row) for row in rows]) + self._read_costs[at]
        characters = self._read[at]
        likely = np.argsort(costs + LANGUAGE_WEIGHT * self._single[characters])[:CANDIDATES]
        return characters[likely], symbols[likely], costs[likely]

    def _language(self, histories: Ids, characters: Ids) -> Costs:
        """Nats of each character after each history, shape (n_histories, n_characters)."""
        found = self._single[characters] + BACKOFF * (ORDER - 1)
        found = np.repeat(found[None], len(histories), axis=0)
        for length in range(1, ORDER):
            prefix = np.zeros(len(histories), np.uint64)
            for column in range(ORDER - 1 - length, ORDER - 1):
                prefix = followed(prefix, histories[:, column])
            keys = key(followed(prefix[:, None], characters[None]))
            table = self._keys[length - 1]
            at = np.minimum(np.searchsorted(table, keys), len(table) - 1)
            costs = self._kept[length - 1][at] + BACKOFF * (ORDER - 1 - length)
            found = np.where(table[at] == keys, costs, found)
        return found
