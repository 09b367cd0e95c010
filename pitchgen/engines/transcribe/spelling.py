"""From syllables to characters: of those that sound alike, the ones that go together.

A beam search over what may have been heard, with how often characters follow each other (n-grams with stupid backoff:
Brants et al. 2007, "Large Language Models in Machine Translation"). `scripts/training/spelling.py` makes the tables.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
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

BEAM = 16  # paths that are followed
RIVAL = 3.0  # nats: a path that costs so little more may be the right one
LOOKED_AT = 3  # times as many are looked at: some go on alike
CANDIDATES = 48  # characters tried for one sound
LANGUAGE_WEIGHT = 0.6  # of a nat of the n-grams to one of the network
HEARD = 1.5  # nats that a character is worth: without them n-grams leave out what was heard, as each one costs


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
    rivals: tuple[str, ...] = ()
    """What stands here, or just after it, in other spellings that are about as likely; an empty one is nothing."""


def followed(history: Hashes, characters: Ids) -> Hashes:
    """Hashes of histories with one character more; shapes broadcast."""
    with np.errstate(over="ignore"):
        found: Hashes = history * MULTIPLIER + characters.astype(np.uint64) + np.uint64(1)
    return found


def key(hashes: Hashes) -> NDArray[np.uint32]:
    """What the tables know an n-gram by; of a million n-grams some hundred share a key, which does no harm."""
    with np.errstate(over="ignore"):
        return (hashes * MULTIPLIER >> HALF).astype(np.uint32)


@dataclass(frozen=True, slots=True)
class _Path:
    """One way to spell the sounds so far."""

    total: float
    """Nats."""
    history: tuple[int, ...]
    """The last characters."""
    spelled: tuple[Spelled, ...]
    rivals: frozenset[tuple[int, str]] = frozenset()
    """Sounds that another path spells otherwise, and how: with nothing, too."""


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
        beam = [_Path(0.0, (BOUNDARY,) * (ORDER - 1), ())]
        for at, sound in enumerate(sounds):
            if sound.fresh:
                beam = [replace(path, history=(BOUNDARY,) * (ORDER - 1)) for path in beam]
            beam = _distinct(self._longer(beam, at, sound))
        return list(_rivalled(_against(beam[0], beam[1:])))

    def _longer(self, beam: Sequence[_Path], at: int, sound: Sound) -> Iterator[_Path]:
        """Each path with what the sound may be, the likeliest first."""
        characters, symbols, heard = self._candidates(sound)
        totals = np.array([path.total for path in beam], np.float32)[:, np.newaxis]
        histories = np.array([path.history for path in beam])
        spoken = totals + heard + LANGUAGE_WEIGHT * self._language(histories, characters) - HEARD
        costs = np.concatenate([spoken, totals + sound.nothing], axis=1)
        for flat in np.argsort(costs, axis=None)[: LOOKED_AT * BEAM]:
            row, column = divmod(int(flat), costs.shape[1])
            path, total = beam[row], float(costs[row, column])
            if column == len(characters):
                yield replace(path, total=total)
            else:
                character = int(characters[column])
                spelled = Spelled(self._characters[character - 1], at, int(symbols[column]))
                yield _Path(total, (*path.history[1:], character), (*path.spelled, spelled), path.rivals)

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


def _distinct(paths: Iterable[_Path]) -> list[_Path]:
    """The best of those that go on differently; of those that go on alike the first, which remembers the others."""
    alike: dict[tuple[int, ...], list[_Path]] = {}
    for path in paths:
        alike.setdefault(path.history, []).append(path)
    return [_against(first, others) for first, *others in islice(alike.values(), BEAM)]


def _against(path: _Path, others: Sequence[_Path]) -> _Path:
    """The path, with what its rivals spell otherwise."""
    own = {found.sound: found.character for found in path.spelled}
    rivals = path.rivals
    for other in others:
        if other.total - path.total < RIVAL:
            theirs = {found.sound: found.character for found in other.spelled}
            differing = (sound for sound in own.keys() | theirs.keys() if own.get(sound) != theirs.get(sound))
            rivals |= {(sound, theirs.get(sound, "")) for sound in differing}
    return replace(path, rivals=rivals) if rivals else path


def _rivalled(path: _Path) -> Iterator[Spelled]:
    """Each character with its rivals; those of a sound that the path leaves out stand at the character before it."""
    ends = [found.sound for found in path.spelled[1:]]
    for index, found in enumerate(path.spelled):
        end = ends[index] if index < len(ends) else math.inf
        start = 0 if index == 0 else found.sound
        yield replace(found, rivals=tuple(sorted(other for sound, other in path.rivals if start <= sound < end)))
