"""What is heard."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.transcript import Span

Samples = NDArray[np.float32]
"""One channel, shape (n_samples,), or where that is said several, shape (n_samples, n_channels)."""


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """Mono sound."""

    samples: Samples
    """Shape (n_samples,), in [-1, 1]."""
    rate: int
    """Hertz."""

    def __post_init__(self) -> None:
        if self.samples.ndim != 1 or self.samples.dtype != np.float32:
            raise ValueError(f"audio is mono float32, not {self.samples.dtype} {self.samples.shape}")

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate

    @property
    def fingerprint(self) -> str:
        """SHA-256 of rate and samples."""
        digest = hashlib.sha256(f"{self.rate}:".encode())
        digest.update(np.ascontiguousarray(self.samples).data)
        return digest.hexdigest()

    def cut(self, span: Span) -> Audio:
        """What is heard in `span`: a view, not a copy; shorter where the sound ends first."""
        return Audio(self.samples[round(span.start * self.rate) : round(span.end * self.rate)], self.rate)

    @classmethod
    def silence(cls, duration: float, rate: int) -> Audio:
        """`duration` seconds of digital silence at `rate` Hz."""
        return cls(np.zeros(round(duration * rate), np.float32), rate)


@dataclass(frozen=True, slots=True)
class Voice:
    """Whom a synthesizer imitates."""

    reference: Audio
    """Some seconds of the person's own clean speech."""
    consent: str | None = None
    """Identifier of the consent record; without one no engine may clone the voice."""


@dataclass(frozen=True, slots=True)
class Loudness:
    """How loud a finished sound is. Source: ITU-R BS.1770-4; EBU Tech 3342 for the range."""

    integrated_lufs: float | None
    """None for silence."""
    range_lu: float
    true_peak_dbtp: float | None
    """None for digital silence."""
    channels: int


@dataclass(frozen=True, slots=True)
class Leak:
    """How much of her voice is still in a background that should be without it."""

    highest_db: float | None
    """Energy that correlates with her voice, below that of the voice itself, in the worst 100 ms; None without any."""
    heard: float
    """Share of the 100 ms in which she speaks where that is more than a listener misses."""
    levels_db: tuple[float | None, ...]
    """Of every 100 ms on the clock of the file; None where she pauses."""
