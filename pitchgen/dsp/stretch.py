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
    from python_stretch import Signalsmith

    stretcher = Signalsmith.Stretch(SEED)
    stretcher.configure(1, round(BLOCK * audio.rate), round(INTERVAL * audio.rate))
    stretcher.setTimeFactor(tempo)
    stretched: Samples = np.asarray(stretcher.process(audio.samples[np.newaxis]))[0]
    return Audio(_exactly(stretched, round(len(audio.samples) / tempo)), audio.rate)


def _exactly(samples: Samples, length: int) -> Samples:
    """`samples` cut or padded by the sample or two that rounding differs by."""
    return np.pad(samples[:length], (0, max(0, length - len(samples)))).astype(np.float32, copy=False)
