"""How alike two recordings sound: whether one person may have spoken both."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.audio import Audio
from pitchgen.dsp.pitch import pitch
from pitchgen.dsp.resample import resample
from pitchgen.dsp.spectrum import RATE, cepstra

LOUD = 30  # percentile of the levels of its frames: the quieter ones are pauses and the room
DIFFERENT = 14.0
"""Distance from which on two recordings are taken for two persons. Source: benchmarks/speakers.py, on the few people of
the real clips; it lets some of other people pass and is no proof of identity."""


def distance(one: Audio, other: Audio) -> float:
    """0 for the same sound; people of one pitch in one room are 8 apart and more, one person seldom more than 13.

    The sum of the difference of their median pitches in semitones and of the distance of their mean mel cepstra.
    Infinite where one of them has no voice in it.
    """
    (height, timbre), (other_height, other_timbre) = _heard(one), _heard(other)
    if not (height and other_height):
        return float("inf")
    return float(12 * abs(np.log2(height / other_height)) + np.linalg.norm(timbre - other_timbre))


def _heard(audio: Audio) -> tuple[float, NDArray[np.float32]]:
    """Median pitch in Hz, and the mean of the cepstra of its louder frames, shape (13,)."""
    speech = resample(audio, RATE)
    found, levels = cepstra([speech.samples])
    loud = levels > np.percentile(levels, LOUD)
    if not loud.any():
        return 0.0, np.zeros(found.shape[1], np.float32)
    return pitch(speech).median_hz, found[loud].mean(axis=0)
