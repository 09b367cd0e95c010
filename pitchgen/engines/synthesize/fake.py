"""A voice for tests of the flow: a tone for every sentence."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from pitchgen.core.audio import Audio
from pitchgen.core.engines import Licence, Synthesizer, Utterance
from pitchgen.core.errors import EngineError
from pitchgen.languages import LANGUAGES

RATE = 16_000  # Hz
SECONDS_PER_CHARACTER = 0.07  # about the pace of European speech
LOWEST_HZ, SPAN_HZ = 200, 400
LEVEL = 0.25


class FakeSynthesizer:
    """Deterministic, weightless: the tone's length follows the text's, its height depends on the text."""

    name = "fake"
    fingerprint = "fake-synthesizer-1"
    languages = frozenset(LANGUAGES)
    licence = Licence("Apache-2.0", commercial=True)

    def timbre(self, language: str) -> str:
        """Stock, in every language."""
        del language
        return "stock"

    def synthesize(self, utterances: Sequence[Utterance]) -> Sequence[Audio]:
        """A tone for each.

        Raises:
            EngineError: nothing in a text can be said.
        """
        return [_tone(utterance) for utterance in utterances]


def _tone(utterance: Utterance) -> Audio:
    if not any(map(str.isalnum, utterance.text)):
        raise EngineError(f"nothing to say in {utterance.text!r}")
    height = LOWEST_HZ + zlib.crc32(f"{utterance.language}:{utterance.text}".encode()) % SPAN_HZ
    time = np.arange(round(len(utterance.text) * SECONDS_PER_CHARACTER * RATE)) / RATE
    return Audio((LEVEL * np.sin(2 * np.pi * height * time)).astype(np.float32), RATE)


def load() -> Synthesizer:
    """The fake voice."""
    return FakeSynthesizer()
