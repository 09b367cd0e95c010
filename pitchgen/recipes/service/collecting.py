"""What is thrown away: jobs that ended long ago, files that no job has, results that nobody will ask for again.

What a live output needs stays: the files of a run may be those of an earlier one, whose retry took them over.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass

from sqlalchemy import delete, select

from pitchgen.core.hosting import Hosting
from pitchgen.edges.service import tables
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.objects import Objects
from pitchgen.edges.service.queue import Queue

DAY = 86400.0
UNFINISHED = DAY  # seconds after which files that no output has are not about to be said ready
AT_ONCE = 500  # jobs in one transaction


@dataclass(frozen=True, slots=True)
class Collected:
    """What was thrown away."""

    jobs: int
    workflows: int
    """Of the queue."""
    files: int
    size_bytes: int


def collect(hosting: Hosting, database: Database, objects: Objects, queue: Queue) -> Collected:
    """Throw away what is older than `hosting.keep_days` and not needed.

    Raises:
        StorageError: the database or the objects cannot be reached.
    """
    old = time.time() - hosting.keep_days * DAY
    jobs = workflows = 0
    while expired := _expire(database, old):
        jobs += len(expired)
        workflows += queue.forget([run_id for runs in expired.values() for run_id in runs])
    workflows += queue.forget(_ended(database, old))
    kept, unfinished = _artifacts(database), time.time() - UNFINISHED
    unneeded = [f for f in objects.list("outputs") if f.changed_at < unfinished and not _inside(f.key, kept)]
    busy = _busy(database)  # asked as late as can be: who begins now may read what is kept
    unneeded += [f for f in objects.list("store") if f.changed_at < old and f.key.split("/")[1] not in busy]
    for found in unneeded:
        objects.delete(found.key)
    _sweep_local(hosting, database)
    return Collected(jobs, workflows, len(unneeded), sum(found.size_bytes for found in unneeded))


def _expire(database: Database, old: float) -> dict[str, list[str]]:
    """Jobs that ended before `old`, removed with all their runs, and the ids of these."""
    j, r = tables.job.c, tables.run.c
    with database.transaction() as connection:
        ids = list(connection.execute(select(j.id).where(j.finished_at < old).limit(AT_ONCE)).scalars())
        runs: dict[str, list[str]] = {job_id: [] for job_id in ids}
        for row in connection.execute(select(r.id, r.job_id).where(r.job_id.in_(ids))):
            runs[row.job_id].append(row.id)
        connection.execute(delete(tables.job).where(j.id.in_(ids)))
    return runs


def _ended(database: Database, old: float) -> list[str]:
    """Runs that ended before `old`, of jobs that were tried again."""
    r = tables.run.c
    with database.reading() as connection:
        return list(connection.execute(select(r.id).where(r.finished_at < old)).scalars())


def _artifacts(database: Database) -> frozenset[str]:
    """Prefixes that live outputs have, of whichever run they are."""
    t = tables.output.c
    with database.reading() as connection:
        return frozenset(connection.execute(select(t.artifact).where(t.artifact.is_not(None)).distinct()).scalars())


def _inside(key: str, kept: frozenset[str]) -> bool:
    """Whether one of the folders that a file is in is kept."""
    parts = key.split("/")
    return any("/".join(parts[:length]) in kept for length in range(len(parts) - 1, 0, -1))


def _busy(database: Database) -> frozenset[str]:
    """Merchants of whom something is at work, which may read what is kept."""
    j = tables.job.c
    with database.reading() as connection:
        return frozenset(connection.execute(select(j.merchant).where(j.finished_at.is_(None)).distinct()).scalars())


def _sweep_local(hosting: Hosting, database: Database) -> None:
    """Scratch folders of runs that are over, on this machine."""
    t = tables.run.c
    for folder in (hosting.state / "merchants").glob("*/runs/run_*"):
        with database.reading() as connection:
            at_work = connection.execute(select(t.id).where(t.id == folder.name, t.finished_at.is_(None))).one_or_none()
        if at_work is None:
            shutil.rmtree(folder, ignore_errors=True)
