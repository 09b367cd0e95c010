"""Says it aloud."""

from __future__ import annotations

from collections.abc import Sequence

from pitchgen.core.audio import Audio
from pitchgen.core.engines import Synthesizer, Utterance, require_language
from pitchgen.core.errors import EngineError
from pitchgen.core.stage import stage


@stage(version=1)
def synthesize(utterances: Sequence[Utterance], synthesizer: Synthesizer) -> Sequence[Audio]:
    """Each sentence as sound.

    Raises:
        UnsupportedError: a language that the synthesizer does not speak.
        EngineError: no sound; silence is never passed off as speech.
    """
    for utterance in utterances:
        require_language(synthesizer, utterance.language, "speak")
    sounds = synthesizer.synthesize(utterances)
    for utterance, sound in zip(utterances, sounds, strict=True):
        if not sound.samples.any():
            raise EngineError(f"{synthesizer.name} stayed silent for {utterance.text!r}")
    return sounds
