"""Her own voice by Chatterbox Multilingual (MIT), in a process and an environment of its own.

Its package pins a torch and a numpy that fight with ours: `pitchgen engines install chatterbox` makes the environment.
What `worker/chatterbox.py` does there is unverified against the real weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.engines import Licence, Synthesizer, Transcriber, Utterance
from pitchgen.core.errors import EngineError, MissingWeights
from pitchgen.core.weights import Weights
from pitchgen.engines.espeak.text import speakable
from pitchgen.engines.rack import Rack
from pitchgen.engines.synthesize.takes import Attempt, Jury, choice, said_in_parts
from pitchgen.engines.worker import environment
from pitchgen.engines.worker.client import Worker
from pitchgen.languages.spoken import spelled

NAME = "chatterbox"
RECIPE = 2  # raise it whenever the same utterance gives another sound
LONGEST = 300  # characters at once; it ends at 40 s of sound whatever is left to say


class Chatterbox:
    """Chatterbox Multilingual; one sentence at a time, which is how its library works."""

    name = NAME
    reference_rate = 24_000  # Hz: what these networks hear of a voice ends below 12 kHz

    def __init__(
        self,
        rack: Rack,
        weights: Weights,
        worker: Worker,
        *,
        takes: int = 1,
        recogniser: Transcriber | None = None,
    ) -> None:
        self._rack, self._weights, self._worker = rack, weights, worker
        self._takes, self._recogniser = takes, recogniser

    @property
    def fingerprint(self) -> str:
        """Recipe, what the environment is made of, weights, and how takes are chosen."""
        pins = ",".join(environment.environment(NAME).requirements)
        chosen = choice(self._takes, self._recogniser)
        return f"{NAME}-{RECIPE}+{pins}+{self._weights.digest}{chosen}"

    @property
    def languages(self) -> frozenset[str]:
        """Those of the weights."""
        return self._weights.model.languages

    @property
    def licence(self) -> Licence:
        """That of the weights."""
        return self._weights.model.licence

    def timbre(self, language: str) -> str:
        """Cloned, in every language."""
        del language
        return "cloned"

    def synthesize(self, utterances: Sequence[Utterance]) -> Sequence[Audio]:
        """Each sentence as sound at 24 kHz, without silence around it.

        Raises:
            EngineError: a sentence that cannot be said, or a process that fails; the message names which.
        """
        jury = Jury(self._recogniser)
        return said_in_parts(utterances, lambda _: LONGEST, self._spoken, takes=self._takes, jury=jury)

    def _spoken(self, attempts: Sequence[Attempt]) -> list[Audio]:
        return [self._asked(attempt, attempt.utterance.voice) for attempt in attempts]

    def _asked(self, attempt: Attempt, voice: Voice) -> Audio:
        """One take.

        The reference goes with every request, some milliseconds of copying: a process started anew knows nobody.
        """
        if not len(voice.reference.samples):
            raise EngineError("the voice reference is empty: nothing of hers is heard in the video")
        language = attempt.utterance.language
        options = {
            "folder": str(self._weights.folder),
            "device": self._rack.device,
            "text": spelled(
                speakable(attempt.utterance.text, "" if language == "zh" else language), language
            ),  # reads no figures
            "language": language,
            "seed": attempt.seed,
            "voice": voice.reference.fingerprint,
            "rate": voice.reference.rate,
        }
        reply = self._worker.ask("speak", options, voice.reference.samples.astype("<f4").tobytes())
        return Audio(np.frombuffer(reply.samples, "<f4").astype(np.float32), int(reply.result["rate"]))


@lru_cache(maxsize=4)
def _shared(python: Path) -> Worker:
    """The process of this environment, one for all engines of this process."""
    return Worker(NAME, python, Path(environment.__file__).parent / environment.environment(NAME).program)


def load(*, rack: Rack, model: str = "", takes: int = 1, recogniser: Transcriber | None = None) -> Synthesizer:
    """Chatterbox, with the weights `model`, by default the multilingual ones.

    Raises:
        MissingWeights: its environment is not made, or its weights are not here.
    """
    weights = rack.choose(NAME, model)
    python = environment.installed(NAME)
    if python is None:
        raise MissingWeights(f"the engine {NAME} is not installed; pitchgen engines install {NAME}")
    return Chatterbox(rack, weights, _shared(python), takes=takes, recogniser=recogniser)
