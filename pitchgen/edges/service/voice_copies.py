"""Copies of a merchant's voices on this machine: the voices that are asked for, and each file once."""

from __future__ import annotations

import shutil
from pathlib import Path

from pitchgen.core.service import voices_prefix
from pitchgen.edges.service.objects import Objects, Stored

DERIVED = "store"  # name of the folder of what was made with a voice


class VoiceCopies:
    """What this process has copied; where a file was changed since, there or here, it is copied again."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._copied: dict[Path, tuple[str | None, int, int]] = {}  # as it was there, and as it is here

    def pull(self, merchant: str, root: Path, voice: str | None) -> list[str]:
        """Have one voice in `root`, or all, and every consent, as they are now; the files, by name.

        Of all voices what was revoked goes, with all that was made with it here.

        Raises:
            StorageError: the bucket cannot be read, or the folder not written.
        """
        prefix = voices_prefix(merchant)
        there = {found.key.removeprefix(f"{prefix}/"): found for found in self._objects.list(prefix)}
        for name in set(files(root)) - set(there):
            (root / name).unlink()
        for home in root.glob("*/"):
            if f"{home.name}/profile.json" not in there:
                shutil.rmtree(home, ignore_errors=True)
        wanted = [name for name in there if is_of(name, voice)]
        for name in wanted:
            self._bring(there[name], root / name)
        return wanted

    def _bring(self, found: Stored, path: Path) -> None:
        if path.exists() and self._copied.get(path) == (found.etag, *_seen(path)):
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._objects.get(found.key, path):
            self._copied[path] = (found.etag, *_seen(path))


def is_of(name: str, voice: str | None) -> bool:
    """Whether a file is of a voice, or of any where that is None, or of all; none is that was made with one."""
    home, inside, rest = name.partition("/")
    return not inside or (voice in (None, home) and rest.partition("/")[0] != DERIVED)


def files(root: Path) -> list[str]:
    """Those of all voices in a folder, but for what was made with them."""
    paths = (path.relative_to(root) for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    return [path.as_posix() for path in paths if DERIVED not in path.parts[1:2]]


def _seen(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size
