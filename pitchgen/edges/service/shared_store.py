"""The store in two tiers: a folder of this machine in front of the object storage that all machines see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from pitchgen.edges.service.objects import Objects
from pitchgen.edges.store import SOUNDS, Store


class SharedStore(Store):
    """What is put here is there for every machine; what is not here is looked for there, and kept here."""

    def __init__(self, root: Path, objects: Objects, prefix: str, *, sounds: Path | None, sounds_prefix: str) -> None:
        """In the object storage, results lie under `prefix`; those that are sound under `sounds_prefix`."""
        super().__init__(root, sounds=sounds)
        self._objects, self._prefix, self._sounds_prefix = objects, prefix, sounds_prefix

    def has(self, key: str) -> bool:
        """As `Store.has`, here or there."""
        return super().has(key) or self._fetched(key)

    def get(self, key: str, type_: Any) -> Any:
        """As `Store.get`, from here or there."""
        if not super().has(key):
            self._fetched(key)
        return super().get(key, type_)

    def put(self, key: str, value: object) -> None:
        """As `Store.put`, here and there."""
        super().put(key, value)
        for suffix in (".json", ".flac"):
            path = self._path(key, suffix)
            if path.exists():
                self._objects.put_if_absent(self._key(key, suffix), path)

    def drop(self, key: str) -> None:
        """As `Store.drop`, here and there."""
        super().drop(key)
        for prefix in {self._prefix, self._sounds_prefix}:
            for found in list(self._objects.list(f"{prefix}/{key[:2]}")):
                if found.key.rpartition("/")[2].startswith(f"{key}."):
                    self._objects.delete(found.key)

    def has_file(self, key: str) -> bool:
        """As `Store.has_file`, here or there."""
        return super().has_file(key) or self._fetched_file(key)

    def get_file(self, key: str) -> Path | None:
        """As `Store.get_file`, from here or there."""
        if not super().has_file(key):
            self._fetched_file(key)
        return super().get_file(key)

    def put_file(self, key: str, suffix: str, write: Callable[[Path], None]) -> Path:
        """As `Store.put_file`, here and there: first the file, then what is known of it, which makes it count.

        Where another machine was quicker its file is taken, so that all go on with the same one.
        """
        path = super().put_file(key, suffix, write)
        known = self._path(key, ".json").read_bytes()
        there = self._objects.read(self._key(key, ".json"))
        if there is None:
            self._objects.put(self._key(key, suffix), path)
            self._objects.put(self._key(key, ".json"), known)
        elif there != known:
            self._path(key, ".json").unlink(missing_ok=True)
            self._fetched_file(key)
        return path

    def _fetched(self, key: str) -> bool:
        return any(self._objects.get(self._key(key, suffix), self._path(key, suffix)) for suffix in (".json", ".flac"))

    def _fetched_file(self, key: str) -> bool:
        if not super().has(key) and not self._fetched(key):
            return False
        entry = msgspec.json.decode(self._path(key, ".json").read_bytes())
        suffix = Path(entry["value"]["name"]).suffix
        return self._objects.get(self._key(key, suffix), self._path(key, suffix)) and super().has_file(key)

    def _key(self, key: str, suffix: str) -> str:
        prefix = self._sounds_prefix if suffix in SOUNDS else self._prefix
        return f"{prefix}/{key[:2]}/{key}{suffix}"
