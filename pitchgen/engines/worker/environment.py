"""Makes the Python environments of engines that cannot share ours: `pitchgen engines install NAME`."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pitchgen.core.errors import EngineError, InputError, StorageError
from pitchgen.core.folders import user_data

READY = "ready.json"  # written last: without it an environment is half made and never used
OURS_HAS_PIP = find_spec("pip") is not None  # then it installs there too, which spares copying it; uv leaves it out


@dataclass(frozen=True, slots=True)
class Environment:
    """What an engine needs."""

    name: str
    """The engine's, in the registry."""
    requirements: tuple[str, ...]
    """As pip takes them, pinned."""
    program: str
    """The file beside this one that knows the engine."""
    size_gb: float
    """On disk; where it needs torch, with one for CUDA."""


ENVIRONMENTS = {
    known.name: known
    for known in (
        Environment(
            "chatterbox",
            # perth, its watermark, still imports pkg_resources, which setuptools 81 took away
            ("chatterbox-tts==0.1.7", "setuptools<81"),
            "chatterbox.py",
            size_gb=8.0,
        ),
        # GPL-3, and as large as our own: for three languages only
        Environment("readings", ("piper-tts==1.8.0", "pyopenjtalk-plus==0.4.1.post10"), "readings.py", size_gb=0.6),
    )
}


def environments_folder() -> Path:
    """Where environments are kept: in the user's data folder."""
    return user_data().expanduser() / "engines"


def environment(name: str) -> Environment:
    """What the engine `name` needs.

    Raises:
        InputError: it needs no environment of its own.
    """
    if name not in ENVIRONMENTS:
        raise InputError(f"{name} needs no environment of its own; these do: {', '.join(ENVIRONMENTS)}")
    return ENVIRONMENTS[name]


def installed(name: str, *, folder: Path | None = None) -> Path | None:
    """The Python program of a complete environment for the engine `name`; None where there is none."""
    wanted = environment(name)
    home = (folder or environments_folder()) / name
    python = _python(home)
    try:
        ready = json.loads((home / READY).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return python if ready == _made_of(wanted) and python.exists() else None


def install(name: str, listen: Callable[[str], object] | None = None, *, folder: Path | None = None) -> Path:
    """Make the environment of the engine `name`, if it is not there; its Python program.

    What an interrupted run has left is gone on with: pip keeps what it has installed and downloaded. Where
    that does not succeed, the environment is made anew.

    Args:
        name: of an engine in `ENVIRONMENTS`.
        listen: gets each line that pip says.
        folder: of all environments; by default in the user's data folder.

    Raises:
        InputError: the engine needs none.
        EngineError: pip failed; `retryable`, since most often the network did.
        StorageError: the folder cannot be written.
    """
    wanted = environment(name)
    home = (folder or environments_folder()) / name
    say = listen or (lambda _: None)
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        with _alone(home.parent / f"{name}.lock"):
            found = installed(name, folder=folder)
            if found is None:
                (home / READY).unlink(missing_ok=True)
                _make(wanted, home, say)
            return found or _python(home)
    except OSError as error:
        raise StorageError(f"{home} cannot be written: {error.strerror or error}") from None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Wait until no other process makes the same environment."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def remove(name: str, *, folder: Path | None = None) -> None:
    """Delete the environment of the engine `name`."""
    home = (folder or environments_folder()) / environment(name).name
    (home / READY).unlink(missing_ok=True)
    shutil.rmtree(home, ignore_errors=True)


def _make(wanted: Environment, home: Path, say: Callable[[str], object]) -> None:
    if home.exists():
        say(f"going on with {home}")
        try:
            _fill(wanted, home, say)
            return
        except EngineError:
            say("that did not succeed: making it anew")
    say(f"making {home}")
    venv.EnvBuilder(clear=True, symlinks=True, with_pip=not OURS_HAS_PIP).create(home)
    _fill(wanted, home, say)


def _fill(wanted: Environment, home: Path, say: Callable[[str], object]) -> None:
    """Install what is wanted, and say that it is complete."""
    options = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    python = str(_python(home))
    pip_of = [sys.executable, "-I", "-m", "pip", "--python", python] if OURS_HAS_PIP else [python, "-I", "-m", "pip"]
    command = [*pip_of, "install", *options, *wanted.requirements]
    last = ""
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
            assert pip.stdout is not None
            for line in pip.stdout:
                say(line.rstrip())
                last = line.strip() or last
    except OSError as error:
        raise EngineError(f"{command[0]} cannot be started: {error.strerror}", retryable=True) from None
    if pip.returncode:
        raise EngineError(f"the environment of {wanted.name} could not be made: {last}", retryable=True)
    partial = home / f"{READY}.partial"
    partial.write_text(json.dumps(_made_of(wanted)), "utf-8")
    partial.replace(home / READY)


def _made_of(wanted: Environment) -> dict[str, object]:
    """What an environment is made of: where it differs, the environment is made anew."""
    return {"requirements": list(wanted.requirements), "python": ".".join(map(str, sys.version_info[:2]))}


def _python(home: Path) -> Path:
    return home / "bin" / "python"
