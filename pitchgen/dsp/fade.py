"""Edges that do not click."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.audio import Audio, Samples

OPENING, CLOSING = 0.05, 0.3  # seconds: a room opens without a click and leaves without a step
JOINT = 0.010  # seconds at the edges of a piece of speech: a joint within a word is heard as a short pause


def faded(samples: Samples, length: int) -> Samples:
    """`samples` rising from and falling to silence over `length` samples, or over half of them if they are fewer."""
    length = min(length, len(samples) // 2)
    ramp = np.linspace(0, 1, length, endpoint=False, dtype=np.float32)
    shaped = samples.copy()
    shaped[:length] *= ramp
    shaped[len(shaped) - length :] *= ramp[::-1]
    return shaped


def ends(at: NDArray[np.floating], seconds: float) -> Samples:
    """The gain, at each of the times `at`, of a sound that fades in at 0 and out until `seconds`."""
    gain: Samples = np.clip(np.minimum(at / OPENING, (seconds - at) / CLOSING), 0, 1).astype(np.float32)
    return gain


def joined(pieces: Sequence[Audio], rate: int) -> Audio:
    """The pieces, all at `rate` Hz, one after another."""
    parts = [faded(piece.samples, round(JOINT * rate)) for piece in pieces]
    return Audio(np.concatenate([np.zeros(0, np.float32), *parts]), rate)
