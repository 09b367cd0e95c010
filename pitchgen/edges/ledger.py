"""Records that nobody can change unseen: a file of lines, each with the SHA-256 of itself and of the line before.

Only ever added to, under a lock and flushed to the disk. A line that a killed run left half-written was never
acknowledged: it is cut off before the next is added.

A chain shows that a line was changed, removed or put in between. That the last lines are missing shows only to who
knows the last hash: each record of the audit log carries that of the consents (`head`).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Any

from pitchgen.core.errors import StorageError
from pitchgen.edges.store import storage_errors

FIRST = "0" * 64
"""What stands in place of the hash before the first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as it was added."""

    number: int
    """From 1."""
    at: str
    """When, in UTC: `2026-11-25T10:30:00Z`."""
    record: Mapping[str, Any]
    previous: str
    """Hash of the entry before."""
    hash: str
    """SHA-256 of all the others, in hexadecimal."""


class Ledger:
    """One file of chained records."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, record: Mapping[str, Any]) -> Entry:
        """Add a record; it is on the disk when this returns.

        Raises:
            StorageError: the file cannot be written, or was changed by hand.
        """
        with self._storage(), self._opened() as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            entries = self._read(file.read())
            file.truncate(sum(len(_line(entry)) for entry in entries))
            entry = _entry(len(entries) + 1, now(), record, entries[-1].hash if entries else FIRST)
            file.seek(0, os.SEEK_END)
            file.write(_line(entry))
            file.flush()
            os.fsync(file.fileno())
        return entry

    def entries(self) -> tuple[Entry, ...]:
        """All records, in order.

        Raises:
            StorageError: the file cannot be read, or was changed by hand; the message names the line.
        """
        with self._storage():
            return self._read(self.path.read_bytes()) if self.path.exists() else ()

    @property
    def head(self) -> str:
        """Hash of the last entry."""
        entries = self.entries()
        return entries[-1].hash if entries else FIRST

    def _storage(self) -> AbstractContextManager[None]:
        return storage_errors(self.path)

    def _opened(self) -> IO[bytes]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        return os.fdopen(handle, "r+b")

    def _read(self, data: bytes) -> tuple[Entry, ...]:
        whole = data[: data.rfind(b"\n") + 1]
        entries: list[Entry] = []
        for number, line in enumerate(whole.splitlines(keepends=True), 1):
            previous = entries[-1].hash if entries else FIRST
            entry = _parsed(line)
            if entry is None or entry != _entry(number, entry.at, entry.record, previous) or _line(entry) != line:
                raise StorageError(
                    f"{self.path}, line {number}: was changed after it was written; restore the file from a backup"
                )
            entries.append(entry)
        return tuple(entries)


def _entry(number: int, at: str, record: Mapping[str, Any], previous: str) -> Entry:
    body = {"number": number, "at": at, "record": record, "previous": previous}
    return Entry(number, at, record, previous, hashlib.sha256(_canonical(body)).hexdigest())


def _line(entry: Entry) -> bytes:
    fields = {"number": entry.number, "at": entry.at, "record": entry.record, "previous": entry.previous}
    return _canonical({**fields, "hash": entry.hash}) + b"\n"


def _parsed(line: bytes) -> Entry | None:
    try:
        return Entry(**json.loads(line))
    except (TypeError, ValueError, RecursionError):
        return None


def _canonical(value: Mapping[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode(errors="backslashreplace")  # a lone surrogate becomes the escape that JSON has for it


def now() -> str:
    """This moment in UTC."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
