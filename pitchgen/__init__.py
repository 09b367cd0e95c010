"""pitchgen: one Chinese sales video in, the same merchant speaking every buyer's language out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pitchgen.recipes.make import make
    from pitchgen.recipes.outcome import Outcome

__version__ = "0.1.0"
__all__ = ["make", "Outcome", "__version__"]


def __getattr__(name: str) -> Any:
    """Load the recipe when it is first asked for, so that importing pitchgen stays quick."""
    if name == "make":
        from pitchgen.recipes.make import make

        return make
    if name == "Outcome":
        from pitchgen.recipes.outcome import Outcome

        return Outcome
    raise AttributeError(f"module 'pitchgen' has no attribute {name!r}")
