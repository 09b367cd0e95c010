"""Weights: what the manifest lists, and what of it lies on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pitchgen.core.engines import Licence
from pitchgen.core.errors import MissingWeights

CONVERTED = "ctranslate2"
"""Folder of the CTranslate2 copy, beside the files it was made of."""


@dataclass(frozen=True, slots=True)
class Model:
    """One set of weights, as the manifest lists it."""

    name: str
    engines: tuple[str, ...]
    """Names of the engines that run it."""
    files: tuple[str, ...]
    """Paths within the repository: those that are needed, and no others."""
    size_mb: int
    """Of all files together, 1 MB = 1,000,000 bytes."""
    licence: Licence
    repository: str | None = None
    """`owner/name` on the hub."""
    urls: tuple[str, ...] = ()
    """Where each file is, for weights that are not on the hub."""
    languages: frozenset[str] = frozenset()
    """BCP-47 codes of what it hears, writes or says; empty where language does not matter or the engine knows."""
    pair: tuple[str, str] | None = None
    """Source and target of a translator that knows one pair only."""
    converted: bool = False
    """Runs from a CTranslate2 copy that `pull` makes once."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A model's files on this machine, as they were recorded when they came."""

    model: Model
    folder: Path
    """The files, under the paths that the repository gives them."""
    digest: str
    """SHA-256 over the digests of all files."""

    @property
    def converted(self) -> Path:
        """Folder of the CTranslate2 copy."""
        return self.folder / CONVERTED

    @property
    def size(self) -> int:
        """Bytes of what is loaded: the converted copy where there is one."""
        folder = self.converted if self.model.converted else self.folder
        return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


class Shelf(Protocol):
    """Where weights are kept."""

    def listed(self, engine: str) -> Sequence[Model]:
        """The models that `engine` can run, its default first."""

    def has(self, model: str) -> bool:
        """Whether the files of `model` are here."""

    def weights(self, model: str) -> Weights:
        """The files of `model`, verified against what was recorded.

        Raises:
            InputError: no such model is listed.
            MissingWeights: they are not here, or not as they came; the message says how to get them.
        """


class EmptyShelf:
    """A machine without weights, and without a manifest."""

    def listed(self, engine: str) -> Sequence[Model]:
        """None, for any engine."""
        del engine
        return ()

    def has(self, model: str) -> bool:
        """Never, whatever the model."""
        del model
        return False

    def weights(self, model: str) -> Weights:
        """As the protocol."""
        raise MissingWeights(f"the weights {model} are not here; pitchgen models pull {model}")
