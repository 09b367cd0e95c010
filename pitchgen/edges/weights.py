"""The manifest, and the folder in which weights lie.

    weights/opus-mt-zh-en/config.json, ...    the files, under the paths that the repository gives them
    weights/opus-mt-zh-en/ctranslate2/        the converted copy
    weights/opus-mt-zh-en/lock.json           commit, and size and SHA-256 of each file, as they came

A model is here once its lock is: the lock is written last.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

import msgspec

from pitchgen.core.engines import Licence
from pitchgen.core.errors import InputError, MissingWeights
from pitchgen.core.folders import packaged, user_data
from pitchgen.core.weights import CONVERTED, Model, Weights
from pitchgen.edges.store import PART, file_sha256, storage_errors, write_atomically

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LOCK = "lock.json"


class Locked(msgspec.Struct, frozen=True):
    """One file as it came."""

    size: int
    sha256: str
    checked_ns: int = 0
    """Time of the file's last change when its digest was last found right."""


class Lock(msgspec.Struct, frozen=True):
    """A model's files as they came."""

    source: str
    """Repository, or the folder or archive they were taken from."""
    commit: str | None
    """Of the repository, where they came from the hub."""
    files: dict[str, Locked]
    """By path, the converted copy's included."""

    @property
    def digest(self) -> str:
        """SHA-256 over the digests of the files that came; where they lie and who converted them is no part of it."""
        own = sorted((path, file.sha256) for path, file in self.files.items() if not path.startswith(f"{CONVERTED}/"))
        return hashlib.sha256(repr(own).encode()).hexdigest()


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    """One table of the manifest."""

    engines: tuple[str, ...]
    files: tuple[str, ...]
    size_mb: int
    licence: str
    commercial: bool
    repository: str | None = None
    urls: tuple[str, ...] = ()
    languages: frozenset[str] = frozenset()
    pair: tuple[str, str] | None = None
    converted: bool = False


