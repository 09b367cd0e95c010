"""Writes down what is said."""

from __future__ import annotations

from collections.abc import Sequence

from pitchgen.core.engines import Recording, Transcriber, require_language
from pitchgen.core.stage import stage
from pitchgen.core.transcript import Transcript


@stage(version=1)
def transcribe(recordings: Sequence[Recording], transcriber: Transcriber) -> Sequence[Transcript]:
    """What is said in each recording, and when.

    Raises:
        UnsupportedError: a language that the transcriber does not hear.
    """
    for recording in recordings:
        require_language(transcriber, recording.language, "hear")
    return transcriber.transcribe(recordings)
