"""Voices of merchants: each has a folder of her own, in the object storage.

Where that is a folder of this machine, it is worked on as it is. From a bucket the voice that is asked for is copied,
worked on by one process at a time, and what changed is brought back. What workers made with a voice (its `store`) is
left to them, until the voice is revoked.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

from sqlalchemy import text

from pitchgen.core.service import voices_prefix
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.objects import Objects
from pitchgen.edges.service.voice_copies import VoiceCopies, files, is_of
from pitchgen.edges.store import file_sha256
from pitchgen.edges.voices import VoicesFolder

LOCK = 0x766F6963  # first half of the advisory locks of voices: "voic"


class VoiceFolders:
    """The voices of all merchants, each in a folder of her own."""

    def __init__(self, database: Database, objects: Objects, copies: Path) -> None:
        """With a folder of this machine for copies of what lies in a bucket."""
        self._database, self._objects, self._copies = database, objects, copies
        self._copy = VoiceCopies(objects)
        self._guard, self._locks = threading.Lock(), dict[str, threading.Lock]()

    @contextmanager
    def opened(self, merchant: str, voice: str | None = None) -> Iterator[VoicesFolder]:
        """Her folder, as it is now: one voice and every consent, or all voices.

        Raises:
            StorageError: it cannot be read; on leaving, it cannot be written.
        """
        if self._objects.local is not None:
            yield VoicesFolder(self._objects.local / voices_prefix(merchant))
            return
        root = self._copies / merchant
        with self._alone(merchant):
            before = {name: file_sha256(root / name) for name in self._copy.pull(merchant, root, voice)}
            try:
                yield VoicesFolder(root)
            finally:
                self._push(merchant, root, before, [name for name in files(root) if is_of(name, voice)])

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

    def _push(self, merchant: str, root: Path, before: dict[str, str], now: list[str]) -> None:
        """Bring back what is now, as far as it was not so before."""
        prefix = voices_prefix(merchant)
        for name in sorted(now, key=lambda name: name.endswith("profile.json")):  # a voice is there when that is
            if before.get(name) != file_sha256(root / name):
                self._objects.put(f"{prefix}/{name}", root / name)
        for name in set(before) - set(now):
            self._objects.delete(f"{prefix}/{name}")
            if name.endswith("/profile.json"):  # revoked: what was made with it goes too
                for made in list(self._objects.list(f"{prefix}/{name.partition('/')[0]}")):
                    self._objects.delete(made.key)
