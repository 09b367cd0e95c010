"""The sound of a room in which nobody speaks: measured where a recording is quietest, made again by its spectrum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.audio import Samples
from pitchgen.dsp.fade import ends
from pitchgen.dsp.loudness import RATE, envelope
from pitchgen.dsp.resample import framed

FRAME = 4096  # samples, 85 ms: shorter than a breath between two words
LOWEST_HZ, HIGHEST_HZ = 50.0, 16_000.0  # below is handling noise that no phone plays, above nobody hears it
BANDS = 26
CENTRES = np.geomspace(LOWEST_HZ, HIGHEST_HZ, BANDS)  # Hz; a third of an octave apart
QUIETEST = 0.1  # of the frames. Speech pauses for more than that, so these hold none of it. Source: the assumption of
# minimum statistics, R. Martin, IEEE Trans. Speech and Audio Processing 9(5), 2001
NOTHING_DBFS = -90.0  # the last bit of 16: where a phone or an editor has put digital silence
BELOW_SPEECH_DB = (40.0, 60.0)
"""At least and at most this far below the speech. A voice of -20 dB with a floor of -60 dB is what ACX takes as clean;
below the second a quiet room hides it from any listener."""
TONE_SAMPLES = 1 << 20  # 22 s, then it begins anew: nobody hears noise repeat after that long
SEED = 1770


@dataclass(frozen=True, slots=True)
class Room:
    """What a room sounds like."""

    level_dbfs: float | None
    """Root mean square of its quietest moments; None where that is digital silence."""
    densities_db: tuple[float, ...]
    """Power in a hertz at each of `CENTRES`, relative to each other."""
    loudness_lufs: float | None
    """Of the whole recording: what the level is compared with."""


SILENT = Room(None, tuple(round(float(-10 * np.log10(hertz / LOWEST_HZ)), 2) for hertz in CENTRES), None)
"""Of a recording that has digital silence for a room: a spectrum that falls by 3 dB an octave, as rooms do."""


def room(blocks: Iterable[Samples]) -> Room:
    """The room in a recording of one channel at 48 kHz, given in pieces."""
    found: list[NDArray[np.float64]] = []

    def seen() -> Iterator[Samples]:
        for frame in framed(iter(blocks), FRAME):
            found.append(_densities(frame))
            yield frame

    loudness = envelope(seen()).loudness()
    densities = np.array(found).reshape(-1, BANDS)
    levels = 10 * np.log10(_total(densities) + 1e-30)
    heard = levels > NOTHING_DBFS
    if not heard.any() or not np.isfinite(loudness):
        return SILENT
    densities, levels = densities[heard], levels[heard]
    quiet = densities[levels <= np.quantile(levels, QUIETEST)].mean(axis=0)
    shape = 10 * np.log10(quiet / quiet.max() + 1e-12)
    return Room(float(10 * np.log10(_total(quiet))), tuple(round(float(db), 2) for db in shape), loudness)


def level(known: Room, target: float) -> float:
    """Root mean square in dBFS of the room under speech of `target` LUFS: as it was under hers, within bounds."""
    least, most = BELOW_SPEECH_DB
    below = most
    if known.loudness_lufs is not None and known.level_dbfs is not None:
        below = known.loudness_lufs - known.level_dbfs
    return target - float(np.clip(below, least, most))


def tone(known: Room, dbfs: float, length: int) -> Iterator[Samples]:
    """`length` samples of the room at 48 kHz, the same for the same room, in pieces of a second."""
    loop = _loop(known, dbfs)
    for start in range(0, length, RATE):
        at = np.arange(start, min(start + RATE, length))
        yield loop[at % len(loop)] * ends((at + 0.5) / RATE, length / RATE)


def _loop(known: Room, dbfs: float) -> Samples:
    """Noise that joins its own beginning: every frequency at its level, its phase by chance."""
    hertz = np.fft.rfftfreq(TONE_SAMPLES, 1 / RATE)
    density = np.interp(np.log(np.maximum(hertz, 1.0)), np.log(CENTRES), known.densities_db)
    magnitude = np.where((hertz >= LOWEST_HZ) & (hertz <= HIGHEST_HZ), 10 ** (density / 20), 0.0)
    phase = np.random.default_rng(SEED).uniform(0, 2 * np.pi, len(hertz))
    noise = np.fft.irfft(magnitude * np.exp(1j * phase), TONE_SAMPLES)
    return np.asarray(noise * 10 ** (dbfs / 20) / np.sqrt(np.mean(noise**2)), np.float32)


def _densities(frame: Samples) -> NDArray[np.float64]:
    """Power in a hertz around each of `CENTRES`, shape (n_bands,)."""
    window = np.hanning(FRAME)
    power = 2 * np.abs(np.fft.rfft(frame * window)) ** 2 / (RATE * np.sum(window**2))
    edges = np.searchsorted(np.fft.rfftfreq(FRAME, 1 / RATE), _edges())
    return np.array([power[low : max(high, low + 1)].mean() for low, high in pairwise(edges)])


def _edges() -> NDArray[np.float64]:
    """Half a band below and above each centre, shape (n_bands + 1,)."""
    half = np.sqrt(CENTRES[1] / CENTRES[0])
    return np.append(CENTRES / half, CENTRES[-1] * half)


def _total(densities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean square, from densities of shape (..., n_bands)."""
    return np.asarray(densities @ np.diff(_edges()))
