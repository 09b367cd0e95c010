"""Edges that do not click."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pitchgen.core.audio import Audio, Samples

JOINT = 0.010  # seconds at the edges of a piece of speech: a joint within a word is heard as a short pause


def faded(samples: Samples, length: int) -> Samples:
    """`samples` rising from and falling to silence over `length` samples, or over half of them if they are fewer."""
    length = min(length, len(samples) // 2)
    ramp = np.linspace(0, 1, length, endpoint=False, dtype=np.float32)
    shaped = samples.copy()
    shaped[:length] *= ramp
    shaped[len(shaped) - length :] *= ramp[::-1]
    return shaped


def joined(pieces: Sequence[Audio], rate: int) -> Audio:
    """The pieces, all at `rate` Hz, one after another."""
    parts = [faded(piece.samples, round(JOINT * rate)) for piece in pieces]
    return Audio(np.concatenate([np.zeros(0, np.float32), *parts]), rate)
