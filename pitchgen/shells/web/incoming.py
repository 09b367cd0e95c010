"""Where pieces of uploads are kept until they are whole: on the disk of this machine.

The routes of the protocol are tuspyserver's. Its own storage writes and waits inside the event loop, and appends to
what a killed server left, so that bytes are there twice; this one writes beside the loop and begins at the last offset
that was told.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any

from starlette.exceptions import HTTPException
from tuspyserver.storage import TusStorage

BUFFER = 1 << 20  # bytes that are written at once
CHECKPOINT = 64 << 20  # bytes after which an offset is told that survives a kill
TYPE = "video/mp4"  # where an uploader does not say; the routes would refuse to tell her the offset


class Incoming(TusStorage):
    """Uploads in a folder: `ID` and `ID.info`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: dict[str, IO[bytes]] = {}
        self._waiting: dict[str, bytearray] = {}
        self._since: dict[str, int] = {}

    def location(self, uid: str) -> str:
        return str(self.folder / Path(uid).name)

    def _info(self, uid: str) -> Path:
        return Path(self.location(uid) + ".info")

    async def create(self, uid: str) -> None:
        Path(self.location(uid)).touch()

    async def exists(self, uid: str) -> bool:
        return self._info(uid).exists()

    async def size(self, uid: str) -> int:
        info = await self.read_info(uid)
        return int(info["offset"]) if info else 0

    @asynccontextmanager
    async def lock(self, uid: str) -> AsyncIterator[None]:  # type: ignore[override]  # what theirs is too
        """One request at a time writes an upload; another is told to come back."""
        file = Path(self.location(uid)).open("ab")  # noqa: SIM115  # closed below, on every way out
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise TimeoutError("another request writes this upload; ask for its offset, and go on") from None
        try:
            file.truncate(await self.size(uid))
            self._open[uid], self._waiting[uid], self._since[uid] = file, bytearray(), 0
            yield
        finally:
            for held in (self._open, self._waiting, self._since):
                held.pop(uid, None)
            file.close()

    async def append(self, uid: str, chunk: bytes) -> None:
        self._waiting[uid] += chunk
        if len(self._waiting[uid]) >= BUFFER:
            await self._write(uid)
        if self._since[uid] >= CHECKPOINT:
            await self.flush(uid)
            info = await self.read_info(uid)
            if info:
                await self.write_info(uid, {**info, "offset": os.fstat(self._open[uid].fileno()).st_size})

    async def flush(self, uid: str) -> None:
        await self._write(uid)
        await asyncio.to_thread(os.fsync, self._open[uid].fileno())
        self._since[uid] = 0

    async def _write(self, uid: str) -> None:
        piece, self._waiting[uid] = bytes(self._waiting[uid]), bytearray()
        file = self._open[uid]
        try:
            await asyncio.to_thread(file.write, piece)
            await asyncio.to_thread(file.flush)
        except OSError as error:  # the offset stays where it was: nobody is told of half a piece
            raise HTTPException(HTTPStatus.INSUFFICIENT_STORAGE, f"cannot be kept: {error.strerror}") from None
        self._since[uid] += len(piece)

    async def finalize(self, uid: str) -> None:
        """Nothing: what is whole is taken in by whoever is told of it."""

    async def read(self, uid: str) -> bytes | None:
        return await asyncio.to_thread(Path(self.location(uid)).read_bytes)

    async def delete(self, uid: str) -> None:
        Path(self.location(uid)).unlink(missing_ok=True)
        self._info(uid).unlink(missing_ok=True)

    async def read_info(self, uid: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = json.loads(self._info(uid).read_bytes())
        except FileNotFoundError:
            return None
        return found

    async def write_info(self, uid: str, data: dict[str, Any]) -> None:
        said = {"filename": "video", "filetype": TYPE, **data.get("metadata", {})}
        part = self._info(uid).with_suffix(".tmp")
        part.write_text(json.dumps({**data, "metadata": said}, default=str), "utf-8")
        part.replace(self._info(uid))

    async def list_uids(self) -> list[str]:
        return [path.stem for path in self.folder.glob("*.info")]
