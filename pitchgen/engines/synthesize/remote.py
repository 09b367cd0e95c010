"""A voice of any OpenAI-compatible service: POST /v1/audio/speech."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence

import numpy as np

from pitchgen.core.audio import Audio
from pitchgen.core.engines import Licence, Synthesizer, Transcriber, Utterance
from pitchgen.core.errors import EngineError, InputError
from pitchgen.engines.http import api, post_json, shown
from pitchgen.engines.synthesize.takes import Attempt, Jury, choice, said_in_parts

NAME = "remote"
RECIPE = 1  # raise it whenever the same utterance gives another sound
MODEL, VOICE = "tts-1", "alloy"  # the names that compatible services know where no others are given
LONGEST = 1_000  # characters in one request: services take 4,096, but drift in long ones


class Remote:
    """A named voice of a service, the same in every language: a stock voice, never hers.

    What it says depends on the service, whose own version it does not tell; which languages it speaks it does not tell
    either. A flawed answer is asked for again: most services draw anew each time.
    """

    name = NAME
    languages: frozenset[str] = frozenset()
    licence = Licence("the terms of the service", commercial=True)

    def __init__(
        self,
        url: str,
        *,
        model: str = MODEL,
        voice: str = VOICE,
        key: str | None = None,
        takes: int = 1,
        recogniser: Transcriber | None = None,
    ) -> None:
        self._url, self._model, self._voice, self._key = api(url, "audio/speech"), model, voice, key
        self._takes, self._recogniser = takes, recogniser

    @property
    def fingerprint(self) -> str:
        """Recipe, address without secrets, model, voice, and how takes are chosen."""
        hidden = hashlib.sha256(self._url.encode()).hexdigest()[:16]  # tells services apart that differ in a query
        chosen = choice(self._takes, self._recogniser)
        return f"{NAME}-{RECIPE}+{shown(self._url)}#{hidden}+{self._model}+{self._voice}{chosen}"

    @property
    def service(self) -> str:
        """Its address, without secrets."""
        return shown(self._url)

    def timbre(self, language: str) -> str:
        """Stock, in every language."""
        del language
        return "stock"

    def synthesize(self, utterances: Sequence[Utterance]) -> Sequence[Audio]:
        """Each sentence as sound at the service's rate, without silence around it.

        Raises:
            EngineError: no answer, or one that is no speech; `retryable` where asking later may help.
        """
        jury = Jury(self._recogniser)
        return said_in_parts(utterances, lambda _: LONGEST, self._spoken, takes=self._takes, jury=jury)

    def _spoken(self, attempts: Sequence[Attempt]) -> list[Audio]:
        return [self._asked(attempt.utterance.text) for attempt in attempts]

    def _asked(self, text: str) -> Audio:
        body = {"model": self._model, "input": text, "voice": self._voice, "response_format": "wav"}
        return self._read(post_json(self._url, body, key=self._key))

    def _read(self, answer: bytes) -> Audio:
        """The sound in an answer, whatever its format.

        Raises:
            EngineError: there is none.
        """
        import soundfile

        try:
            samples, rate = soundfile.read(io.BytesIO(answer), dtype="float32", always_2d=True)
        except (soundfile.LibsndfileError, RuntimeError, ValueError):
            start = " ".join(answer[:80].decode("utf-8", "replace").split())
            said = start.replace(self._key, "***") if self._key else start
            raise EngineError(f"{shown(self._url)} answered with something that is no audio: {said!r}") from None
        return Audio(np.ascontiguousarray(samples.mean(axis=1)), int(rate))


def load(
    *,
    speech_url: str | None = None,
    speech_model: str | None = None,
    speech_voice: str | None = None,
    speech_key: str | None = None,
    takes: int = 1,
    recogniser: Transcriber | None = None,
) -> Synthesizer:
    """The voice of a service.

    Raises:
        InputError: no address.
    """
    if not speech_url:
        raise InputError(
            "the voice `remote` needs the address of a service: set speech_url, as in http://localhost:8000"
        )
    return Remote(
        speech_url,
        model=speech_model or MODEL,
        voice=speech_voice or VOICE,
        key=speech_key,
        takes=takes,
        recogniser=recogniser,
    )
