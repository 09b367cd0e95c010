"""Where weights come from: the Hugging Face hub or a mirror of it, an address, a folder or an archive.

Whatever is fetched lands in a folder that may hold an earlier, interrupted try: it goes on from there.
"""

from __future__ import annotations

import errno
import io
import os
import re
import shutil
import tarfile
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from pitchgen.core.errors import InputError, MissingWeights, PitchgenError
from pitchgen.core.weights import Model
from pitchgen.edges.store import file_sha256, storage_errors

Report = Callable[[int], None]
"""Told how many more bytes are here."""

CHUNK = 1 << 20  # bytes read at once
TIMEOUT = 30.0  # seconds without an answer
OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR)
STATED_DIGEST = re.compile(r"/([0-9a-f]{64})/")
"""How openai states the SHA-256 of its Whisper weights: within their address."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the files of a model are, as the hub or the address tells."""

    place: str
    commit: str | None = None
    sizes: dict[str, int] = field(default_factory=dict)
    """Bytes by path, where they are told."""
    digests: dict[str, str] = field(default_factory=dict)
    """SHA-256 by path, where they are told."""


def endpoint() -> str:
    """The hub: `HF_ENDPOINT` names a mirror."""
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")


def look_up(model: Model, commit: str | None = None) -> Origin:
    """Where `model` can be fetched, at `commit` or the newest one.

    Raises:
        MissingWeights: the place cannot be reached, or lacks a file.
    """
    if model.urls:
        stated = {name: found[1] for name, url in _addresses(model) if (found := STATED_DIGEST.search(url))}
        return Origin(model.urls[0], digests=stated)
    with _reachable(model):
        info = _hub().HfApi(endpoint=endpoint()).model_info(
            model.repository, revision=commit, files_metadata=True, timeout=TIMEOUT
        )  # fmt: skip
    there = {sibling.rfilename: sibling for sibling in info.siblings or ()}
    if missing := [path for path in model.files if path not in there]:
        raise MissingWeights(f"{model.repository} has no file {missing[0]} any more; please report this to pitchgen")
    sizes = {path: there[path].size for path in model.files if there[path].size}
    digests = {path: there[path].lfs.sha256 for path in model.files if there[path].lfs}
    return Origin(str(model.repository), info.sha, sizes, digests)


def fetch(model: Model, origin: Origin, folder: Path, report: Report) -> None:
    """Bring the files of `model` into `folder`.

    Raises:
        MissingWeights: the place cannot be reached, or what came is not what it states.
        StorageError: the disk is full, or the folder cannot be written.
    """
    with storage_errors(folder), _reachable(model):
        if model.urls:
            for name, url in _addresses(model):
                _download(url, folder / name, report)
        else:
            for path in model.files:
                _hub().hf_hub_download(
                    model.repository, path, revision=origin.commit, local_dir=folder, endpoint=endpoint(),
                    tqdm_class=_bar(report),
                )  # fmt: skip
    for path, stated in origin.digests.items():
        if file_sha256(folder / path) != stated:
            (folder / path).unlink()
            raise MissingWeights(f"{model.name}: {path} did not arrive as {origin.place} states it; pull once more")


def take(model: Model, source: Path, folder: Path, report: Report) -> None:
    """Copy the files of `model` out of a folder or an archive into `folder`.

    Raises:
        InputError: `source` is neither, or lacks a file.
        StorageError: the disk is full, or a folder cannot be read or written.
    """
    with storage_errors(source, "read"), _opened(source) as names, storage_errors(folder):
        prefix = _prefix(source, model, list(names))
        for path in model.files:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with names[prefix + path]() as file, target.open("wb") as copy:
                while piece := file.read(CHUNK):
                    report(copy.write(piece))


Openers = dict[str, Callable[[], IO[bytes]]]


