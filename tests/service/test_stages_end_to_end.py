"""One job from end to end, on SQLite in one process and on Postgres: the same code."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hosted import PATIENCE, Service, short, until

from pitchgen.core.errors import InputError
from pitchgen.core.service import JobState, OutputState, Priority
from pitchgen.recipes.service import standins
from pitchgen.recipes.service.platform import AT_END
from pitchgen.recipes.service.worker import Worker


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    url = request.getfixturevalue("postgres").fresh() if request.param == "postgres" else None
    service = Service(short(folder / "state", url), folder)
    service.start()
    yield service
    service.close()


def test_jobs_of_every_kind(service: Service, tmp_path: Path) -> None:
    sound = service.order("mer_a", ("en", "fr", "ru"))
    partial = service.order("mer_b", standin="fail:make:fr")
    failed = service.order("mer_b", standin="fail:tell")
    passing = service.order("mer_c", standin="passing:hear", mark=str(tmp_path))
    poison = service.order("mer_c", priority=Priority.INTERACTIVE, standin="crash:speak:en")
    jobs = [sound, partial, failed, passing, poison]
    service.settle(jobs)
    service.check(jobs)
    states = [service.state(job) for job in jobs]
    assert states == [JobState.SUCCEEDED, JobState.PARTIAL, JobState.FAILED, JobState.SUCCEEDED, JobState.PARTIAL]
    assert [o.error for o in service.jobs.outputs("mer_b", partial.id)] == [None, "standins.py: make was told to fail"]
    assert f"{Path(standins.__file__)}: make was told to fail" in service.told(), "its operator learns all"
    letters = service.runs.dead()
    assert [(found.job_id, found.stage, found.language) for found in letters] == [(poison.id, "speak", "en")]
    assert "took its process with it" in letters[0].reason


def test_of_a_bug_and_of_a_storage_that_fails_a_merchant_learns_no_more_than_that(service: Service) -> None:
    bug = service.order("mer_a", ("en",), standin="bug:hear")
    service.settle([bug])
    (output,) = service.jobs.outputs("mer_a", bug.id)
    assert output.error == "something is wrong with the service; tell its operator the id of the job"
    assert "RuntimeError: " in service.told()


def test_cancelled_then_made(service: Service) -> None:
    job = service.order("mer_a", standin="sleep:speak:30")
    until(lambda: service.begun(job, "speak"), told=service.told)
    service.jobs.cancel("mer_a", job.id)
    other = service.order("mer_b")  # the place is free for it at once
    service.settle([other], within=25)
    assert {o.state for o in service.jobs.outputs("mer_a", job.id)} == {OutputState.CANCELLED}
    service.check([job, other])


def test_unknown_role(service: Service) -> None:
    with pytest.raises(InputError, match="'tpu': a worker takes gpu"):
        Worker(service.hosting, ["tpu"])


def test_asked_to_leave(service: Service) -> None:
    job = service.order("mer_a", standin="sleep:make:1")
    until(lambda: service.begun(job, "make"), told=service.told)
    worker = service.workers[-1]
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE) == 0
    service.start()
    service.settle([job])
    service.check([job])


def test_what_is_lost_each_time_is_given_up(tmp_path: Path) -> None:
    """A run of which nothing is ever heard ends as a dead letter, and not as one that begins for ever."""
    service = Service(replace(short(tmp_path / "state"), ttl=0.0), tmp_path)
    job = service.order("mer_a", ("en",))
    run_id = service.jobs.outputs("mer_a", job.id)[0].run_id
    worker = Worker(service.hosting, at_end=AT_END)
    begun = 0
    while not service.over([job]):
        service.queue.cancel(run_id)  # as if its workflow had ended in an error
        time.sleep(0.01)
        worker.sweep()
        begun += 1
    assert begun == service.hosting.retries + service.hosting.crashes + 1
    (letter,) = service.runs.dead()
    assert (letter.stage, letter.attempts) == ("hear", begun)
    service.check([job])
    worker.close()
    service.close()
