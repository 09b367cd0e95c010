"""espeak-ng as it is: a voice that imitates nobody, for runs to which no speaker has agreed."""

from __future__ import annotations

from pitchgen.core.audio import Voice
from pitchgen.core.engines import Synthesizer
from pitchgen.engines.espeak.readings import readings
from pitchgen.engines.synthesize.espeak import STOCK, Tint, TintedEspeak


class StockEspeak(TintedEspeak):
    """The same voice for everybody."""

    name = "stock"

    @property
    def fingerprint(self) -> str:
        """As espeak's, by another name."""
        return f"stock-{super().fingerprint}"

    def timbre(self, language: str) -> str:
        """Stock, in every language."""
        del language
        return "stock"

    def tint(self, voice: Voice) -> Tint:
        """None."""
        del voice
        return STOCK


def load() -> Synthesizer:
    """The stock voice, on this process's espeak-ng."""
    return StockEspeak(readings=readings())
