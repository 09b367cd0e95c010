"""Jobs that were asked for together: one request, one idempotency key, one look at how far they are."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, insert, select
from sqlalchemy.exc import IntegrityError

from pitchgen.core.account import Batch, Count
from pitchgen.core.errors import Conflict
from pitchgen.core.service import JobRequest, JobState, Page, new_id
from pitchgen.edges.service import rows, tables
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.jobs import Jobs
from pitchgen.edges.service.rows import PAGE


class Batches:
    """The batches of all merchants, each seen by its own."""

    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database, self._jobs = database, jobs

    def create(
        self, merchant: str, name: str, requests: Sequence[JobRequest], *, idempotency_key: str | None = None
    ) -> Batch:
        """A job for each request. Asked for again with the same key, it makes those that are not there yet.

        Raises:
            Conflict: the key was used for other requests.
        """
        asked = hashlib.sha256(msgspec.json.encode((name, list(requests)))).hexdigest()
        batch = self._known_or_new(merchant, name, len(requests), asked, idempotency_key)
        for number, request in enumerate(requests, 1):
            self._jobs.create(merchant, request, idempotency_key=f"{batch.id}/{number}", batch=batch.id)
        return batch

    def get(self, merchant: str, batch_id: str) -> Batch:
        """Her batch of this id.

        Raises:
            NotFound: she has none.
        """
        return _batch_from(rows.one(self._database, tables.batch, merchant, batch_id, called="batch"))

    def list(self, merchant: str, *, cursor: str | None = None, limit: int = PAGE) -> Page[Batch]:
        """Her batches, newest first."""
        found, after = rows.page(self._database, tables.batch, merchant, cursor=cursor, limit=limit, called="batches")
        return Page(tuple(map(_batch_from, found)), after)

    def counts(self, merchant: str, batch_id: str) -> tuple[Count, ...]:
        """How many of its jobs are in which state; states of none are left out."""
        t = tables.job.c
        query = select(t.state, func.count()).where(t.merchant == merchant, t.batch == batch_id).group_by(t.state)
        with self._database.reading() as connection:
            found = {row[0]: int(row[1]) for row in connection.execute(query)}
        return tuple(Count(state, found[state.value]) for state in JobState if state.value in found)

    def _known_or_new(self, merchant: str, name: str, size: int, asked: str, key: str | None) -> Batch:
        try:
            with self._database.transaction() as connection:
                row = _of_key(connection, merchant, key)
                if row is None:
                    batch = Batch(new_id("bat"), merchant, name, size, time.time())
                    connection.execute(
                        insert(tables.batch).values(
                            id=batch.id, merchant=merchant, name=name, size=size, request=asked, idempotency_key=key,
                            created_at=batch.created_at,
                        )
                    )  # fmt: skip
                    return batch
        except IntegrityError:  # the same key, at the same moment
            with self._database.reading() as connection:
                row = _of_key(connection, merchant, key)
        if row is None or row.request != asked:
            raise Conflict(f"this idempotency key was used for {row.id if row else 'another batch'}, of other requests")
        return _batch_from(row)


def _of_key(connection: Connection, merchant: str, key: str | None) -> Row[Any] | None:
    if key is None:
        return None
    t = tables.batch.c
    query = select(tables.batch).where(t.merchant == merchant, t.idempotency_key == key)
    return connection.execute(query).one_or_none()


def _batch_from(row: Row[Any]) -> Batch:
    return Batch(id=row.id, merchant=row.merchant, name=row.name, size=row.size, created_at=row.created_at)
