"""What the network learns from: shards of an hour, and batches of them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pitchgen.dsp.mel import normalised
from training.network import frames_out

BATCH_FRAMES = 4800  # of 10 ms
NARROWEST, WIDEST = 0.94, 1.06  # of a throat's length

Features = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Example:
    """Log-mel bands and what is said."""

    bands: Features
    text: str


class Shards:
    """The examples that are there, more of them each time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: set[Path] = set()
        self._examples: list[Example] = []

    def examples(self) -> list[Example]:
        """All of them."""
        for path in sorted(set(self._folder.glob("[0-9]*.json")) - self._read):
            bands = np.load(path.with_suffix(".npy"), mmap_mode="r")
            start = 0
            for length, text in json.loads(path.read_text("utf-8")):
                self._examples.append(Example(bands[start : start + length], text))
                start += length
            self._read.add(path)
        return self._examples


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
    """Bands as the network takes them, (batch, n_frames, 64), with parts hidden (SpecAugment), and frames of output."""
    longest = max(len(example.bands) for example in batch)
    bands = np.zeros((len(batch), longest, batch[0].bands.shape[1]), np.float32)
    for row, example in zip(bands, batch, strict=True):
        frames = normalised(_warped(np.asarray(example.bands, np.float32)))
        for _ in range(random.randint(0, 2)):
            low = random.randrange(frames.shape[1] - 8)
            frames[:, low : low + random.randint(1, 8)] = 0
            start = random.randrange(len(frames))
            frames[start : start + random.randint(1, 12)] = 0
        row[: len(frames)] = frames
    return torch.from_numpy(bands), torch.tensor([frames_out(len(example.bands)) for example in batch])


def _warped(bands: NDArray[np.float32]) -> NDArray[np.float32]:
    """The bands moved up or down by up to 6%, as in a longer or shorter throat."""
    if random.random() < 0.5:
        return bands
    at = np.clip(np.arange(bands.shape[1]) * random.uniform(NARROWEST, WIDEST), 0, bands.shape[1] - 1)
    low = np.minimum(at.astype(int), bands.shape[1] - 2)
    share = (at - low).astype(np.float32)
    return np.asarray(bands[:, low] * (1 - share) + bands[:, low + 1] * share, np.float32)
