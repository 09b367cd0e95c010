"""The way into coqui-tts: how it is imported, kept quiet, and given files."""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import pickle
import sys
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pitchgen.core.errors import EngineError, MissingWeights, PitchgenError, in_one_line
from pitchgen.core.weights import Weights
from pitchgen.engines.rack import out_of_memory

NATIVE = "torchaudio._extension.utils"


def prepare() -> None:
    """Make `TTS` importable in this process.

    Raises:
        MissingWeights: torch or torchaudio is not installed, or is damaged.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # must stand before torch comes: spinning threads starve others
    try:
        _torchaudio()
        import TTS
    except (ImportError, OSError) as error:
        reason = in_one_line(error)
        message = f"coqui-tts cannot be imported: {reason}; pip install --force-reinstall 'pitchgen[models]'"
        raise MissingWeights(message) from None
    del TTS


def _torchaudio() -> None:
    """Import torchaudio; its Python part alone where its library was built for another torch.

    PyPI's torchaudio is built for CUDA and does not load beside a torch for processors. What coqui-tts uses of
    it, resampling and mel filters, is Python.
    """
    try:
        import torchaudio

        del torchaudio
        return
    except OSError:
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchaudio"]:
            del sys.modules[name]
    found = importlib.util.find_spec("torchaudio")
    if found is None or not found.submodule_search_locations:
        raise ImportError("torchaudio is not installed")
    path = Path(found.submodule_search_locations[0], "_extension", "utils.py")
    spec = importlib.util.spec_from_file_location(NATIVE, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is missing")
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module._load_lib = lambda _: False
    sys.modules[NATIVE] = module
    importlib.import_module("torchaudio")


@contextmanager
def quiet() -> Iterator[None]:
    """Neither warnings nor log lines of the libraries below: what matters of them becomes an error of ours."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)


@contextmanager
def reading(weights: Weights, name: str) -> Iterator[Path]:
    """The path of one file of `weights`; what is wrong with it becomes one line that names it.

    Raises:
        MissingWeights: it is absent, cut off, or made for another architecture.
    """
    path = weights.folder / name
    try:
        yield path
    except FileNotFoundError:
        raise _unusable(weights, path, "is missing") from None
    except (pickle.UnpicklingError, EOFError, zipfile.BadZipFile, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise _unusable(weights, path, f"is damaged ({_line(error)})") from None
    except PitchgenError:
        raise
    except Exception as error:  # torch, tokenizers and coqpit raise whatever they like, `Exception` itself included
        if out_of_memory(error):
            raise
        raise _unusable(weights, path, f"does not fit {weights.model.name} ({_line(error)})") from None


def state(path: Path, classes: list[Any] | None = None) -> dict[str, Any]:
    """The tensors of a checkpoint, read without running anything that the file may contain.

    Args:
        path: a file that `torch.save` made.
        classes: what may be unpickled beside tensors, as `torch.serialization.safe_globals` takes it.

    Raises:
        KeyError: it holds no model.
    """
    import torch

    with torch.serialization.safe_globals(classes or []):
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    tensors: dict[str, Any] = checkpoint["model"]
    return tensors


def _unusable(weights: Weights, path: Path, what: str) -> MissingWeights:
    return MissingWeights(f"{path} {what}; pitchgen models pull {weights.model.name}")


def _line(error: BaseException) -> str:
    """The first line of what a library says, shortened: some list every tensor they miss."""
    line = " ".join((str(error).strip() or type(error).__name__).splitlines()[0].split())
    return line if len(line) <= 120 else line[:117] + "..."


def failed(error: Exception, text: str) -> EngineError:
    """What a library could not do with a sentence, in one line."""
    return EngineError(f"{text!r} cannot be said: {type(error).__name__}: {_line(error)}")
