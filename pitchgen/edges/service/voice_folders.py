"""Voices of merchants: each has a folder of her own, in the object storage.

Where that is a folder of this machine, it is worked on as it is. From a bucket it is copied, worked on by one process
at a time, and what changed is brought back. What was made with a voice (its `store`) stays on the machine that made it.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

from sqlalchemy import text

from pitchgen.core.service import voices_prefix
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.objects import Objects
from pitchgen.edges.store import file_sha256
from pitchgen.edges.voices import VoicesFolder

LOCK = 0x766F6963  # first half of the advisory locks of voices: "voic"
DERIVED = "store"  # name of the folder of what was made with a voice


class VoiceFolders:
    """The voices of all merchants, each in a folder of her own."""

    def __init__(self, database: Database, objects: Objects, copies: Path) -> None:
        """With a folder of this machine for copies of what lies in a bucket."""
        self._database, self._objects, self._copies = database, objects, copies
        self._guard, self._locks = threading.Lock(), dict[str, threading.Lock]()

    @contextmanager
    def opened(self, merchant: str) -> Iterator[VoicesFolder]:
        """Her folder, as it is now.

        Raises:
            StorageError: it cannot be read; on leaving, it cannot be written.
        """
        if self._objects.local is not None:
            yield VoicesFolder(self._objects.local / voices_prefix(merchant))
            return
        root = self._copies / merchant
        with self._alone(merchant):
            before = self._pull(merchant, root)
            try:
                yield VoicesFolder(root)
            finally:
                self._push(merchant, root, before)

    @contextmanager
    def _alone(self, merchant: str) -> Iterator[None]:
        """Nobody else has her folder meanwhile."""
        if self._database.embedded:
            with self._guard:
                lock = self._locks.setdefault(merchant, threading.Lock())
            with lock:
                yield
            return
        with self._database.transaction() as connection:
            number = crc32(merchant.encode()) - (1 << 31)  # as a signed integer of 32 bits
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK}, {number})"))
            yield

    def _pull(self, merchant: str, root: Path) -> dict[str, str]:
        prefix, there = voices_prefix(merchant), {}
        for stored in self._objects.list(prefix):
            name = stored.key[len(prefix) + 1 :]
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._objects.get(stored.key, path)
            there[name] = file_sha256(path)
        for gone in set(_files(root)) - set(there):
            (root / gone).unlink()
        for home in root.glob("*/"):
            if not (home / "profile.json").exists():  # revoked elsewhere: what was made with it here goes too
                shutil.rmtree(home)
        return there

    def _push(self, merchant: str, root: Path, before: dict[str, str]) -> None:
        prefix, now = voices_prefix(merchant), _files(root)
        for name in now:
            if before.get(name) != file_sha256(root / name):
                self._objects.put(f"{prefix}/{name}", root / name)
        for name in set(before) - set(now):
            self._objects.delete(f"{prefix}/{name}")


def _files(root: Path) -> list[str]:
    paths = (path.relative_to(root) for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    return [path.as_posix() for path in paths if DERIVED not in path.parts]
