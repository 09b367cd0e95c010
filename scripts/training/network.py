"""The network: convolutions over 40 ms frames, characters by CTC, syllables half-way."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu

from pitchgen.dsp.mel import BANDS

KERNEL = 15  # frames of 40 ms: half a second either side with the dilations below
DILATIONS = (1, 1, 2)
WIDEN = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """What a network is built from."""

    width: int = 160
    blocks: int = 9
    syllables: int = 0
    characters: int = 0
    """Both without the blank, which is symbol 0."""


class Block(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """A ConvNeXt block in one dimension. Source: Liu et al. 2022, arXiv:2201.03545."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.along = nn.Conv1d(width, width, KERNEL, padding=KERNEL // 2 * dilation, dilation=dilation, groups=width)
        self.norm = nn.LayerNorm(width)
        self.out, self.back = nn.Linear(width, WIDEN * width), nn.Linear(WIDEN * width, width)
        self.gain = nn.Parameter(torch.full((width,), 0.3))

    def forward(self, x: Tensor) -> Tensor:
        """(batch, n_frames, width) to the same."""
        y = self.norm(self.along(x.transpose(1, 2)).transpose(1, 2))
        return x + self.gain * self.back(gelu(self.out(y), approximate="tanh"))


class Network(nn.Module):  # type: ignore[misc]
    """Log-mel bands to characters, self-conditioned on syllables. Source: Nozaki and Komatsu 2021, arXiv:2104.02724."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width = shape.width
        self.first = nn.Conv1d(BANDS, width, 5, stride=2, padding=2)
        self.second = nn.Conv1d(width, width, 5, stride=2, padding=2)
        self.norm = nn.LayerNorm(width)
        blocks = [Block(width, DILATIONS[at % len(DILATIONS)]) for at in range(shape.blocks)]
        self.lower, self.upper = nn.ModuleList(blocks[: shape.blocks // 2]), nn.ModuleList(blocks[shape.blocks // 2 :])
        self.syllables = nn.Linear(width, shape.syllables + 1)
        self.told = nn.Linear(shape.syllables + 1, width)
        self.last = nn.LayerNorm(width)
        self.characters = nn.Linear(width, shape.characters + 1)

    def forward(self, bands: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, n_frames, 64) to logits of characters and of syllables, (batch, about n_frames / 4, n_symbols)."""
        x = gelu(self.first(bands.transpose(1, 2)), approximate="tanh")
        x = self.norm(gelu(self.second(x), approximate="tanh").transpose(1, 2))
        for block in self.lower:
            x = block(x)
        syllables = self.syllables(x)
        x = x + self.told(syllables.softmax(-1))
        for block in self.upper:
            x = block(x)
        return self.characters(self.last(x)), syllables


def frames_out(frames: int) -> int:
    """Frames of 40 ms that so many of 10 ms become."""
    return (((frames + 1) // 2) + 1) // 2
