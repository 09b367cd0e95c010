"""Weights that come with the program."""

from __future__ import annotations

from pathlib import Path

from pitchgen.core.errors import MissingWeights

PACKAGE = Path(__file__).resolve().parents[1]


def packaged(model: str) -> Path:
    """The folder of `model`: within the package, or beside it in a checkout.

    Raises:
        MissingWeights: it is not there.
    """
    folders = (PACKAGE / "models" / model, PACKAGE.parent / "models" / model)
    found = next((folder for folder in folders if folder.is_dir()), None)
    if found is None:
        raise MissingWeights(f"{model} belongs to this installation and is not in it; install pitchgen again")
    return found
