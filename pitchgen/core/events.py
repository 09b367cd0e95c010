"""What a run tells while it goes on. The core never prints: shells draw these, workers log them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Advanced:
    """A stage has come this far. The first one of a stage has everything reused in `done`."""

    stage: str
    done: float
    total: float
    reused: float = 0.0
    """How much of `done` came from the store."""
    unit: str = "items"
    """`items`, `s` for seconds of media, or `MB` for megabytes."""


@dataclass(frozen=True, slots=True)
class Warned:
    """Something the user should look at; the run goes on."""

    message: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The run of one video begins."""

    video: str
    duration: float
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Used:
    """Results of a stage that the run goes on with: found in the store, or made now."""

    stage: str
    kept: int
    made: int
    seconds: float = 0.0
    """That making them took."""


Event = Advanced | Warned | Opened | Used
Listener = Callable[[Event], None]


def ignore(event: Event) -> None:
    """A listener for those who do not listen."""
