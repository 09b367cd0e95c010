"""The object storage of the service: a folder, or an S3-compatible bucket, by URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, S3Store

from pitchgen.core.errors import InputError, StorageError
from pitchgen.edges.store import storage_errors, temporary

PIECE = 1 << 20  # bytes: large enough for the network, small enough for many readers at once
AT_ONCE = 64 << 20  # bytes that go as one request, as only such a request can be conditional
MISSING = (NotFoundError, FileNotFoundError)  # the library raises the one or the other
EXPIRY = timedelta(hours=1)  # of a presigned address: a phone on a slow line needs it


@dataclass(frozen=True, slots=True)
class Stored:
    """An object, as a listing tells of it."""

    key: str
    size_bytes: int
    changed_at: float
    """Seconds since 1970."""
    etag: str | None = None
    """Another one where the content was changed; None where the storage has none."""


class Objects:
    """Objects by key. A key is parts joined by slashes; an object is there as a whole or not at all."""

    def __init__(self, store: ObjectStore, url: str) -> None:
        self._store, self.url = store, url

    @classmethod
    def open(cls, url: str) -> Objects:
        """The storage at `file:///folder` or `s3://bucket/prefix`, whose access is in the `AWS_*` variables.

        Raises:
            InputError: the URL is of neither kind.
            StorageError: the folder cannot be made.
        """
        parts = urlsplit(url)
        try:
            if parts.scheme == "file" and parts.path:
                return cls(LocalStore(unquote(parts.path), mkdir=True), url)
            if parts.scheme == "s3" and parts.netloc:
                return cls(S3Store.from_url(url), url)
        except (BaseError, OSError) as error:
            raise StorageError(f"{url}: cannot be opened: {_line(error)}") from error
        raise InputError(f"{url!r} is no object storage; give file:///FOLDER or s3://BUCKET/PREFIX")

    @property
    def local(self) -> Path | None:
        """The folder, where it is one."""
        return Path(str(self._store.prefix)) if isinstance(self._store, LocalStore) else None

    def put_if_absent(self, key: str, content: Path | bytes) -> bool:
        """Keep `content` under `key`; False, and nothing changed, where something is there already.

        Of several at once one wins; of more than 64 MB, which no storage takes in one request, the last that is whole:
        give such content a key that is made of it.

        Raises:
            StorageError: it cannot be read or kept.
        """
        size = len(content) if isinstance(content, bytes) else content.stat().st_size
        with _errors(key):
            if size > AT_ONCE:
                if self.head(key) is not None:
                    return False
                obstore.put(self._store, _sound(key), content)
                return True
            try:
                obstore.put(self._store, _sound(key), content, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
            return True

    def put(self, key: str, content: Path | bytes | Iterator[bytes]) -> None:
        """Keep `content` under `key`, in place of what is there.

        Raises:
            StorageError: it cannot be read or kept.
        """
        with _errors(key):
            obstore.put(self._store, _sound(key), content)

    def get(self, key: str, to: Path) -> bool:
        """Have a copy of the object at `to`, whole; False where there is no such object.

        Raises:
            StorageError: it cannot be read, or `to` not written.
        """
        with storage_errors(to), temporary(to) as part, _errors(key):
            try:
                with part.open("wb") as file:
                    for piece in obstore.get(self._store, _sound(key)).stream(PIECE):
                        file.write(piece)
            except MISSING:
                return False
            part.replace(to)
        return True

    def read(self, key: str) -> bytes | None:
        """A small object; None where there is none."""
        with _errors(key):
            try:
                return bytes(obstore.get(self._store, _sound(key)).bytes())
            except MISSING:
                return None

    def open_range(self, key: str, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` up to `end`, in pieces.

        Raises:
            StorageError: there is no such object, or it cannot be read.
        """
        while start < end:
            until = min(start + PIECE, end)
            with _errors(key):
                piece = bytes(obstore.get_range(self._store, _sound(key), start=start, end=until))
            if not piece:
                raise StorageError(f"{key}: ends before byte {end}")
            yield piece
            start += len(piece)

    def head(self, key: str) -> int | None:
        """How many bytes the object has; None where there is none."""
        with _errors(key):
            try:
                return int(obstore.head(self._store, _sound(key))["size"])
            except MISSING:
                return None

    def delete(self, key: str) -> None:
        """Remove the object, if it is there."""
        with _errors(key):
            try:
                obstore.delete(self._store, _sound(key))
            except MISSING:
                return

    def list(self, prefix: str) -> Iterator[Stored]:
        """All objects in the folder `prefix`; of the whole storage, where it is empty."""
        with _errors(prefix):
            for batch in obstore.list(self._store, prefix=_sound(prefix) if prefix else None):
                for found in batch:
                    changed_at = found["last_modified"].timestamp()
                    yield Stored(found["path"], int(found["size"]), changed_at, found["e_tag"])

    def presigned_put(self, key: str, *, expires: timedelta = EXPIRY) -> str | None:
        """An address that the object can be sent to without further rights; None where the storage has none."""
        if not isinstance(self._store, S3Store):
            return None
        with _errors(key):
            return str(obstore.sign(self._store, "PUT", _sound(key), expires))


def _sound(key: str) -> str:
    """The key, which leads nowhere else.

    Raises:
        InputError: it has empty parts or dots for parts.
    """
    if key != str(PurePosixPath(key)) or key.startswith("/") or ".." in PurePosixPath(key).parts:
        raise InputError(f"{key!r} is no key of an object")
    return key


@contextmanager
def _errors(key: str) -> Iterator[None]:
    """The storage's errors, and the system's, as one line."""
    try:
        yield
    except (BaseError, OSError) as error:
        full = "No space left" in str(error) or "Disk quota" in str(error)
        what = "the storage is full; make room" if full else f"the storage failed: {_line(error)}"
        raise StorageError(f"{key}: {what}") from error


def _line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
