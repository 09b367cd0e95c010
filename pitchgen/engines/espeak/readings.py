"""Texts whose writing leaves out what a voice has to say: vowels in Arabic and Hebrew, readings in Japanese.

`worker/readings.py` adds them, in the environment that `pitchgen engines install readings` makes.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pitchgen.core.errors import MissingWeights
from pitchgen.engines.worker import environment
from pitchgen.engines.worker.client import Worker

NAME = "readings"


class Readings:
    """Asks the process that knows how things are read."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    @property
    def fingerprint(self) -> str:
        """What the environment is made of."""
        return ",".join(environment.environment(NAME).requirements)

    def read(self, text: str, language: str) -> str:
        """`text` with its vowels (ar, he), or in kana (ja).

        Raises:
            EngineError: the process failed; the message has its last words.
        """
        return str(self._worker.ask("read", {"text": text, "language": language}).result["text"])


def readings(*, folder: Path | None = None) -> Readings | None:
    """Those of this machine; None where their environment is not made.

    Args:
        folder: of all environments; by default in the user's data folder.
    """
    python = environment.installed(NAME, folder=folder)
    return None if python is None else _shared(python)


@lru_cache(maxsize=1)
def _shared(python: Path) -> Readings:
    """One process for all engines of this one."""
    return Readings(Worker(NAME, python, Path(environment.__file__).parent / environment.environment(NAME).program))


def missing() -> MissingWeights:
    """What to say where the environment is not made."""
    return MissingWeights(f"the readings of ja, ar and he are not installed; pitchgen engines install {NAME}")
