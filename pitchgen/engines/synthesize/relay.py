"""Several voices behind one name, as in `chatterbox+openvoice`: each language by the first that speaks it."""

from __future__ import annotations

from collections.abc import Sequence

from pitchgen.core.audio import Audio
from pitchgen.core.engines import Licence, Synthesizer, Utterance
from pitchgen.core.errors import UnsupportedError


class Relay:
    """Synthesizers in the order of preference."""

    def __init__(self, synthesizers: Sequence[Synthesizer]) -> None:
        self._synthesizers = tuple(synthesizers)
        self.name = "+".join(synthesizer.name for synthesizer in synthesizers)
        self.batch_size = max(getattr(synthesizer, "batch_size", 1) for synthesizer in synthesizers)
        self.reference_rate = max(getattr(synthesizer, "reference_rate", 16_000) for synthesizer in synthesizers)

    @property
    def fingerprint(self) -> str:
        """All of theirs."""
        return "+".join(synthesizer.fingerprint for synthesizer in self._synthesizers)

    @property
    def languages(self) -> frozenset[str]:
        """What any of them speaks; empty where one speaks whatever comes."""
        known = [synthesizer.languages for synthesizer in self._synthesizers]
        return frozenset().union(*known) if all(known) else frozenset()

    @property
    def licence(self) -> Licence:
        """The strictest of theirs."""
        licences = [synthesizer.licence for synthesizer in self._synthesizers]
        strict = [licence for licence in licences if not licence.commercial]
        return (strict or licences)[0]

    def timbre(self, language: str) -> str:
        """That of the one who speaks `language`."""
        return self.speaker(language).timbre(language)

    def synthesize(self, utterances: Sequence[Utterance]) -> Sequence[Audio]:
        """Each sentence by the one who speaks its language; each of them gets its sentences as one batch."""
        sounds: dict[int, Audio] = {}
        for synthesizer in self._synthesizers:
            mine = [i for i, u in enumerate(utterances) if self.speaker(u.language) is synthesizer]
            if mine:
                spoken = synthesizer.synthesize([utterances[i] for i in mine])
                sounds.update(zip(mine, spoken, strict=True))
        return [sounds[index] for index in range(len(utterances))]

    def speaker(self, language: str) -> Synthesizer:
        """Who says a language.

        Raises:
            UnsupportedError: nobody does.
        """
        for synthesizer in self._synthesizers:
            if not synthesizer.languages or language in synthesizer.languages:
                return synthesizer
        raise UnsupportedError(f"{self.name} does not speak {language}")
