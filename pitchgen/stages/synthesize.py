"""Says it aloud."""

from __future__ import annotations

from collections.abc import Sequence

from pitchgen.core.audio import Audio
from pitchgen.core.engines import NEED_CONSENT, Synthesizer, Utterance, require_language
from pitchgen.core.errors import ConsentError, EngineError
from pitchgen.core.stage import stage


@stage(version=1)
def synthesize(utterances: Sequence[Utterance], synthesizer: Synthesizer) -> Sequence[Audio]:
    """Each sentence as sound.

    Raises:
        UnsupportedError: a language that the synthesizer does not speak.
        ConsentError: a person's voice is to be taken without her consent.
        EngineError: no sound; silence is never passed off as speech.
    """
    for utterance in utterances:
        require_language(synthesizer, utterance.language, "speak")
        _require_consent(synthesizer, utterance)
    sounds = synthesizer.synthesize(utterances)
    for utterance, sound in zip(utterances, sounds, strict=True):
        if not sound.samples.any():
            raise EngineError(f"{synthesizer.name} stayed silent for {utterance.text!r}")
    return sounds


def _require_consent(synthesizer: Synthesizer, utterance: Utterance) -> None:
    timbre = synthesizer.timbre(utterance.language)
    if timbre in NEED_CONSENT and not utterance.voice.consent:
        raise ConsentError(
            f"{synthesizer.name} would speak in her own voice ({timbre}), and nobody has said that she agrees: name "
            "her consent by --consent, as in --consent 'Wang Li, signed 2026-11-24', or take another voice by "
            "--synthesize espeak"
        )
