"""Rows of the tables as nouns, and the writes that more than one module makes.

Whoever writes takes the row of the job first: it orders the events of a job, and nobody can lock each other out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from pitchgen.core.service import DeadLetter, Event, Job, JobRequest, JobState, Output, OutputState, Run, new_id
from pitchgen.edges.service import tables

AtEnd = Callable[[Connection, Job, Run], None]
"""Writes what is owed when a run has ended, in the transaction that ends it: a webhook, what was used."""


def values_of(members: Iterable[Enum]) -> list[str]:
    """As they are in a column."""
    return [member.value for member in members]


def job_from(row: Row[Any]) -> Job:
    return Job(
        id=row.id, merchant=row.merchant, request=msgspec.json.decode(row.request, type=JobRequest),
        state=JobState(row.state), generation=row.generation, created_at=row.created_at, updated_at=row.updated_at,
        finished_at=row.finished_at, error=row.error, batch=row.batch,
    )  # fmt: skip


def run_from(row: Row[Any]) -> Run:
    return Run(
        id=row.id, job_id=row.job_id, merchant=row.merchant, generation=row.generation, state=JobState(row.state),
        created_at=row.created_at, finished_at=row.finished_at, error=row.error,
    )  # fmt: skip


def output_from(row: Row[Any]) -> Output:
    return Output(
        run_id=row.run_id, job_id=row.job_id, merchant=row.merchant, language=row.language,
        state=OutputState(row.state), artifact=row.artifact, video=row.video, size_bytes=row.size_bytes,
        sha256=row.sha256, duration=row.duration, error=row.error,
    )  # fmt: skip


def event_from(row: Row[Any]) -> Event:
    return Event(
        job_id=row.job_id, number=row.number, run_id=row.run_id, at=row.at, kind=row.kind, stage=row.stage,
        language=row.language, done=row.done, total=row.total, message=row.message,
    )  # fmt: skip


def letter_from(row: Row[Any]) -> DeadLetter:
    return DeadLetter(
        run_id=row.run_id, job_id=row.job_id, merchant=row.merchant, stage=row.stage, language=row.language,
        reason=row.reason, attempts=row.attempts, at=row.at,
    )  # fmt: skip


def find_job(connection: Connection, merchant: str, job_id: str, *, lock: bool = False) -> Job | None:
    """The merchant's job; with `lock`, nobody else changes it before the transaction ends."""
    t = tables.job.c
    query = select(tables.job).where(t.id == job_id, t.merchant == merchant)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return job_from(row) if row else None


def newest_run(connection: Connection, job: Job) -> Run:
    t = tables.run.c
    query = select(tables.run).where(t.job_id == job.id, t.generation == job.generation)
    return run_from(connection.execute(query).one())


def outputs_of(connection: Connection, run: Run) -> tuple[Output, ...]:
    t = tables.output.c
    query = select(tables.output).where(t.run_id == run.id, t.merchant == run.merchant)
    return tuple(output_from(row) for row in connection.execute(query))


def add_run(connection: Connection, job: Job, generation: int, ready: Sequence[Output]) -> Run:
    """A run of `job`, which has what is `ready` from the one before."""
    run = Run(new_id("run"), job.id, job.merchant, generation, JobState.QUEUED, time.time())
    connection.execute(
        insert(tables.run).values(
            id=run.id, job_id=job.id, merchant=job.merchant, generation=generation, state=run.state.value,
            enqueued=0, created_at=run.created_at,
        )
    )  # fmt: skip
    there = {output.language: output for output in ready}
    empty = Output(run.id, job.id, job.merchant, "", OutputState.WAITING)
    rows = [_output_row(run, code, there.get(code, empty)) for code in job.request.languages]
    connection.execute(insert(tables.output), rows)
    return run


def append_event(
    connection: Connection, run: Run, kind: str, *, stage: str | None = None, language: str | None = None,
    done: float | None = None, total: float | None = None, message: str | None = None,
) -> int:  # fmt: skip
    """Write what happened, and its number: in the order of the numbers it also becomes visible."""
    now = time.time()
    t = tables.job.c
    counted = update(tables.job).where(t.id == run.job_id).values(events=t.events + 1, updated_at=now)
    number = int(connection.execute(counted.returning(t.events)).scalar_one())
    connection.execute(
        insert(tables.event).values(
            job_id=run.job_id, number=number, run_id=run.id, merchant=run.merchant, at=now, kind=kind, stage=stage,
            language=language, done=done, total=total, message=message,
        )
    )  # fmt: skip
    return number


def end_run(connection: Connection, run: Run, state: JobState, error: str | None, at_end: Sequence[AtEnd]) -> None:
    """A run and its job have ended; what is owed is written down with it."""
    now = time.time()
    ended = {"state": state.value, "finished_at": now, "error": error}
    connection.execute(update(tables.run).where(tables.run.c.id == run.id).values(**ended))
    connection.execute(update(tables.job).where(tables.job.c.id == run.job_id).values(**ended))
    append_event(connection, run, "state", message=state.value)
    job = find_job(connection, run.merchant, run.job_id)
    assert job is not None
    for owe in at_end:
        owe(connection, job, newest_run(connection, job))


def _output_row(run: Run, code: str, output: Output) -> dict[str, object]:
    return {
        "run_id": run.id, "language": code, "job_id": run.job_id, "merchant": run.merchant,
        "state": output.state.value, "artifact": output.artifact, "video": output.video,
        "size_bytes": output.size_bytes, "sha256": output.sha256, "duration": output.duration,
    }  # fmt: skip
