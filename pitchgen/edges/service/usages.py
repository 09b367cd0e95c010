"""What merchants used: written in the transaction that ends a run, summed when asked for."""

from __future__ import annotations

import time
from datetime import datetime, timezone

from sqlalchemy import Connection, func, insert, select

from pitchgen.core.account import Usage
from pitchgen.core.service import Job, OutputState, Run
from pitchgen.edges.service import tables
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.records import outputs_of
from pitchgen.edges.service.videos import Videos


def count(connection: Connection, job: Job, run: Run) -> None:
    """Write down what a run that has ended made; what an earlier run of the job made is counted already."""
    t = tables.usage.c
    query = select(t.language).where(t.job_id == job.id)
    counted = set(connection.execute(query).scalars())
    rows = [
        {
            "job_id": job.id, "language": output.language, "merchant": job.merchant, "at": time.time(),
            "seconds": output.duration or 0.0, "size_bytes": output.size_bytes or 0,
        }
        for output in outputs_of(connection, run)
        if output.state is OutputState.READY and output.language not in counted
    ]  # fmt: skip
    if rows:
        connection.execute(insert(tables.usage), rows)


class Usages:
    """What each merchant used."""

    def __init__(self, database: Database) -> None:
        self._database, self._videos = database, Videos(database)

    def between(self, merchant: str, since: float, until: float) -> Usage:
        """Her usage from `since` up to `until`."""
        t = tables.usage.c
        query = select(
            func.count(), func.coalesce(func.sum(t.seconds), 0.0), func.count(func.distinct(t.job_id))
        ).where(t.merchant == merchant, t.at >= since, t.at < until)
        with self._database.reading() as connection:
            outputs, seconds, jobs = connection.execute(query).one()
        return Usage(since, until, int(outputs), float(seconds) / 60, int(jobs), self.stored_bytes(merchant))

    def stored_bytes(self, merchant: str) -> int:
        """What her videos and outputs take now."""
        o, j = tables.output.c, tables.job.c
        query = (
            select(func.coalesce(func.sum(o.size_bytes), 0))
            .select_from(tables.output.join(tables.run).join(tables.job))
            .where(j.merchant == merchant, tables.run.c.generation == j.generation, o.artifact.is_not(None))
        )
        with self._database.reading() as connection:
            return self._videos.stored_bytes(merchant) + int(connection.execute(query).scalar_one())


def month_of(at: float) -> tuple[float, float]:
    """The calendar month, in UTC, that a moment lies in: from its start up to that of the next."""
    day = datetime.fromtimestamp(at, timezone.utc)
    start = datetime(day.year, day.month, 1, tzinfo=timezone.utc)
    following = datetime(day.year + day.month // 12, day.month % 12 + 1, 1, tzinfo=timezone.utc)
    return start.timestamp(), following.timestamp()
