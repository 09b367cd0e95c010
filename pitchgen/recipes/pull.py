"""Brings weights to this machine: fetched or copied, converted once, recorded."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from pitchgen.core.errors import LicenceError, MissingWeights, StorageError
from pitchgen.core.events import Advanced, Listener, ignore
from pitchgen.core.weights import CONVERTED, Model, Weights
from pitchgen.edges import hub
from pitchgen.edges.weights import WeightsFolder
from pitchgen.engines import registry

MB = 1_000_000  # bytes
CONVERTED_SHARE = 0.6  # of the size of 32-bit weights that their 16-bit copy takes, with some room


def pull(
    name: str,
    shelf: WeightsFolder,
    *,
    source: Path | None = None,
    use: str = "commercial",
    listen: Listener = ignore,
) -> Weights:
    """The weights `name`, brought to this machine unless they are here and whole.

    Args:
        name: a model of the manifest.
        shelf: where they are to lie.
        source: a folder or an archive to take them from instead of the hub.
        use: `commercial` refuses those that merchants may not use.
        listen: told how far it is, in megabytes.

    Raises:
        InputError: no such model, or a source that lacks a file.
        LicenceError: `use` is commercial and its licence is not.
        MissingWeights: the hub cannot be reached; the message says how to do without.
        StorageError: the disk is full or cannot be written.
        EngineError: they cannot be converted.
    """
    model = shelf.model(name)
    check_licence(model, use)
    with suppress(MissingWeights):  # what is whole stays on the shelf, whether or not the hub can be reached
        shelf.verify(name)
        return shelf.weights(name)
    commit = shelf.lock(name).commit if shelf.has(name) and not source else None
    part = shelf.part(name)
    origin = _bring(model, part, source, commit, listen)
    shutil.rmtree(part / ".cache", ignore_errors=True)  # the hub's own notes of the download
    if model.converted and not (part / CONVERTED).is_dir():
        from pitchgen.engines.translate.conversion import convert

        convert(Weights(model, part, ""))
    shelf.admit(name, origin.place, origin.commit)
    return shelf.weights(name)


def _bring(model: Model, part: Path, source: Path | None, commit: str | None, listen: Listener) -> hub.Origin:
    """Fill `part` with the files of `model`, and say where they came from."""
    origin = hub.Origin(str(source)) if source else hub.look_up(model, commit)
    total = sum(origin.sizes.values()) or model.size_mb * MB
    _check_space(model, part, total)
    have = 0

    def report(more: int) -> None:
        nonlocal have
        have += more
        listen(Advanced(f"pull {model.name}", have / MB, max(total, have) / MB, unit="MB"))

    if source:
        hub.take(model, source, part, report)
    else:
        hub.fetch(model, origin, part, report)
    return origin


def models_of(name: str, shelf: WeightsFolder) -> list[str]:
    """What `name` stands for: a model, an engine (`engine` or `engine:model`) or all that a profile needs.

    Raises:
        InputError: none of these.
    """
    if name in registry.PROFILES:
        needed = (models_of_engine(engine, shelf) for engine in registry.PROFILES[name].engines.values())
        return [model for models in needed for model in models]
    return models_of_engine(name, shelf) or [shelf.model(name).name]


def models_of_engine(engine: str, shelf: WeightsFolder) -> list[str]:
    """The models that an engine, as the settings name it, runs by default: of a translator of pairs, all."""
    names = []
    for part in engine.split("+"):
        name, _, model = part.partition(":")
        listed = shelf.listed(name)
        wanted = [known for known in listed if known.pair] or listed[:1]
        names += [model] if model else [known.name for known in wanted]
    return names


def pull_missing(engines: Iterable[str], shelf: WeightsFolder, *, use: str, listen: Listener) -> None:
    """Pull whatever the engines lack."""
    for engine in engines:
        for name in models_of_engine(engine, shelf):
            if not shelf.has(name):
                pull(name, shelf, use=use, listen=listen)


def check_licence(model: Model, use: str) -> None:
    """Refuse weights that merchants may not use.

    Raises:
        LicenceError: it names the setting.
    """
    if use == "commercial" and not model.licence.commercial:
        raise LicenceError(
            f"{model.name} is licensed under {model.licence.name}, which does not allow commerce; "
            'choose another one, or say --use research (use = "research") if you do not sell with it'
        )


def _check_space(model: Model, folder: Path, total: int) -> None:
    here = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    needed = max(0, total - here) + round(total * CONVERTED_SHARE * model.converted)
    if (free := hub.free_bytes(folder)) < needed:
        raise StorageError(
            f"{folder}: {model.name} needs {needed / MB:.0f} MB and {free / MB:.0f} MB are free; "
            "make room, or choose another folder by --weights"
        )
