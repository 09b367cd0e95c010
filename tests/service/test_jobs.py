"""Jobs in the database: made once, seen by their merchant alone, cancelled, tried again."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest
from sqlalchemy import Connection, insert, update

from pitchgen.core.errors import Conflict, InputError
from pitchgen.core.service import Job, JobRequest, JobState, OutputState, Priority, Run
from pitchgen.edges.service import tables
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.jobs import Jobs

REQUEST = JobRequest("vid_1", ("en", "fr"), priority=Priority.BATCH, settings={"captions": "burn"})


@pytest.fixture
def jobs(database: Database) -> Jobs:
    with database.transaction() as connection:
        rows = [{"id": f"mer_{n}", "name": n, "created_at": time.time()} for n in ("a", "b")]
        connection.execute(insert(tables.merchant), rows)
    return Jobs(database)


def test_made(jobs: Jobs) -> None:
    job = jobs.create("mer_a", REQUEST)
    assert jobs.get("mer_a", job.id) == replace(job, updated_at=jobs.get("mer_a", job.id).updated_at)  # type: ignore[union-attr]
    assert job.request == REQUEST
    assert (job.state, job.generation) == (JobState.QUEUED, 1)
    assert [(o.language, o.state) for o in jobs.outputs("mer_a", job.id)] == [
        ("en", OutputState.WAITING), ("fr", OutputState.WAITING),
    ]  # fmt: skip
    assert [(e.number, e.kind) for e in jobs.events("mer_a", job.id)] == [(1, "created")]
    assert jobs.active("mer_a") == 1


def test_of_another_merchant(jobs: Jobs) -> None:
    job = jobs.create("mer_a", REQUEST)
    assert jobs.get("mer_b", job.id) is None
    assert jobs.cancel("mer_b", job.id) is None
    assert jobs.retry("mer_b", job.id) is None
    assert jobs.outputs("mer_b", job.id) == ()
    assert jobs.events("mer_b", job.id) == ()
    assert jobs.list("mer_b").items == ()
    with pytest.raises(InputError, match="is no cursor of these jobs"):
        jobs.list("mer_b", cursor=job.id)
    assert jobs.get("mer_a", job.id).state is JobState.QUEUED  # type: ignore[union-attr]


def test_the_same_key_is_the_same_job(jobs: Jobs) -> None:
    job = jobs.create("mer_a", REQUEST, idempotency_key="k")
    assert jobs.create("mer_a", REQUEST, idempotency_key="k").id == job.id
    assert jobs.create("mer_b", REQUEST, idempotency_key="k").id != job.id
    with pytest.raises(Conflict, match=f"was used for {job.id}, which is another request"):
        jobs.create("mer_a", replace(REQUEST, languages=("en",)), idempotency_key="k")


def test_the_same_key_at_once(jobs: Jobs) -> None:
    made: list[Job] = []
    threads = [
        threading.Thread(target=lambda: made.append(jobs.create("mer_a", REQUEST, idempotency_key="k")))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6
    assert len({job.id for job in made}) == 1
    assert len(jobs.list("mer_a").items) == 1


@pytest.mark.parametrize("languages", [(), ("en", "en")])
def test_languages_are_named_once(jobs: Jobs, languages: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="at least one"):
        jobs.create("mer_a", replace(REQUEST, languages=languages))


def test_no_such_merchant(jobs: Jobs) -> None:
    with pytest.raises(InputError, match="mer_c: no such merchant"):
        jobs.create("mer_c", REQUEST)


def test_pages(jobs: Jobs) -> None:
    made = [jobs.create("mer_a", REQUEST).id for _ in range(5)]
    jobs.create("mer_b", REQUEST)
    seen, cursor = [], None
    for count in (2, 2, 1):
        page = jobs.list("mer_a", cursor=cursor, limit=2)
        assert len(page.items) == count
        seen += [job.id for job in page.items]
        cursor = page.next_cursor
    assert cursor is None
    assert seen == made[::-1]
    jobs.cancel("mer_a", made[0])
    assert [job.id for job in jobs.list("mer_a", state=JobState.CANCELLED).items] == made[:1]


def test_cancelled_and_tried_again(database: Database, jobs: Jobs) -> None:
    ended: list[tuple[str, int, JobState]] = []

    def owe(connection: Connection, job: Job, run: Run) -> None:
        ended.append((job.id, run.generation, run.state))

    jobs = Jobs(database, at_end=[owe])
    job = jobs.create("mer_a", REQUEST)
    with pytest.raises(Conflict, match="is queued"):
        jobs.retry("mer_a", job.id)
    with database.transaction() as connection:  # as a worker does
        ready = {"state": "ready", "artifact": "outputs/x", "video": "en.mp4", "size_bytes": 3}
        connection.execute(update(tables.output).where(tables.output.c.language == "en").values(**ready))
    assert jobs.cancel("mer_a", job.id).state is JobState.CANCELLED  # type: ignore[union-attr]
    assert jobs.cancel("mer_a", job.id).finished_at is not None  # type: ignore[union-attr]
    assert [o.state for o in jobs.outputs("mer_a", job.id)] == [OutputState.READY, OutputState.CANCELLED]
    assert ended == [(job.id, 1, JobState.CANCELLED)]
    run = jobs.retry("mer_a", job.id)
    assert run is not None
    assert run.generation == 2
    again = jobs.get("mer_a", job.id)
    assert again is not None
    assert (again.state, again.generation, again.finished_at) == (JobState.QUEUED, 2, None)
    assert [(o.state, o.artifact, o.run_id) for o in jobs.outputs("mer_a", job.id)] == [
        (OutputState.READY, "outputs/x", run.id), (OutputState.WAITING, None, run.id),
    ]  # fmt: skip
    assert [e.kind for e in jobs.events("mer_a", job.id)] == ["created", "state", "retried"]
    assert [e.number for e in jobs.events("mer_a", job.id, after=1)] == [2, 3]


def test_events_of_many_writers_have_no_gap(database: Database, jobs: Jobs) -> None:
    from pitchgen.edges.service.records import append_event, newest_run

    job = jobs.create("mer_a", REQUEST)
    with database.reading() as connection:
        run = newest_run(connection, job)

    def write() -> None:
        for _ in range(10):
            with database.transaction() as connection:
                append_event(connection, run, "progress")

    threads = [threading.Thread(target=write) for _ in range(4)]
    seen = [e.number for e in jobs.events("mer_a", job.id)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):  # as a listener does
        seen += [e.number for e in jobs.events("mer_a", job.id, after=seen[-1])]
    seen += [e.number for e in jobs.events("mer_a", job.id, after=seen[-1])]
    assert seen == list(range(1, 42))
