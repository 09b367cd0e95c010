"""A service whose workers are processes that tests kill: stages are stand-ins, times are short."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import insert, select

from pitchgen.core.hosting import Hosting
from pitchgen.core.service import Event, Job, JobRequest, JobState, OutputState, Priority
from pitchgen.edges.service import tables
from pitchgen.edges.service.addresses import Addresses
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.jobs import Jobs
from pitchgen.edges.service.leases import GONE
from pitchgen.edges.service.objects import Objects
from pitchgen.edges.service.queue import GRAPH, Queue
from pitchgen.edges.service.records import newest_run
from pitchgen.edges.service.runs import Runs
from pitchgen.edges.service.webhooks import Courier
from pitchgen.recipes.service.platform import AT_END
from pitchgen.recipes.service.worker import migrate, submit

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 120.0  # seconds, of a machine that does other work; what is waited for takes a few
PROGRAM = """
import sys, logging, msgspec
from pitchgen.core.hosting import Hosting
from pitchgen.recipes.service.platform import AT_END
from pitchgen.recipes.service.worker import Worker
logging.basicConfig(level="INFO", format="%(asctime)s %(name)s %(message)s")
hosting = msgspec.json.decode(sys.argv[1], type=Hosting, dec_hook=lambda kind, value: kind(value))
Worker(hosting, sys.argv[2].split(","), at_end=AT_END, version=sys.argv[3]).run()
"""


class Inbox(ThreadingHTTPServer):
    """A merchant's server: what each message says takes effect once, by the id that it has."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.effects: dict[str, dict[str, str]] = {}
        self.came = 0
        self.silent = threading.Event()
        """While it is set, messages are taken and not answered."""
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"

    def runs_of(self, job: Job) -> list[str]:
        """The runs of a job whose end had an effect, one for each effect."""
        return [data["run_id"] for data in self.effects.values() if data["job_id"] == job.id]

    def close(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Inbox

    def do_POST(self) -> None:
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.came += 1
        self.server.effects.setdefault(self.headers["webhook-id"], message["data"])
        if self.server.silent.is_set():
            return
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


class Service:
    """The tables, the queue, and worker processes."""

    def __init__(self, hosting: Hosting, logs: Path) -> None:
        self.hosting, self.logs = hosting, logs
        migrate(hosting)
        self.database = Database.open(hosting.database_url)
        self.jobs = Jobs(self.database, at_end=AT_END)
        self.runs = Runs(self.database, at_end=AT_END)
        self.queue = Queue.open(hosting)
        self.objects = Objects.open(hosting.objects_url)
        self.inbox = Inbox()
        self.workers: list[subprocess.Popen[bytes]] = []
        self._again: dict[int, Callable[[], object]] = {}
        with self.database.transaction() as connection:
            rows = [{"id": f"mer_{n}", "name": n, "created_at": 0.0} for n in "abc"]
            connection.execute(insert(tables.merchant), rows)

    def start(self, roles: str = "all", *, version: str = GRAPH, **settings: Any) -> subprocess.Popen[bytes]:
        """A worker process, with settings of its own."""
        hosting = replace(self.hosting, **settings)
        log = (self.logs / f"worker-{len(self.workers)}.log").open("ab")
        encoded = msgspec.json.encode(hosting, enc_hook=str).decode()
        command = [sys.executable, "-c", PROGRAM, encoded, roles, version]
        with log:
            worker = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=log, stderr=log)
        self.workers.append(worker)
        self._again[worker.pid] = lambda: self.start(roles, version=version, **settings)
        return worker

    def supervise(self) -> None:
        """Start those again that were judged dead, as whoever runs workers has to: a busy machine starves them."""
        for worker in tuple(self.workers):
            if worker.poll() == GONE and (again := self._again.pop(worker.pid, None)):
                again()

    def order(
        self,
        merchant: str,
        languages: Sequence[str] = ("en", "fr"),
        priority: Priority = Priority.BATCH,
        **settings: str,
    ) -> Job:
        """A job that the queue has."""
        job = self.jobs.create(merchant, self.request(languages, priority, **settings))
        with self.database.reading() as connection:
            run = newest_run(connection, job)
        submit(self.runs, self.queue, job, run.id)
        return job

    def request(
        self, languages: Sequence[str] = ("en", "fr"), priority: Priority = Priority.BATCH, **settings: str
    ) -> JobRequest:
        return JobRequest("vid_1", tuple(languages), priority, settings=settings, webhook=self.inbox.url)

    def retry(self, job: Job) -> None:
        run = self.jobs.retry(job.merchant, job.id)
        assert run is not None
        submit(self.runs, self.queue, job, run.id)

    def state(self, job: Job) -> JobState:
        found = self.jobs.get(job.merchant, job.id)
        assert found is not None
        return found.state

    def settle(self, jobs: Sequence[Job], *, within: float = PATIENCE) -> None:
        """Wait until all are over."""

        def over() -> bool:
            self.supervise()
            return self.over(jobs)

        until(over, within, self.told)

    def over(self, jobs: Sequence[Job]) -> bool:
        return all(self.state(job).terminal for job in jobs)

    def begun(self, job: Job, stage: str) -> bool:
        """Whether a stage of the job has begun."""
        return any(event.kind == "stage" and event.stage == stage for event in self.events(job))

    def events(self, job: Job) -> tuple[Event, ...]:
        """All that happened to the job."""
        return self.jobs.events(job.merchant, job.id, limit=10_000)

    def check(self, jobs: Sequence[Job]) -> None:
        """The property: each job over, each output once and whole, each webhook once, nobody's seen by another."""
        courier = Courier(self.database, Addresses(inside=("127.0.0.1/32",)))
        while courier.deliver():
            pass
        for job in jobs:
            assert self.state(job).terminal, job.id
            events = self.events(job)
            assert [event.number for event in events] == list(range(1, len(events) + 1))
            outputs = self.jobs.outputs(job.merchant, job.id)
            assert sorted(o.language for o in outputs) == sorted(job.request.languages)
            for output in outputs:
                assert output.state.terminal
                assert output.merchant == job.merchant
                told = [
                    e for e in events if e.kind == "output" and e.language == output.language and e.message == "ready"
                ]
                if output.state is OutputState.READY:
                    assert len(told) == 1, f"{job.id} {output.language} was ready {len(told)} times"
                    content = f"{job.id} {output.language} ".encode() * 100
                    assert self.objects.read(f"{output.artifact}/{output.video}") == content
                    assert f"/{job.merchant}/" in f"/{output.artifact}/"
            r = tables.run.c
            with self.database.reading() as connection:
                ended = connection.execute(select(r.id).where(r.job_id == job.id, r.finished_at.is_not(None))).scalars()
                assert sorted(self.inbox.runs_of(job)) == sorted(ended), f"{job.id}: a message for each end, once"
            for other in {"mer_a", "mer_b", "mer_c"} - {job.merchant}:
                assert self.jobs.get(other, job.id) is None
                assert self.jobs.outputs(other, job.id) == ()
                assert self.jobs.events(other, job.id) == ()

    def told(self) -> str:
        return "\n".join(path.read_text()[-3000:] for path in sorted(self.logs.glob("worker-*.log")))

    def log(self, worker: subprocess.Popen[bytes]) -> str:
        """All that a worker said."""
        return (self.logs / f"worker-{self.workers.index(worker)}.log").read_text()

    def close(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGCONT)
                worker.kill()
            worker.wait()
        self.inbox.close()
        self.queue.close()
        self.database.close()


def until(done: Callable[[], bool], within: float = PATIENCE, told: Callable[[], str] = str) -> None:
    """Wait for something."""
    end = time.monotonic() + within
    while not done():
        assert time.monotonic() < end, f"not within {within} s\n{told()}"
        time.sleep(0.05)


def short(state: Path, database: str | None = None) -> Hosting:
    """Settings of tests."""
    return Hosting(
        state=state, database=database, poll=0.1, beat=0.3, ttl=2.0, backoff=0.1, drain=5.0, crashes=3,
        performer="pitchgen.recipes.service.standins:Standin",
    )  # fmt: skip
