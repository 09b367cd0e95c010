"""Speech faster or slower at the same pitch."""

from __future__ import annotations

import numpy as np

from pitchgen.core.audio import Audio, Samples

SEED = 1  # the stretcher dithers phases at random: seeded, the same input gives the same output
# Seconds that are looked at at once, and between looks. Source: benchmarks/stretch.py: Signalsmith's own 0.12 and 0.03
# blur more of a plosive, shorter ones lose the pitch
BLOCK, INTERVAL = 0.08, 0.02
UNCHANGED = 1e-3  # a tempo this near to 1 is not heard


def stretch(audio: Audio, tempo: float) -> Audio:
    """`audio` at `tempo` times its speed: round(n / tempo) samples, pitch and formants kept.

    Source: Signalsmith Stretch (MIT), through python-stretch.
    """
    if abs(tempo - 1) < UNCHANGED:
        return audio
    return Audio(stretched(audio.samples, audio.rate, tempo), audio.rate)


def stretched(samples: Samples, rate: int, tempo: float) -> Samples:
    """As `stretch`, of one channel, shape (n_samples,), or several, shape (n_samples, n_channels), kept in step."""
    from python_stretch import Signalsmith

    channels = samples[np.newaxis] if samples.ndim == 1 else np.ascontiguousarray(samples.T)
    stretcher = Signalsmith.Stretch(SEED)
    stretcher.configure(len(channels), round(BLOCK * rate), round(INTERVAL * rate))
    stretcher.setTimeFactor(tempo)
    made: Samples = np.asarray(stretcher.process(channels))
    made = _exactly(made, round(len(samples) / tempo))
    return made[0] if samples.ndim == 1 else np.ascontiguousarray(made.T)


def _exactly(channels: Samples, length: int) -> Samples:
    """`channels`, shape (n_channels, n_samples), cut or padded by the sample or two that rounding differs by."""
    missing = max(0, length - channels.shape[1])
    return np.pad(channels[:, :length], ((0, 0), (0, missing))).astype(np.float32, copy=False)