@contextmanager
def _opened(source: Path) -> Iterator[Openers]:
    """What a folder or an archive holds: by path, how it is opened."""
    if source.is_dir():
        files = [path for path in source.rglob("*") if path.is_file()]
        yield {path.relative_to(source).as_posix(): lambda path=path: path.open("rb") for path in files}  # type: ignore[misc]
    elif not source.is_file():
        raise InputError(f"{source}: no such folder or archive")
    elif zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as archive:
            yield {name: lambda name=name: archive.open(name) for name in archive.namelist()}  # type: ignore[misc]
    elif tarfile.is_tarfile(source):
        with tarfile.open(source) as tar:
            members = {member.name.removeprefix("./"): member for member in tar if member.isfile()}
            yield {name: lambda member=member: tar.extractfile(member) for name, member in members.items()}  # type: ignore[misc]
    else:
        raise InputError(f"{source}: neither a folder nor a zip or tar archive")


def _prefix(source: Path, model: Model, names: Sequence[str]) -> str:
    """What stands before the files' own paths, such as the archive's top folder."""
    first = model.files[0]
    found = [name[: -len(first)] for name in names if name == first or name.endswith(f"/{first}")]
    for prefix in sorted(found, key=len):
        if all(prefix + path in names for path in model.files):
            return prefix
    lacking = next((p for p in model.files if not any(PurePosixPath(n).match(p) for n in names)), first)
    raise InputError(f"{source}: lacks {lacking}; {model.name} consists of {', '.join(model.files)}")


def _addresses(model: Model) -> Sequence[tuple[str, str]]:
    return list(zip(model.files, model.urls, strict=True))


def _download(url: str, target: Path, report: Report) -> None:
    """Fetch `url`, going on where an earlier try ended."""
    part = target.with_name(f"{target.name}.incomplete")
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        report(target.stat().st_size)
        return
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
        resumed = answer.status == 206  # Partial Content; else it begins anew
        report(have if resumed else 0)
        with part.open("ab" if resumed else "wb") as file:
            while piece := answer.read(CHUNK):
                report(file.write(piece))
            declared = answer.headers.get("Content-Length")
            if declared and file.tell() < int(declared) + (have if resumed else 0):
                raise ConnectionError("the connection ended early")
    part.replace(target)


def _hub() -> Any:
    try:
        import huggingface_hub
    except ImportError:
        raise MissingWeights("huggingface_hub is not installed; pip install 'pitchgen[models]'") from None
    return huggingface_hub


@contextmanager
def _reachable(model: Model) -> Iterator[None]:
    """Say in one line why nothing could be fetched, and how to do without a network."""
    place = model.urls[0] if model.urls else f"{endpoint()}/{model.repository}"
    try:
        yield
    except PitchgenError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in OF_THE_DISK:
            raise  # `storage_errors` puts it into words
        raise MissingWeights(
            f"{place} cannot be fetched ({_reason(error)}); set HF_ENDPOINT to a mirror, or fetch "
            f"{', '.join(model.files)} elsewhere and run: pitchgen models pull {model.name} --from FOLDER_OR_ARCHIVE"
        ) from error


def _reason(error: Exception) -> str:
    said = str(getattr(error, "reason", "") or error).strip().splitlines()
    return said[0] if said else type(error).__name__


def _bar(report: Report) -> type[Any]:
    """A progress bar that draws nothing and tells `report`."""
    from tqdm.auto import tqdm

    class Silent(tqdm):  # type: ignore[misc]
        def __init__(self, *arguments: Any, **options: Any) -> None:
            options.pop("name", None)  # the hub's own addition
            super().__init__(*arguments, **{**options, "file": io.StringIO(), "disable": False})
            report(int(self.n))

        def update(self, n: float | None = 1) -> bool | None:
            report(int(n or 0))
            done: bool | None = super().update(n)
            return done

    return Silent


def free_bytes(folder: Path) -> int:
    """What the disk under `folder` has left."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return shutil.disk_usage(there).free
