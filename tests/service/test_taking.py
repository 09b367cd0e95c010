"""When a worker takes what, and how much: at once, as much as it has room for, and merchants in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hosted import Service, short, until
from postgres import Postgres

from pitchgen.core.service import JobState
from pitchgen.edges.service import executor
from pitchgen.recipes.service.platform import AT_END
from pitchgen.recipes.service.worker import Worker

FAR = 300.0  # seconds between looks that nobody asks for: a test in which one is needed fails


@pytest.fixture
def service(postgres: Postgres, tmp_path: Path) -> Iterator[Service]:
    service = Service(replace(short(tmp_path / "state", postgres.fresh()), poll=FAR, ttl=20.0), tmp_path)
    yield service
    service.close()


def test_what_is_enqueued_is_taken_at_once_whoever_enqueues_it(service: Service) -> None:
    """By this process for the one that hears, by that for the one that makes files, and by each for itself."""
    service.start("gpu")
    service.start("cpu")
    job = service.order("mer_a")
    service.settle([job])
    assert service.state(job) is JobState.SUCCEEDED


def test_a_worker_takes_what_it_has_room_for(service: Service) -> None:
    """What it held beside that, another one would be idle for."""
    jobs = [service.order(f"mer_{name}", ("en",), standin="sleep:hear:3") for name in "abc"]
    service.start("gpu")
    until(lambda: any(service.begun(job, "hear") for job in jobs), told=service.told)
    assert {depth.queue: depth.waiting for depth in service.queue.depth()}["gpu-batch"] == 2
    service.start("gpu")
    until(lambda: sum(service.begun(job, "hear") for job in jobs) == 2, told=service.told)


def test_merchants_take_turns(service: Service) -> None:
    large = [service.order("mer_a", ("en",)) for _ in range(6)]
    small = service.order("mer_b", ("en",))
    service.start("gpu")
    until(lambda: service.begun(small, "speak"), told=service.told)
    events = [(event, job) for job in [*large, small] for event in service.events(job) if event.message == "begun"]
    began = [job.merchant for _, job in sorted(events, key=lambda pair: pair[0].at)]
    first, last = began.index("mer_b"), len(began) - 1 - began[::-1].index("mer_b")
    assert began[first : last + 1] == ["mer_b", "mer_a", "mer_b", "mer_a", "mer_b"]
    assert first <= 1, "who never had a turn is first"


def test_what_was_claimed_and_could_not_begin_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the database goes away between the claim and the beginning: else it would be this worker's for ever."""
    service = Service(short(tmp_path / "state"), tmp_path)
    begin, failed = executor.execute_dequeued_workflow, list[str]()

    def fail_once(dbos: Any, status: Any, owner: str) -> Any:
        if not failed:
            failed.append(status["workflow_uuid"])
            raise OSError("the connection is lost")
        return begin(dbos, status, owner)

    monkeypatch.setattr(executor, "execute_dequeued_workflow", fail_once)
    job = service.order("mer_a", ("en",))
    worker = Worker(service.hosting, at_end=AT_END)
    worker.start()
    service.settle([job])
    assert failed == [f"{service.jobs.outputs('mer_a', job.id)[0].run_id}/hear/-/1"]
    assert service.state(job) is JobState.SUCCEEDED
    worker.drain()
    worker.close()
    service.close()
