"""What is handed to the process that performs a stage, and what it hands back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from pitchgen.core.errors import InputError
from pitchgen.core.events import Used
from pitchgen.core.hosting import Hosting
from pitchgen.core.service import Job
from pitchgen.edges.service.runs import Made


class Stopped(BaseException):
    """The stage is not wanted any more; no `except Exception` may take it for a failure of its own."""


@dataclass(frozen=True, slots=True)
class Order:
    """One stage that is to be performed."""

    job: Job
    run_id: str
    stage: str
    language: str
    """Empty for a stage of all languages."""
    languages: tuple[str, ...]
    """Those that are still to be made."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far a stage is."""

    done: float
    total: float
    what: str
    """The verb at work."""
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a stage failed."""

    kind: str
    message: str
    """As its merchant is told: no folder and no storage of the server is named."""
    detail: str
    """As its operator is told."""
    retryable: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """What performing a stage took."""

    media_seconds: float = 0.0
    """Of the video; 0 where it was not opened."""
    used: tuple[Used, ...] = ()
    """One for each verb."""

    @classmethod
    def of(cls, media_seconds: float, used: Iterable[Used]) -> Measured:
        """With what was used of each verb taken together."""
        sums: dict[str, Used] = {}
        for one in used:
            so_far = sums.get(one.stage, Used(one.stage, 0, 0))
            sums[one.stage] = Used(
                one.stage, so_far.kept + one.kept, so_far.made + one.made, so_far.seconds + one.seconds
            )
        return cls(media_seconds, tuple(sums.values()))


@dataclass(frozen=True, slots=True)
class Answer:
    """How a stage ended: well, where there is no failure."""

    made: Made | None = None
    failure: Failure | None = None
    measured: Measured = Measured()


Tell = Callable[[Step], None]
"""Told how far a stage is; raises `Stopped` where it need not go on."""


class Performer(Protocol):
    """Does the work of stages, one after the other, in a process of its own."""

    def perform(self, order: Order, tell: Tell) -> Made | None:
        """Do it; the files, where the stage makes some.

        Raises:
            PitchgenError: it failed.
            Stopped: as `tell` did.
        """
        ...

    def measured(self) -> Measured:
        """What the last stage took, however it ended."""
        ...

    def networks(self) -> dict[str, int]:
        """Networks that are loaded now, and the bytes of their files."""
        ...


def load_performer(name: str, hosting: Hosting) -> Performer:
    """The performer `module:class`.

    Raises:
        InputError: there is none.
    """
    module, _, attribute = name.partition(":")
    try:
        made: Performer = getattr(import_module(module), attribute)(hosting)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(f"performer {name!r}: {error}; give MODULE:CLASS") from error
    return made
