"""The tables of `pitchgen.engines.transcribe.spelling`: how characters are read, and which follow each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from pitchgen.engines.transcribe.spelling import BACKOFF, BOUNDARY, ORDER, STEPS, followed, key
from training.held_out import HANZI
from training.readings import Syllable, syllables
from training.text import Texts

CLAUSES = 2_500_000
READ = 250_000  # of these espeak-ng reads
KNOWN = 3  # occurrences of a word in the dictionary's corpus, at least
LONGEST_WORD = 5
TIMES = 3  # that the dictionary is read: clauses outnumber its words
DISCOUNT = 0.75  # occurrences: what was seen once is no rule
WORTH = {2: 4.0, 3: 8.0, 4: 15.0}  # nats that an n-gram saves over all its occurrences, at least
RAREST_READING = 0.003  # of a character's

Ids = NDArray[np.int64]
Counts = NDArray[np.int64]


def write(path: Path, texts: Texts, known: Sequence[Syllable], dictionary: Path) -> None:
    """Write the tables as one file, from clauses and the words of a dictionary."""
    draw = Random(0)
    said = [texts.clause(draw) for _ in range(CLAUSES)]
    words = list(_words(dictionary))
    symbols = {syllable: at + 1 for at, syllable in enumerate(known)}
    made = tables([*said, *words * TIMES], read([*said[:READ], *words], symbols))
    part = path.with_suffix(".part.npz")
    np.savez_compressed(part, **made)  # type: ignore[arg-type]  # its stub takes the names of arrays for its own flag
    part.replace(path)


def tables(clauses: Sequence[str], readings: Mapping[tuple[str, int], int]) -> dict[str, NDArray[np.generic]]:
    """The tables from what is said, and from how often each character is read as each symbol."""
    characters = "".join(sorted({character for character, _ in readings}))
    return {
        "characters": np.array(characters),
        **_reading_tables(readings, characters),
        **_language_tables(_ids(clauses, characters)),
    }


def read(clauses: Sequence[str], symbols: Mapping[Syllable, int]) -> Counter[tuple[str, int]]:
    """How often espeak-ng reads each character as each symbol."""
    found: Counter[tuple[str, int]] = Counter()
    for clause in clauses:
        for character, syllable in zip(clause, syllables(clause) or (), strict=False):
            if syllable in symbols:
                found[character, symbols[syllable]] += 1
    return found


def _words(dictionary: Path) -> Iterator[str]:
    """Words of the dictionary, as often as their count has digits, at most four times."""
    for line in dictionary.read_text("utf-8").splitlines():
        word, count, _ = line.split(" ")
        if int(count) >= KNOWN and 2 <= len(word) <= LONGEST_WORD and HANZI.fullmatch(word):
            yield from [word] * min(4, len(count))


def _reading_tables(readings: Mapping[tuple[str, int], int], characters: str) -> dict[str, NDArray[np.generic]]:
    totals: Counter[str] = Counter()
    for (character, _), count in readings.items():
        totals[character] += count
    place = {character: at + 1 for at, character in enumerate(characters)}
    rows = sorted(
        (symbol, place[character], _kept(-np.log(count / totals[character])))
        for (character, symbol), count in readings.items()
        if count / totals[character] >= RAREST_READING
    )
    table = np.array(rows)
    return {
        "read_symbols": table[:, 0].astype(np.uint16),
        "read_characters": table[:, 1].astype(np.uint16),
        "read_costs": table[:, 2].astype(np.uint8),
    }


def _ids(clauses: Sequence[str], characters: str) -> Ids:
    """All clauses one after the other, boundaries before each."""
    place = np.zeros(0x10000, np.int64)
    place[[ord(character) for character in characters]] = np.arange(1, len(characters) + 1)
    joined = ("\0" * (ORDER - 1)).join(["", *clauses])
    return place[np.frombuffer(joined.encode("utf-16-le"), np.uint16)]


def _language_tables(ids: Ids) -> dict[str, NDArray[np.generic]]:
    """Every n-gram that tells more than the shorter one, by its key, with its nats."""
    counts = np.bincount(ids)
    counts[BOUNDARY] = 0
    single = -np.log(np.maximum(counts, 0.5) / counts.sum())
    tables: dict[str, NDArray[np.generic]] = {"single": _kept(single).astype(np.uint8)}
    lower = _Lower(single)
    for order in range(2, ORDER + 1):
        grams, occurrences, costs = _grams(ids, order)
        shorter = lower.costs(grams[:, 1:]) + BACKOFF
        worth = occurrences * np.abs(shorter - costs) > WORTH[order]
        grams, costs = grams[worth], costs[worth]
        keys = key(_hashes(grams))
        keys, first = np.unique(keys, return_index=True)
        tables[f"keys_{order}"] = np.diff(keys, prepend=np.uint32(0)).astype(np.uint32)
        tables[f"costs_{order}"] = _kept(costs[first]).astype(np.uint8)
        lower = _Lower(single, keys, costs[first], lower)
        print(f"{len(keys)} n-grams of {order} characters", flush=True)
    return tables


class _Lower:
    """What shorter n-grams say, for comparison."""

    def __init__(
        self,
        single: NDArray[np.float64],
        keys: NDArray[np.uint32] | None = None,
        costs: NDArray[np.float64] | None = None,
        lower: _Lower | None = None,
    ) -> None:
        self._single, self._keys, self._costs, self._lower = single, keys, costs, lower

    def costs(self, grams: Ids) -> NDArray[np.float64]:
        if self._keys is None or self._costs is None or self._lower is None:
            return self._single[grams[:, -1]]
        keys = key(_hashes(grams))
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        found: NDArray[np.float64] = np.where(
            self._keys[at] == keys, self._costs[at], BACKOFF + self._lower.costs(grams[:, 1:])
        )
        return found


def _grams(ids: Ids, order: int) -> tuple[Ids, Counts, NDArray[np.float64]]:
    """All n-grams that end in a character, shape (n, order), how often each occurs, and its nats after its history."""
    base = int(ids.max()) + 1
    windows = np.lib.stride_tricks.sliding_window_view(ids, order)
    windows = windows[windows[:, -1] != BOUNDARY]
    packed = np.zeros(len(windows), np.int64)
    for column in range(order):
        packed = packed * base + windows[:, column]
    found, occurrences = np.unique(packed, return_counts=True)
    history, where = np.unique(found // base, return_inverse=True)
    totals = np.bincount(where, weights=occurrences, minlength=len(history))
    columns = [found // base ** (order - 1 - column) % base for column in range(order)]
    return np.stack(columns, axis=1), occurrences, -np.log((occurrences - DISCOUNT) / totals[where])


def _hashes(grams: Ids) -> NDArray[np.uint64]:
    found = np.zeros(len(grams), np.uint64)
    for column in range(grams.shape[1]):
        found = followed(found, grams[:, column])
    return found


def _kept(costs: NDArray[np.float64] | float) -> NDArray[np.int64]:
    return np.minimum(np.round(np.asarray(costs) * STEPS), 255).astype(np.int64)
