"""The explicit label of sound without a picture: short, long, short, short, which is Morse for AI.

Source: GB 45438-2025 allows that rhythm, or a spoken notice, at the start of a sound.
"""

from __future__ import annotations

import numpy as np

from pitchgen.core.audio import Audio, Samples

PITCH_HZ = 880.0  # heard on a phone's loudspeaker, and by old ears
LEVEL = 0.1  # -20 dBFS: beside speech at -16 LUFS it is heard and does not startle
SHORT, LONG, GAP = 0.12, 0.36, 0.12  # seconds. Source: Morse code, ITU-R M.1677: a dash is three dots long
BETWEEN = 0.36  # seconds between the letters A and I, and before the sound begins
FADE = 0.01  # seconds: no click


def rhythm(rate: int) -> Samples:
    """The rhythm and the pause after it, shape (n,), at `rate` Hz."""
    parts = [_tone(SHORT, rate), _pause(GAP, rate), _tone(LONG, rate), _pause(BETWEEN, rate)]
    parts += [_tone(SHORT, rate), _pause(GAP, rate), _tone(SHORT, rate), _pause(BETWEEN, rate)]
    return np.concatenate(parts)


def announced(audio: Audio) -> Audio:
    """The sound with the rhythm before it."""
    return Audio(np.concatenate([rhythm(audio.rate), audio.samples]), audio.rate)


def _tone(seconds: float, rate: int) -> Samples:
    times = np.arange(round(seconds * rate)) / rate
    edge = np.minimum(1.0, np.minimum(times, times[::-1]) / FADE)
    return (LEVEL * edge * np.sin(2 * np.pi * PITCH_HZ * times)).astype(np.float32)


def _pause(seconds: float, rate: int) -> Samples:
    return np.zeros(round(seconds * rate), np.float32)
