"""A merchant's jobs: made, looked at, cancelled, tried again. Every statement filters by the merchant."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from pitchgen.core.errors import Conflict, InputError
from pitchgen.core.service import Event, Job, JobRequest, JobState, Output, OutputState, Page, Run, Standing, new_id
from pitchgen.edges.service import rows, tables
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.records import (
    AtEnd,
    add_run,
    append_event,
    end_run,
    event_from,
    find_job,
    job_from,
    newest_run,
    output_from,
    outputs_of,
    values_of,
)
from pitchgen.edges.service.rows import PAGE

EVENTS = 500
AT_WORK = values_of((OutputState.WAITING, OutputState.SPEAKING, OutputState.MAKING))
ACTIVE = values_of((JobState.QUEUED, JobState.RUNNING))


class Jobs:
    """The jobs of all merchants, each seen by its own."""

    def __init__(self, database: Database, *, at_end: Sequence[AtEnd] = ()) -> None:
        """With what is owed when a job ends."""
        self._database, self._at_end = database, at_end

    def create(
        self, merchant: str, request: JobRequest, *, idempotency_key: str | None = None, batch: str | None = None
    ) -> Job:
        """A new job with its first run; the job that was made before, where the key is known.

        Raises:
            InputError: no language, or one twice.
            Conflict: the key was used for another request.
        """
        if not request.languages or len(set(request.languages)) < len(request.languages):
            raise InputError(
                f"languages are each named once, at least one, not {','.join(request.languages) or 'none'}"
            )
        try:
            with self._database.transaction() as connection:
                known = self._of_key(connection, merchant, idempotency_key)
                if known is None:
                    return self._created(connection, merchant, request, idempotency_key, batch)
        except IntegrityError:  # the same key, at the same moment
            with self._database.reading() as connection:
                known = self._of_key(connection, merchant, idempotency_key)
        if known is None:
            raise InputError(f"{merchant}: no such merchant")
        return self._same(known, request)

    def get(self, merchant: str, job_id: str) -> Job | None:
        """The merchant's job, if she has one of this id."""
        with self._database.reading() as connection:
            return find_job(connection, merchant, job_id)

    def list(
        self, merchant: str, *, cursor: str | None = None, limit: int = PAGE, state: JobState | None = None,
        batch: str | None = None,
    ) -> Page[Job]:  # fmt: skip
        """Her jobs, newest first, from the one behind `cursor` on.

        Raises:
            InputError: the cursor is not of one of her jobs.
        """
        t = tables.job.c
        where = [t.state == state.value] if state is not None else []
        where += [t.batch == batch] if batch is not None else []
        found, after = rows.page(
            self._database, tables.job, merchant, *where, cursor=cursor, limit=limit, called="jobs"
        )
        return Page(tuple(map(job_from, found)), after)

    def each(self, merchant: str, *, batch: str, state: JobState | None = None) -> Iterator[Job]:
        """The jobs of her batch, newest first, read a page at a time."""
        cursor: str | None = None
        while True:
            found = self.list(merchant, cursor=cursor, state=state, batch=batch)
            yield from found.items
            if (cursor := found.next_cursor) is None:
                return

    def active(self, merchant: str) -> int:
        """How many of her jobs are not over."""
        t = tables.job.c
        query = select(func.count()).where(t.merchant == merchant, t.state.in_(ACTIVE))
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def cancel(self, merchant: str, job_id: str) -> Job | None:
        """Stop a job; one that has ended stays as it is. None where she has no such job.

        Workers see it within a second or two and leave; what is ready stays.
        """
        with self._database.transaction() as connection:
            job = find_job(connection, merchant, job_id, lock=True)
            if job is None or job.state.terminal:
                return job
            run = newest_run(connection, job)
            t = tables.output.c
            connection.execute(
                update(tables.output)
                .where(t.run_id == run.id, t.merchant == merchant, t.state.in_(AT_WORK))
                .values(state=OutputState.CANCELLED.value)
            )
            end_run(connection, run, JobState.CANCELLED, None, self._at_end)
            return find_job(connection, merchant, job_id)

    def retry(self, merchant: str, job_id: str) -> Run | None:
        """Try a job again in a new run, which takes over what is ready. None where she has no such job.

        Raises:
            Conflict: it is not over, or has succeeded.
        """
        with self._database.transaction() as connection:
            job = find_job(connection, merchant, job_id, lock=True)
            if job is None:
                return None
            if not job.state.terminal or job.state is JobState.SUCCEEDED:
                raise Conflict(
                    f"{job_id} is {job.state.value}; what failed, was cancelled or is partial can be retried"
                )
            before = newest_run(connection, job)
            ready = [o for o in outputs_of(connection, before) if o.state is OutputState.READY]
            values = {
                "state": JobState.QUEUED.value,
                "generation": job.generation + 1,
                "finished_at": None,
                "error": None,
            }
            connection.execute(update(tables.job).where(tables.job.c.id == job_id).values(**values))
            run = add_run(connection, job, job.generation + 1, ready)
            append_event(connection, run, "retried", message=f"run {run.generation}")
            return run

    def outputs(self, merchant: str, job_id: str) -> tuple[Output, ...]:
        """What the newest run of her job has made, in the order of the request; none where she has no such job."""
        standing = self.standing(merchant, job_id)
        return standing.outputs if standing else ()

    def standing(self, merchant: str, job_id: str) -> Standing | None:
        """How far her job is, in one look: two statements. None where she has no such job."""
        o, r = tables.output, tables.run
        with self._database.reading() as connection:
            job = find_job(connection, merchant, job_id)
            if job is None:
                return None
            query = select(o).join_from(r, o, r.c.id == o.c.run_id)
            newest = query.where(r.c.job_id == job.id, r.c.generation == job.generation, o.c.merchant == merchant)
            outputs = tuple(map(output_from, connection.execute(newest)))
        order = {code: place for place, code in enumerate(job.request.languages)}
        return Standing(job, tuple(sorted(outputs, key=lambda output: order[output.language])))

    def events(self, merchant: str, job_id: str, *, after: int = 0, limit: int = EVENTS) -> tuple[Event, ...]:
        """What happened to her job after event number `after`, in order."""
        t = tables.event.c
        query = (
            select(tables.event)
            .where(t.job_id == job_id, t.merchant == merchant, t.number > after)
            .order_by(t.number)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return tuple(event_from(row) for row in connection.execute(query))

    def _of_key(self, connection: Connection, merchant: str, key: str | None) -> Job | None:
        if key is None:
            return None
        t = tables.job.c
        row = connection.execute(
            select(tables.job).where(t.merchant == merchant, t.idempotency_key == key)
        ).one_or_none()
        return job_from(row) if row else None

    def _same(self, known: Job, request: JobRequest) -> Job:
        if known.request != request:
            raise Conflict(f"this idempotency key was used for {known.id}, which is another request")
        return known

    def _created(
        self, connection: Connection, merchant: str, request: JobRequest, key: str | None, batch: str | None
    ) -> Job:
        now = time.time()
        job = Job(new_id("job"), merchant, request, JobState.QUEUED, 1, now, now, batch=batch)
        values = {
            "id": job.id, "merchant": merchant, "video_id": request.video_id, "state": job.state.value,
            "request": msgspec.json.encode(request).decode(), "priority": request.priority.value, "generation": 1,
            "events": 0, "idempotency_key": key, "batch": batch, "created_at": now, "updated_at": now,
        }  # fmt: skip
        connection.execute(insert(tables.job).values(**values))
        append_event(connection, add_run(connection, job, 1, ()), "created")
        return job
