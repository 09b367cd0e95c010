"""What makes a plain function a stage: the version that its stored results carry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., object])


class Versioned(Protocol):
    """A stage as the kit sees it."""

    __name__: str
    version: int


def stage(*, version: int) -> Callable[[Function], Function]:
    """Mark a function as a stage; raise `version` whenever the same input gives another output."""

    def mark(function: Function) -> Function:
        cast(Versioned, function).version = version
        return function

    return mark
