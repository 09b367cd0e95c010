"""What the network learns from: shards of an hour, and batches of them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pitchgen.dsp.mel import BANDS, FEATURES, normalised
from training.network import frames_out
from training.readings import Syllable, syllables

BATCH_FRAMES = 4800  # of 10 ms
NARROWEST, WIDEST = 0.92, 1.08  # of a throat's length
SLOWEST, FASTEST = 0.86, 1.16  # of the pace
FLATTEST, LIVELIEST = 0.8, 1.25  # of how far tones go up and down
MASKS, HIDDEN_BANDS, HIDDEN_FRAMES = 2, 8, 8  # of each kind at most; a syllable takes about 20 frames

Features = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Example:
    """Bands and pitch, and the syllables said, as symbols."""

    bands: Features
    symbols: tuple[int, ...]


class Shards:
    """The examples that are there, more of them each time."""

    def __init__(self, folder: Path, symbols: Mapping[Syllable, int]) -> None:
        self._folder = folder
        self._symbols = symbols
        self._read: set[Path] = set()
        self._examples: list[Example] = []

    def examples(self) -> list[Example]:
        """All of them."""
        for path in sorted(set(self._folder.glob("[0-9]*.json")) - self._read):
            bands = np.load(path.with_suffix(".npy"), mmap_mode="r")
            start = 0
            for length, clauses in json.loads(path.read_text("utf-8")):
                if symbols := self._spelled(clauses):
                    self._examples.append(Example(bands[start : start + length], symbols))
                start += length
            self._read.add(path)
        return self._examples

    def _spelled(self, clauses: Sequence[str]) -> tuple[int, ...] | None:
        """The symbols of the clauses; None where espeak-ng read one of them in a way of its own."""
        found: list[int] = []
        for clause in clauses:
            read = syllables(clause)
            if read is None or any(syllable not in self._symbols for syllable in read):
                return None
            found += [self._symbols[syllable] for syllable in read]
        return tuple(found)


def batches(examples: Sequence[Example]) -> Iterator[list[Example]]:
    """All examples once, those of about the same length together, in any order."""
    ordered = sorted(examples, key=lambda example: len(example.bands) + random.uniform(0, 60))
    found: list[list[Example]] = [[]]
    for example in ordered:
        if found[-1] and (len(found[-1]) + 1) * len(example.bands) > BATCH_FRAMES:
            found.append([])
        found[-1].append(example)
    random.shuffle(found)
    yield from found


def prepared(batch: Sequence[Example]) -> tuple[Tensor, Tensor]:
    """Bands as the network takes them, (batch, n_frames, 67), and frames of output; each time somewhat otherwise.

    Without that it knew the recordings by heart: of clear speech it got twice as many syllables wrong as of noisy
    speech that it had learnt from.
    """
    found = [_masked(normalised(_varied(np.asarray(example.bands, np.float32)))) for example in batch]
    bands = np.zeros((len(batch), max(map(len, found)), FEATURES), np.float32)
    for row, frames in zip(bands, found, strict=True):
        row[: len(frames)] = frames
    return torch.from_numpy(bands), torch.tensor([frames_out(len(frames)) for frames in found])


def _varied(bands: NDArray[np.float32]) -> NDArray[np.float32]:
    """As in a longer or shorter throat (vocal tract length perturbation), faster or slower, livelier or flatter."""
    if random.random() < 0.6:
        paced = np.arange(0, len(bands) - 1, random.uniform(SLOWEST, FASTEST))
        bands = bands[np.rint(paced).astype(int)]
    if random.random() < 0.5:
        at = np.clip(np.arange(BANDS) * random.uniform(NARROWEST, WIDEST), 0, BANDS - 1)
        low = np.minimum(at.astype(int), BANDS - 2)
        share = (at - low).astype(np.float32)
        bands = np.column_stack([bands[:, low] * (1 - share) + bands[:, low + 1] * share, bands[:, BANDS:]])
    if random.random() < 0.5:
        bands = bands.copy()
        bands[:, BANDS] *= random.uniform(FLATTEST, LIVELIEST)
    return bands


def _masked(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """Some bands and some moments hidden. After Park et al. 2019, arXiv:1904.08779."""
    for _ in range(random.randint(0, MASKS)):
        first = random.randrange(BANDS)
        frames[:, first : min(BANDS, first + random.randint(1, HIDDEN_BANDS))] = 0
    for _ in range(random.randint(0, MASKS) * len(frames) // 200):
        first = random.randrange(len(frames))
        frames[first : first + random.randint(1, HIDDEN_FRAMES)] = 0
    return frames
