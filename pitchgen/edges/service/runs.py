"""What workers write of a run: begun, advanced, made, failed, over.

Only the newest run of a job may say anything: what comes too late, from a worker that was thought lost or after a
cancel, is refused with `Superseded`, in the transaction that would have written it.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from pitchgen.core.errors import Conflict
from pitchgen.core.service import DeadLetter, Job, JobState, Output, OutputState, Run
from pitchgen.edges.service import tables
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.records import (
    AtEnd,
    append_event,
    end_run,
    find_job,
    letter_from,
    outputs_of,
    run_from,
    values_of,
)

OVER = values_of((OutputState.READY, OutputState.FAILED, OutputState.CANCELLED))


class Superseded(Conflict):
    """A run that is over, cancelled or replaced by a newer one."""


@dataclass(frozen=True, slots=True)
class Made:
    """The files of one language, where they lie."""

    artifact: str
    video: str
    size_bytes: int
    sha256: str
    duration: float
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A stage that may begin."""

    job: Job
    run: Run
    outputs: tuple[Output, ...]
    lost: int
    """How often it was begun before and took its worker with it, or was there when one was lost."""

    def output(self, language: str) -> Output | None:
        """Of one language."""
        return next((output for output in self.outputs if output.language == language), None)


class Runs:
    """The runs of all merchants, for those who work on them."""

    def __init__(self, database: Database, *, at_end: Sequence[AtEnd] = ()) -> None:
        """With what is owed when a run ends."""
        self._database, self._at_end = database, at_end

    def begin(self, run_id: str, stage: str, language: str, *, mark: OutputState | None = None) -> Turn:
        """A stage begins; until `end` it counts as lost with its worker. Its language is in the state `mark` now.

        Raises:
            Superseded: there is nothing more to do for the run.
        """
        with self._database.transaction() as connection:
            job, run = _fenced(connection, run_id)
            t = tables.stage_attempt.c
            begun = _inserting(connection)(tables.stage_attempt).values(
                run_id=run_id, stage=stage, language=language, attempts=1
            )
            begun = begun.on_conflict_do_update(
                index_elements=["run_id", "stage", "language"], set_={"attempts": t.attempts + 1}
            )
            attempts = int(connection.execute(begun.returning(t.attempts)).scalar_one())
            if job.state is JobState.QUEUED:
                running = {"state": JobState.RUNNING.value}
                connection.execute(update(tables.job).where(tables.job.c.id == job.id).values(**running))
                connection.execute(update(tables.run).where(tables.run.c.id == run_id).values(**running))
                append_event(connection, run, "state", message=JobState.RUNNING.value)
            append_event(connection, run, "stage", stage=stage, language=language or None, message="begun")
            if mark is not None:
                _change(connection, run_id, language, state=mark.value)
            return Turn(job, run, outputs_of(connection, run), attempts - 1)

    def lost(self, run_id: str, stage: str, language: str) -> int:
        """How often a stage was begun and not ended: before it begins, how often it was lost."""
        with self._database.reading() as connection:
            same = _same_stage(run_id, stage, language)
            return connection.execute(select(tables.stage_attempt.c.attempts).where(same)).scalar() or 0

    def leave(self, run_id: str, stage: str, language: str) -> None:
        """A stage that was begun is left undone by a worker that goes: it is not lost by it."""
        t = tables.stage_attempt.c
        with self._database.transaction() as connection:
            same = _same_stage(run_id, stage, language)
            connection.execute(update(tables.stage_attempt).where(same).values(attempts=t.attempts - 1))

    def progress(
        self, run_id: str, stage: str, language: str, *, done: float, total: float, message: str | None = None
    ) -> None:
        """A stage has come this far.

        Raises:
            Superseded: it need not go on.
        """
        with self._database.transaction() as connection:
            _, run = _fenced(connection, run_id)
            kind = "progress" if message is None else "warning"
            where = {"stage": stage, "language": language or None}
            append_event(connection, run, kind, done=done, total=total, message=message, **where)

    def end(self, run_id: str, stage: str, language: str, *, made: Made | None = None) -> None:
        """A stage has ended, well or not, and its worker lives; what it has `made` is published.

        Raises:
            Superseded: as `begin`.
        """
        with self._database.transaction() as connection:
            _, run = _fenced(connection, run_id)
            _forget_attempts(connection, run_id, stage, language)
            append_event(connection, run, "stage", stage=stage, language=language or None, message="done")
            if made is not None:
                self._publish(connection, run, language, made)

    def publish(self, run_id: str, language: str, made: Made) -> None:
        """One language is ready; the first to say so counts. With the last one the run ends.

        Raises:
            Superseded: as `begin`.
        """
        with self._database.transaction() as connection:
            self._publish(connection, _fenced(connection, run_id)[1], language, made)

    def fail(self, run_id: str, language: str, error: str) -> None:
        """One language has failed, or all that are not ready, where it is empty. With the last one the run ends.

        Raises:
            Superseded: as `begin`.
        """
        with self._database.transaction() as connection:
            self._fail(connection, _fenced(connection, run_id)[1], language, error)

    def bury(
        self, run_id: str, stage: str, language: str, reason: str, attempts: int, *, told: str | None = None
    ) -> None:
        """Give a stage up: it becomes a dead letter, and its languages fail, for the `reason` or what is told of it.

        Raises:
            Superseded: as `begin`.
        """
        with self._database.transaction() as connection:
            job, run = _fenced(connection, run_id)
            letter = {
                "run_id": run_id, "stage": stage, "language": language, "job_id": job.id, "merchant": job.merchant,
                "reason": reason, "attempts": attempts, "at": time.time(),
            }  # fmt: skip
            buried = _inserting(connection)(tables.dead_letter).values(**letter)
            connection.execute(buried.on_conflict_do_nothing())
            _forget_attempts(connection, run_id, stage, language)
            self._fail(connection, run, language, told or reason)

    def live(self, run_ids: Collection[str]) -> set[str]:
        """Those of `run_ids` that are to go on."""
        t = tables.run.c
        query = select(t.id).where(t.id.in_(run_ids), t.finished_at.is_(None))
        with self._database.reading() as connection:
            return set(connection.execute(query).scalars())

    def unqueued(self, *, older: float) -> tuple[Run, ...]:
        """Runs that nobody has enqueued since `older` seconds: who made them was stopped in between."""
        t = tables.run.c
        query = select(tables.run).where(t.enqueued == 0, t.finished_at.is_(None), t.created_at < time.time() - older)
        with self._database.reading() as connection:
            return tuple(run_from(row) for row in connection.execute(query))

    def silent(self, *, since: float) -> tuple[Run, ...]:
        """Enqueued runs that are not over and of which nothing was heard for `since` seconds."""
        t, j = tables.run.c, tables.job.c
        query = (
            select(tables.run)
            .join(tables.job, j.id == t.job_id)
            .where(t.finished_at.is_(None), t.enqueued == 1, j.updated_at < time.time() - since)
        )
        with self._database.reading() as connection:
            return tuple(run_from(row) for row in connection.execute(query))

    def enqueued(self, run_id: str) -> None:
        """The queue has the run."""
        with self._database.transaction() as connection:
            connection.execute(update(tables.run).where(tables.run.c.id == run_id).values(enqueued=1))

    def find(self, run_id: str) -> tuple[Job, Run] | None:
        """A run and its job."""
        with self._database.reading() as connection:
            row = connection.execute(select(tables.run).where(tables.run.c.id == run_id)).one_or_none()
            job = find_job(connection, row.merchant, row.job_id) if row else None
            return (job, run_from(row)) if row and job else None

    def dead(self, *, merchant: str | None = None) -> tuple[DeadLetter, ...]:
        """Stages that were given up in the newest run of a job, oldest first; of all merchants by default."""
        t, r, j = tables.dead_letter.c, tables.run.c, tables.job.c
        query = (
            select(tables.dead_letter)
            .join(tables.run, r.id == t.run_id)
            .join(tables.job, (j.id == t.job_id) & (j.generation == r.generation))
            .order_by(t.at)
        )
        if merchant is not None:
            query = query.where(t.merchant == merchant)
        with self._database.reading() as connection:
            return tuple(letter_from(row) for row in connection.execute(query))

    def _publish(self, connection: Connection, run: Run, language: str, made: Made) -> None:
        values = {
            "state": OutputState.READY.value, "artifact": made.artifact, "video": made.video,
            "size_bytes": made.size_bytes, "sha256": made.sha256, "duration": made.duration, "error": None,
        }  # fmt: skip
        if _change(connection, run.id, language, **values):
            append_event(connection, run, "output", language=language, message=OutputState.READY.value)
        self._end_if_done(connection, run)

    def _fail(self, connection: Connection, run: Run, language: str, error: str) -> None:
        waiting = [output.language for output in outputs_of(connection, run) if not output.state.terminal]
        for code in [language] if language else waiting:
            if _change(connection, run.id, code, state=OutputState.FAILED.value, error=error):
                append_event(connection, run, "output", language=code, message=f"failed: {error}")
        self._end_if_done(connection, run)

    def _end_if_done(self, connection: Connection, run: Run) -> None:
        outputs = outputs_of(connection, run)
        if any(not output.state.terminal for output in outputs):
            return
        ready = sum(output.state is OutputState.READY for output in outputs)
        state = JobState.SUCCEEDED if ready == len(outputs) else JobState.PARTIAL if ready else JobState.FAILED
        errors = dict.fromkeys(output.error for output in outputs if output.error)
        end_run(connection, run, state, "; ".join(errors) or None, self._at_end)