class WeightsFolder:
    """A `Shelf` on the disk."""

    def __init__(self, root: Path, models: Mapping[str, Model] | None = None) -> None:
        """Weights under `root`, of `models` (by default those of the manifest)."""
        self.root = root
        self.models = manifest() if models is None else models

    def listed(self, engine: str) -> Sequence[Model]:
        """The models that `engine` can run, its default first."""
        return [model for model in self.models.values() if engine in model.engines]

    def model(self, name: str) -> Model:
        """The model called `name`.

        Raises:
            InputError: no such model is listed.
        """
        if name in self.models:
            return self.models[name]
        near = get_close_matches(name, self.models, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise InputError(f"no weights are called {name!r}: {hint}see pitchgen models list")

    def folder(self, name: str) -> Path:
        """Where the files of `name` lie, or would."""
        return self.root / name

    def has(self, model: str) -> bool:
        """Whether `model` is here; says nothing of the health of its files."""
        return (self.folder(model) / LOCK).is_file()

    def lock(self, name: str) -> Lock:
        """What was recorded when `name` came.

        Raises:
            MissingWeights: it is not here, or the record cannot be read.
        """
        path = self.folder(name) / LOCK
        try:
            return msgspec.json.decode(path.read_bytes(), type=Lock)
        except FileNotFoundError:
            raise MissingWeights(f"the weights {name} are not on this machine; pitchgen models pull {name}") from None
        except (OSError, msgspec.DecodeError) as error:
            raise MissingWeights(f"{path}: cannot be read ({error}); pitchgen models pull {name}") from None

    def part(self, name: str) -> Path:
        """A folder for the files of `name` while they come; an interrupted pull goes on in it.

        Files that lie on the shelf already are moved there, but for those that are not as they came.
        """
        part, folder = self.root / f"{PART}{name}", self.folder(name)
        with storage_errors(self.root):
            part.mkdir(parents=True, exist_ok=True)
            if folder.is_dir():
                self._drop_damaged(name)
                shutil.rmtree(part)
                folder.rename(part)
        return part

    def admit(self, name: str, source: str, commit: str | None) -> None:
        """Put the files in `part` on the shelf, recorded as they are now."""
        part = self.root / f"{PART}{name}"
        with storage_errors(self.root):
            part.rename(self.folder(name))
            (self.folder(name) / LOCK).unlink(missing_ok=True)
            self.write_lock(name, source, commit, self._own(name))

    def _own(self, name: str) -> list[str]:
        """The paths of all that `name` is loaded from."""
        folder, files = self.folder(name), self.model(name).files
        copy = sorted(path.relative_to(folder).as_posix() for path in (folder / CONVERTED).rglob("*") if path.is_file())
        return [*files, *copy]

    def _drop_damaged(self, name: str) -> None:
        try:
            files = self.lock(name).files
        except MissingWeights:
            files = {}  # nobody knows what they should be: all are fetched again
        folder = self.folder(name)
        for path in folder.rglob("*"):
            known = files.get(path.relative_to(folder).as_posix())
            if path.is_file() and path.name != LOCK and (known is None or _fault(path, known)):
                path.unlink()

    def write_lock(self, name: str, source: str, commit: str | None, paths: Iterable[str]) -> None:
        """Record the files of `name` as they are now."""
        folder = self.folder(name)
        files = {path: _locked(folder / path) for path in paths}
        self._save(name, Lock(source, commit, files))

    def weights(self, model: str) -> Weights:
        """The files of `model`; whatever changed on the disk since it was last checked is hashed again.

        Raises:
            InputError: no such model is listed.
            MissingWeights: they are not here, or not as they came.
        """
        known, lock = self.model(model), self.lock(model)
        suspects = [path for path, file in lock.files.items() if not self._untouched(model, path, file)]
        if suspects:
            self.verify(model, suspects)
        return Weights(known, self.folder(model), lock.digest)

    def verify(self, name: str, paths: Iterable[str] | None = None) -> None:
        """Compare files of `name` (by default all) with what was recorded.

        Raises:
            MissingWeights: a file is gone, cut off or not the one that came.
        """
        lock = self.lock(name)
        files = dict(lock.files)
        for path in files if paths is None else paths:
            file = self.folder(name) / path
            fault = _fault(file, files[path])
            if fault:
                raise MissingWeights(f"{file}: {fault}; pitchgen models pull {name} fetches it again")
            files[path] = msgspec.structs.replace(files[path], checked_ns=file.stat().st_mtime_ns)
        if files != lock.files:
            self._save(name, msgspec.structs.replace(lock, files=files))

    def _untouched(self, name: str, path: str, file: Locked) -> bool:
        try:
            status = (self.folder(name) / path).stat()
        except OSError:
            return False
        return (status.st_size, status.st_mtime_ns) == (file.size, file.checked_ns)

    def _save(self, name: str, lock: Lock) -> None:
        write_atomically(self.folder(name) / LOCK, msgspec.json.format(msgspec.json.encode(lock)))


@lru_cache(maxsize=1)
def manifest() -> dict[str, Model]:
    """The models of `models/manifest.toml`, by name, in its order."""
    return read_manifest(manifest_path())


def manifest_path() -> Path:
    """The manifest of this installation: within the package, or beside it in a checkout."""
    return packaged("manifest.toml")


def read_manifest(path: Path) -> dict[str, Model]:
    """The models listed in the manifest at `path`.

    Raises:
        InputError: it is no valid manifest.
    """
    try:
        rows = msgspec.convert(tomllib.loads(path.read_text("utf-8")), dict[str, _Row])
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InputError(f"{path}: not a valid manifest of weights: {error}") from error
    return {name: _model(name, row) for name, row in rows.items()}


def default_weights() -> Path:
    """The user's data folder."""
    return user_data() / "weights"


def _model(name: str, row: _Row) -> Model:
    return Model(
        name, row.engines, row.files, row.size_mb, Licence(row.licence, row.commercial),
        row.repository, row.urls, row.languages, row.pair, row.converted,
    )  # fmt: skip


def _locked(file: Path) -> Locked:
    status = file.stat()
    return Locked(status.st_size, file_sha256(file), status.st_mtime_ns)


def _fault(file: Path, known: Locked) -> str | None:
    """What is wrong with `file`; None where it is as it came."""
    if not file.is_file():
        return "is missing"
    if file.stat().st_size != known.size:
        return f"has {file.stat().st_size} bytes instead of {known.size}"
    return None if file_sha256(file) == known.sha256 else "is not the file that came (its SHA-256 differs)"
