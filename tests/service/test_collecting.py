"""What is thrown away, and what stays because a live output needs it; the operator's commands."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hosted import Service, short
from sqlalchemy import update
from typer.testing import CliRunner

from pitchgen.core.service import JobRequest
from pitchgen.edges.service import tables
from pitchgen.edges.service.records import newest_run
from pitchgen.edges.service.runs import Made
from pitchgen.recipes.service.collecting import DAY, collect
from pitchgen.shells.cli import app


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(short(tmp_path / "state"), tmp_path)


def _aged(service: Service, key: str, days: float) -> None:
    service.objects.put(key, b"x")
    folder = service.objects.local
    assert folder is not None
    long_ago = time.time() - days * DAY
    os.utime(folder / key, (long_ago, long_ago))


def test_what_a_live_output_needs_stays(service: Service) -> None:
    job = service.jobs.create("mer_a", JobRequest("vid_1", ("en", "fr")))
    with service.database.reading() as connection:
        first = newest_run(connection, job)
    taken_over = f"outputs/mer_a/{first.id}/en/0123"
    service.runs.publish(first.id, "en", Made(taken_over, "en.mp4", 1, "x", 1.0))
    service.runs.fail(first.id, "fr", "it failed")
    second = service.jobs.retry("mer_a", job.id)
    assert second is not None
    _aged(service, f"{taken_over}/en.mp4", 90)  # of the first run, and the second one's
    _aged(service, f"{taken_over}/subtitles/en.srt", 90)
    _aged(service, f"outputs/mer_a/{first.id}/fr/4567/fr.mp4", 90)  # nobody's
    _aged(service, f"outputs/mer_a/{second.id}/fr/89ab/fr.mp4", 0)  # about to be said ready
    _aged(service, "store/mer_a/ab/ab.json", 90)  # she has a job at work
    _aged(service, "store/mer_b/ab/ab.json", 90)
    _aged(service, "store/mer_b/cd/cd.json", 1)
    done = collect(service.hosting, service.database, service.objects, service.queue)
    left = {found.key.partition("/fr/")[2] or found.key for found in service.objects.list("")}
    assert left == {
        f"{taken_over}/en.mp4", f"{taken_over}/subtitles/en.srt", "89ab/fr.mp4",
        "store/mer_a/ab/ab.json", "store/mer_b/cd/cd.json",
    }  # fmt: skip
    assert (done.jobs, done.files) == (0, 2)
    service.close()


def test_jobs_that_ended_long_ago(service: Service) -> None:
    old, new = (service.order("mer_a", ("en",)) for _ in range(2))
    for job in (old, new):
        service.jobs.cancel("mer_a", job.id)
    with service.database.transaction() as connection:
        long_ago = time.time() - 31 * DAY
        connection.execute(update(tables.job).where(tables.job.c.id == old.id).values(finished_at=long_ago))
    done = collect(service.hosting, service.database, service.objects, service.queue)
    assert (done.jobs, done.workflows) == (1, 1)
    assert service.jobs.get("mer_a", old.id) is None
    assert service.jobs.get("mer_a", new.id) is not None
    service.close()


def test_commands(service: Service) -> None:
    job = service.jobs.create("mer_a", JobRequest("vid_1", ("en",)))
    with service.database.reading() as connection:
        run = newest_run(connection, job)
    service.runs.bury(run.id, "speak", "en", "speak took its process with it 5 times", 5)
    state = ["--state", str(service.hosting.state)]
    runner = CliRunner()
    assert "those of this version" in runner.invoke(app, ["service", "migrate", *state]).output
    listed = runner.invoke(app, ["service", "dead", "--json", "--retry", *state])
    assert listed.exit_code == 0, listed.output
    assert "took its process with it 5 times" in listed.output
    found = service.jobs.get("mer_a", job.id)
    assert found is not None
    assert found.generation == 2
    assert sum(depth.waiting for depth in service.queue.depth()) == 1
    assert "0 jobs, 0 files" in runner.invoke(app, ["service", "gc", *state]).output
    service.close()
