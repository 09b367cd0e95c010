"""The network: convolutions over 40 ms frames, and the syllables of Mandarin with their tones by CTC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, pad

from pitchgen.dsp.mel import FEATURES
from training.readings import Syllable

KERNEL = 9  # frames of 40 ms


@dataclass(frozen=True, slots=True)
class Shape:
    """What a network is built from."""

    width: int = 192
    blocks: int = 9
    widen: int = 2


class Along(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """A depthwise convolution over time, (batch, n_frames, width) to the same: on a processor faster than `Conv1d`."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.taps = nn.Parameter(torch.randn(KERNEL, width) * KERNEL**-0.5)
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        """Each channel by itself."""
        count, padded = x.shape[1], pad(x, (0, 0, KERNEL // 2, KERNEL // 2))
        y = self.bias + padded[:, :count] * self.taps[0]
        for at in range(1, KERNEL):
            y = torch.addcmul(y, padded[:, at : at + count], self.taps[at])
        return y


class Block(nn.Module):  # type: ignore[misc]
    """A residual block: norm, along time, across channels. After Liu et al. 2022, arXiv:2201.03545."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width, wide = shape.width, shape.width * shape.widen
        self.norm, self.along = nn.LayerNorm(width), Along(width)
        self.out, self.back = nn.Linear(width, wide), nn.Linear(wide, width)
        with torch.no_grad():
            self.back.weight *= 0.5  # many blocks add up

    def forward(self, x: Tensor) -> Tensor:
        """(batch, n_frames, width) to the same."""
        found: Tensor = x + self.back(torch.relu(self.out(self.along(self.norm(x)))))
        return found


class Syllables(nn.Module):  # type: ignore[misc]
    """Logits of syllables as the sum of those of onset, final and tone and of their own.

    A rare syllable so learns from all that share a part with it. As it is exported, it is one matrix.
    """

    def __init__(self, width: int, syllables: Sequence[Syllable]) -> None:
        super().__init__()
        parts: dict[tuple[str, str], int] = {}
        rows = [
            [parts.setdefault(part, len(parts)) for part in (("onset", s.onset), ("final", s.final), ("tone", s.tone))]
            for s in syllables
        ]
        made_of = torch.zeros(len(parts), len(syllables) + 1)
        for symbol, row in enumerate(rows):
            made_of[row, symbol + 1] = 1.0
        self.register_buffer("made_of", made_of, persistent=False)
        self.whole, self.parts = nn.Linear(width, len(syllables) + 1), nn.Linear(width, len(parts))
        with torch.no_grad():
            self.whole.weight *= 0.1

    def forward(self, x: Tensor) -> Tensor:
        """(batch, n_frames, width) to (batch, n_frames, n_syllables + 1); symbol 0 is the blank."""
        found: Tensor = self.whole(x) + self.parts(x) @ self.made_of
        return found

    def merged(self) -> nn.Linear:
        """The same as one matrix."""
        one = nn.Linear(self.whole.in_features, self.whole.out_features)
        with torch.no_grad():
            one.weight.copy_(self.whole.weight + self.made_of.T @ self.parts.weight)
            one.bias.copy_(self.whole.bias + self.made_of.T @ self.parts.bias)
        return one


class Network(nn.Module):  # type: ignore[misc]
    """Log-mel bands and pitch to syllables."""

    def __init__(self, shape: Shape, syllables: Sequence[Syllable]) -> None:
        super().__init__()
        width = shape.width
        self.first = nn.Conv1d(FEATURES, width, 5, stride=2, padding=2)
        self.second = nn.Conv1d(width, width, 5, stride=2, padding=2)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.blocks))
        self.last = nn.LayerNorm(width)
        self.syllables: nn.Module = Syllables(width, syllables)

    def forward(self, bands: Tensor) -> Tensor:
        """(batch, n_frames, 67) to logits, (batch, about n_frames / 4, n_syllables + 1)."""
        x = gelu(self.first(bands.transpose(1, 2)), approximate="tanh")
        x = gelu(self.second(x), approximate="tanh").transpose(1, 2).contiguous()
        for block in self.blocks:
            x = block(x)
        found: Tensor = self.syllables(self.last(x))
        return found


def frames_out(frames: int) -> int:
    """Frames of 40 ms that so many of 10 ms become."""
    return (((frames + 1) // 2) + 1) // 2
