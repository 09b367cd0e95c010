"""`pitchgen models`: which weights there are, which are here, and whether merchants may use them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from pitchgen.core.errors import InputError
from pitchgen.core.weights import Model
from pitchgen.edges.settings import read_settings
from pitchgen.edges.weights import WeightsFolder, default_weights
from pitchgen.recipes.pull import models_of, pull
from pitchgen.shells.progress import Bars
from pitchgen.shells.showing import show


def list_models(folder: Path | None, *, json: bool) -> None:
    """A table of the manifest."""
    shelf = _shelf(folder)
    rows = [
        {
            "model": model.name,
            "engine": ", ".join(model.engines),
            "MB": model.size_mb,
            "licence": model.licence.name,
            "merchants": "yes" if model.licence.commercial else "no",
            "here": "yes" if shelf.has(model.name) else "no",
        }
        for model in shelf.models.values()
    ]
    show("models", rows, json=json)


def pull_models(names: Sequence[str], source: Path | None, folder: Path | None, use: str | None) -> None:
    """Bring each model, or each that an engine or a profile needs."""
    shelf = _shelf(folder)
    use = read_settings({"use": use}).use
    wanted = list(dict.fromkeys(model for name in names for model in models_of(name, shelf)))
    if source and len(wanted) != 1:
        raise InputError(
            f"--from brings one model at a time; {', '.join(names)} stands for {', '.join(wanted) or 'none'}"
        )
    bars = Bars()
    for name in wanted:
        try:
            weights = pull(name, shelf, source=source, use=use, listen=bars)
        finally:
            bars.stop()
        sys.stdout.write(f"{name}: in {weights.folder}\n")


def verify_models(names: Sequence[str], folder: Path | None) -> None:
    """Hash every file."""
    shelf = _shelf(folder)
    for name in names or [known for known in shelf.models if shelf.has(known)]:
        shelf.model(name)
        shelf.verify(name)
        sys.stdout.write(f"{name}: as it came\n")


def show_licences(names: Sequence[str], *, json: bool) -> None:
    """A row for each model."""
    shelf = _shelf(None)
    wanted = [model for name in names for model in models_of(name, shelf)] or list(shelf.models)
    rows = [
        {
            "model": model.name,
            "licence": model.licence.name,
            "merchants": "may sell with what it makes" if model.licence.commercial else "may not: --use research only",
            "from": _place(model),
        }
        for model in map(shelf.model, dict.fromkeys(wanted))
    ]
    show("licences", rows, json=json)


def _shelf(folder: Path | None) -> WeightsFolder:
    return WeightsFolder(read_settings({"weights": folder}).weights or default_weights())


def _place(model: Model) -> str:
    return model.repository or str(urlsplit(model.urls[0]).hostname)
