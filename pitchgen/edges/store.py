"""Results by the key of what made them: JSON, FLAC and whole files in a folder anyone can look into.

    store/ab/ab12....json    a value, with the SHA-256 of itself
    store/ab/ab12....flac    sound: 24-bit, mono
    store/ab/ab12....mp4     a file, beside it a JSON with its size and SHA-256

An entry is written under another name, flushed to the disk and then linked to its own: it is there whole
or not at all, and of several writers the first one wins. What reads back damaged counts as missing.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np

from pitchgen.core.audio import Audio
from pitchgen.core.errors import StorageError

T = TypeVar("T")

READ_BYTES = 1 << 20  # a megabyte at a time keeps large pictures out of memory
SOUNDS = (".flac", ".m4a")
"""Suffixes of what a voice is heard in."""
PART = ".part-"  # how the name of a file begins while it is being written
ABANDONED = 24 * 3600.0  # seconds without a write after which nobody writes to a file any more


class _Entry(msgspec.Struct):
    """A JSON entry: the value and the digest of its text."""

    sha256: str
    value: msgspec.Raw


class _File(msgspec.Struct):
    """What is known of a whole file."""

    name: str
    size: int
    sha256: str


class Store:
    """A content-addressed folder of results."""

    def __init__(self, root: Path, *, sounds: Path | None = None) -> None:
        """Results go to `root`; those that are sound to `sounds`, where a voice has a folder of its own."""
        self.root, self._sounds = root, sounds or root
        self._swept = False

    def has(self, key: str) -> bool:
        """Whether something is kept under `key`; says nothing of its health."""
        return self._path(key, ".json").exists() or self._path(key, ".flac").exists()

    def get(self, key: str, type_: Any) -> Any:
        """The value under `key` as a `type_`, or None where there is none or it is damaged."""
        return self._get_audio(key) if type_ is Audio else self._get_json(key, type_)

    def put(self, key: str, value: object) -> None:
        """Keep `value` under `key`; where the key is taken, the first value stays.

        Raises:
            StorageError: the folder cannot be written or the disk is full.
        """
        if isinstance(value, Audio):
            self._write(self._path(key, ".flac"), encode_flac(value))
        else:
            text = msgspec.json.encode(value)
            entry = _Entry(hashlib.sha256(text).hexdigest(), msgspec.Raw(text))
            self._write(self._path(key, ".json"), msgspec.json.encode(entry))

    def drop(self, key: str) -> None:
        """Forget what is kept under `key`."""
        with storage_errors(self.root):
            for root in {self.root, self._sounds}:
                for path in (root / key[:2]).glob(f"{key}.*"):
                    path.unlink(missing_ok=True)

    def has_file(self, key: str) -> bool:
        """Whether a whole file of the right size is kept under `key`; its content is not read."""
        return self._known_file(key) is not None

    def get_file(self, key: str) -> Path | None:
        """The whole file under `key`, or None where there is none or its content is not what was put."""
        found = self._known_file(key)
        if found is None:
            return None
        path, known = found
        with storage_errors(path, "read"):
            return path if file_sha256(path) == known.sha256 else None

    def put_file(self, key: str, suffix: str, write: Callable[[Path], None]) -> Path:
        """Have `write` make a file at the path it is given, and keep it under `key`.

        Raises:
            StorageError: the folder cannot be written or the disk is full.
        """
        path = self._path(key, suffix)
        self._remove_abandoned()
        with storage_errors(self.root), temporary(path) as part:
            write(part)
            _flush(part)
            known = _File(path.name, part.stat().st_size, file_sha256(part))
            part.replace(path)
        self._path(key, ".json").unlink(missing_ok=True)
        self.put(key, known)
        return path

    def _known_file(self, key: str) -> tuple[Path, _File] | None:
        """A file of the declared size, and what is known of it."""
        known = self._get_json(key, _File)
        if known is None:
            return None
        path = self._path(key, Path(known.name).suffix)
        return (path, known) if path.is_file() and path.stat().st_size == known.size else None

    def _remove_abandoned(self) -> None:
        """Remove what killed runs left half-written; a run at work writes to its own all the time."""
        if self._swept:  # once is enough, and a large store takes long to walk
            return
        self._swept = True
        for part in (*self.root.glob(f"??/{PART}*"), *self._sounds.glob(f"??/{PART}*")):
            with suppress(OSError):  # another run removes it too
                if time.time() - part.stat().st_mtime > ABANDONED:
                    part.unlink()

    def _path(self, key: str, suffix: str) -> Path:
        root = self._sounds if suffix in SOUNDS else self.root
        return root / key[:2] / f"{key}{suffix}"

    def _get_json(self, key: str, type_: type[T]) -> T | None:
        try:
            entry = msgspec.json.decode(self._path(key, ".json").read_bytes(), type=_Entry)
            if hashlib.sha256(entry.value).hexdigest() != entry.sha256:
                return None
            return msgspec.json.decode(entry.value, type=type_)
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        except OSError as error:
            raise StorageError(f"{self.root}: cannot be read: {error.strerror}") from error

    def _get_audio(self, key: str) -> Audio | None:
        import soundfile

        path = self._path(key, ".flac")
        if not path.exists():
            return None
        try:
            declared = soundfile.info(path).frames
            samples, rate = soundfile.read(path, dtype="float32")  # every FLAC frame carries a checksum
        except (soundfile.LibsndfileError, RuntimeError):
            return None
        return Audio(np.ascontiguousarray(samples), int(rate)) if len(samples) == declared > 0 else None

    def _write(self, path: Path, content: bytes) -> None:
        with storage_errors(self.root), temporary(path) as part:
            part.write_bytes(content)
            _flush(part)
            try:
                os.link(part, path)
            except FileExistsError:
                return
            except OSError:  # a file system without hard links
                part.replace(path)


def encode_flac(audio: Audio) -> bytes:
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, audio.samples, audio.rate, format="FLAC", subtype="PCM_24")
    return buffer.getvalue()


def decode_flac(data: bytes) -> Audio:
    """The sound that `encode_flac` wrote.

    Raises:
        OSError: it is damaged: every FLAC frame carries a checksum.
    """
    import soundfile

    try:
        samples, rate = soundfile.read(io.BytesIO(data), dtype="float32")
    except soundfile.SoundFileError as error:
        raise OSError(f"damaged: {error}") from None
    return Audio(np.asarray(samples, np.float32), rate)


def file_sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of the file at `path`, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(READ_BYTES):
            digest.update(piece)
    return digest.hexdigest()


@contextmanager
def temporary(path: Path) -> Iterator[Path]:
    """A fresh name beside `path`, with its suffix; whatever is left there afterwards is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=PART, suffix=path.suffix, dir=path.parent)
    os.close(handle)
    part = Path(name)
    part.chmod(0o644 & ~_umask())
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def folder_atomically(path: Path) -> Iterator[Path]:
    """A fresh folder beside `path`, which takes its place as a whole when the block ends well.

    A folder that is there already is renamed first: a reader finds the old one, for a moment none, or the new one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=PART, dir=path.parent) as scratch:
        part, old = Path(scratch, "new"), Path(scratch, "old")
        part.mkdir()
        yield part
        if path.exists():
            path.rename(old)
        part.rename(path)


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace the file at `path` by `content`, so that a reader sees the old one or the new one.

    Raises:
        StorageError: the folder cannot be written or the disk is full.
    """
    with storage_errors(path), temporary(path) as part:
        part.write_bytes(content.encode() if isinstance(content, str) else content)
        _flush(part)
        part.replace(path)


@contextmanager
def storage_errors(place: Path, doing: str = "written") -> Iterator[None]:
    """Turn the system's errors into one line that names `place` and says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError(
                f"{place}: the disk is full; make room and run the same command again to go on"
            ) from error
        raise StorageError(f"{place}: cannot be {doing}: {error.strerror or error}") from error


def _flush(path: Path) -> None:
    """Have the system put the file on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