def _fenced(connection: Connection, run_id: str) -> tuple[Job, Run]:
    """The run and its job, which stays as it is until the transaction ends."""
    row = connection.execute(select(tables.run).where(tables.run.c.id == run_id)).one_or_none()
    job = find_job(connection, row.merchant, row.job_id, lock=True) if row else None
    if row is None or job is None:
        raise Superseded(f"{run_id} is gone")
    if job.state.terminal or job.generation != row.generation:
        raise Superseded(f"{run_id} is {'replaced' if job.generation != row.generation else job.state.value}")
    return job, run_from(row)


def _change(connection: Connection, run_id: str, language: str, **values: object) -> bool:
    """Whether an output that was not over was changed."""
    t = tables.output.c
    still = (t.run_id == run_id) & (t.language == language) & t.state.not_in(OVER)
    return bool(connection.execute(update(tables.output).where(still).values(**values)).rowcount)


def _forget_attempts(connection: Connection, run_id: str, stage: str, language: str) -> None:
    connection.execute(delete(tables.stage_attempt).where(_same_stage(run_id, stage, language)))


def _same_stage(run_id: str, stage: str, language: str) -> ColumnElement[bool]:
    t = tables.stage_attempt.c
    return (t.run_id == run_id) & (t.stage == stage) & (t.language == language)


def _inserting(connection: Connection) -> type[sqlite.Insert] | type[postgresql.Insert]:
    """The statement that knows what to do where a row is there already."""
    return sqlite.Insert if connection.dialect.name == "sqlite" else postgresql.Insert
