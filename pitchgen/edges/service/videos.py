"""A merchant's videos: announced, received, looked at, removed. Every statement filters by the merchant."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from pitchgen.core.account import Video, VideoState, Way
from pitchgen.core.errors import Conflict, NotFound
from pitchgen.core.media import Media
from pitchgen.core.service import Page, new_id
from pitchgen.edges.service import rows, tables
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.jobs import ACTIVE
from pitchgen.edges.service.rows import PAGE

LONGEST_NAME = 200  # characters


class Videos:
    """The videos of all merchants, each seen by its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def announce(self, merchant: str, name: str, way: Way, *, size_bytes: int | None = None) -> Video:
        """A video that is about to come."""
        plain = name.replace("\\", "/").rpartition("/")[2].strip()[-LONGEST_NAME:]
        video = Video(
            new_id("vid"), merchant, plain or "video", way, VideoState.RECEIVING, time.time(), size_bytes=size_bytes
        )
        values = {
            "id": video.id, "merchant": merchant, "name": video.name, "way": way.value, "state": video.state.value,
            "created_at": video.created_at, "size_bytes": size_bytes,
        }  # fmt: skip
        with self._database.transaction() as connection:
            connection.execute(insert(tables.video).values(**values))
        return video

    def ready(self, merchant: str, video_id: str, media: Media, size_bytes: int) -> Video:
        """It has come, and is a video."""
        width, height = media.picture.shown_px if media.picture else (None, None)
        return self._change(
            merchant, video_id, state=VideoState.READY.value, size_bytes=size_bytes, sha256=media.sha256,
            duration=media.duration, width_px=width, height_px=height, error=None,
        )  # fmt: skip

    def failed(self, merchant: str, video_id: str, error: str) -> Video:
        """It has not come, or is none, and nothing is kept of it; one that is ready stays so."""
        coming = tables.video.c.state == VideoState.RECEIVING.value
        return self._change(merchant, video_id, coming, state=VideoState.FAILED.value, error=error, size_bytes=None)

    def get(self, merchant: str, video_id: str) -> Video:
        """Her video of this id.

        Raises:
            NotFound: she has none.
        """
        return _video_from(rows.one(self._database, tables.video, merchant, video_id, called="video"))

    def list(self, merchant: str, *, cursor: str | None = None, limit: int = PAGE) -> Page[Video]:
        """Her videos, newest first."""
        found, after = rows.page(self._database, tables.video, merchant, cursor=cursor, limit=limit, called="videos")
        return Page(tuple(map(_video_from, found)), after)

    def abandoned(self, way: Way) -> tuple[Video, ...]:
        """All that were coming in one way; after a restart nobody brings those by link any more."""
        t = tables.video.c
        query = select(tables.video).where(t.state == VideoState.RECEIVING.value, t.way == way.value)
        with self._database.reading() as connection:
            return tuple(map(_video_from, connection.execute(query)))

    def stored_bytes(self, merchant: str) -> int:
        """What her videos take, those that are announced too."""
        t = tables.video.c
        with self._database.reading() as connection:
            query = select(func.coalesce(func.sum(t.size_bytes), 0)).where(t.merchant == merchant)
            return int(connection.execute(query).scalar_one())

    def remove(self, merchant: str, video_id: str) -> None:
        """Forget a video.

        Raises:
            NotFound: she has none of this id.
            Conflict: a job of it is not over.
        """
        j, v = tables.job.c, tables.video.c
        with self._database.transaction() as connection:
            busy = select(j.id).where(j.merchant == merchant, j.video_id == video_id, j.state.in_(ACTIVE)).limit(1)
            job = connection.execute(busy).scalar_one_or_none()
            if job is not None:
                raise Conflict(f"{video_id}: {job} is made from it; cancel that first")
            gone = connection.execute(delete(tables.video).where(v.id == video_id, v.merchant == merchant))
            if not gone.rowcount:
                raise NotFound(f"{video_id}: no such video")

    def _change(self, merchant: str, video_id: str, *where: ColumnElement[bool], **values: object) -> Video:
        t = tables.video.c
        hers = update(tables.video).where(t.id == video_id, t.merchant == merchant, *where)
        with self._database.transaction() as connection:
            connection.execute(hers.values(**values))
        return self.get(merchant, video_id)


def _video_from(row: Row[Any]) -> Video:
    return Video(
        id=row.id, merchant=row.merchant, name=row.name, way=Way(row.way), state=VideoState(row.state),
        created_at=row.created_at, size_bytes=row.size_bytes, sha256=row.sha256, duration=row.duration,
        width_px=row.width_px, height_px=row.height_px, error=row.error,
    )  # fmt: skip
