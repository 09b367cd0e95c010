"""A worker: takes stages from the queue, and looks after those that were lost with another one."""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from prometheus_client import CollectorRegistry

from pitchgen.core.errors import InputError, StorageError
from pitchgen.core.hosting import Hosting
from pitchgen.core.service import Job, Priority
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.executor import Executor
from pitchgen.edges.service.leases import Lease, Sweeper, executor_name
from pitchgen.edges.service.queue import CPU, GPU, QUEUES, Queue, Task, migrate_queue, queue_name
from pitchgen.edges.service.queue import GRAPH as VERSION
from pitchgen.edges.service.records import AtEnd
from pitchgen.edges.service.runs import Runs, Superseded
from pitchgen.recipes.service.bench import Bench
from pitchgen.recipes.service.measures import Measures
from pitchgen.recipes.service.workflow import FIRST, GRAPH, bind

WATCH = 1.0  # seconds between looks at whether what is worked on is still wanted
SILENT = 3  # times to live without a word of a run, until it is asked whether the queue still has it
PARTING = 10.0  # seconds to write down what becomes of stages that were ended
LOCAL = "local"  # name of the one executor of a service in one process, which finds its own work when it starts again
ROLES = {
    "gpu": tuple(queue_name(GPU, priority) for priority in Priority),
    "gpu-interactive": (queue_name(GPU, Priority.INTERACTIVE),),
    "cpu": tuple(queue_name(CPU, priority) for priority in Priority),
    "cpu-interactive": (queue_name(CPU, Priority.INTERACTIVE),),
    "orch": (),
    "all": QUEUES,
}
"""What a worker may take, by the word of the command line. All of them also look after those that are lost."""


log = logging.getLogger(__name__)


def submit(runs: Runs, queue: Queue, job: Job, run_id: str, *, attempt: int = 1) -> None:
    """Have a new run begun; where this fails, a sweeper does it later.

    Raises:
        StorageError: the queue cannot be reached.
    """
    try:
        task = Task(run_id, FIRST, "", attempt)
        queue.submit(task, job.merchant, resource=GRAPH[FIRST].resource, priority=job.request.priority)
    except Exception as error:  # the library's errors have no common ancestor
        raise StorageError(f"{run_id}: cannot be enqueued now: {error}") from error
    runs.enqueued(run_id)


def migrate(hosting: Hosting) -> None:
    """Make or renew all tables.

    Raises:
        StorageError: the database cannot be reached.
    """
    database = Database.open(hosting.database_url)
    database.migrate()
    database.close()
    migrate_queue(hosting)


def locked(state: Path) -> IO[str]:
    """The lock of a state folder, held until it is closed.

    Raises:
        StorageError: another process holds it: two would take each other's work for lost.
    """
    state.mkdir(parents=True, exist_ok=True)
    file = (state / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise StorageError(
            f"{state}: another pitchgen serves from this folder; stop it, or take another --state"
        ) from None
    return file


class Worker:
    """One process that works on stages: beside the API where the service is embedded, or alone."""

    def __init__(
        self, hosting: Hosting, roles: Sequence[str] = ("all",), *, at_end: Sequence[AtEnd] = (),
        version: str = VERSION, registry: CollectorRegistry | None = None,
    ) -> None:  # fmt: skip
        """Open what it needs; nothing runs yet. Its numbers go to `registry`, by default one of its own.

        Raises:
            InputError: an unknown role, or tables of another version.
            StorageError: the database cannot be reached, or another process serves from the state folder.
        """
        unknown = [role for role in roles if role not in ROLES]
        if unknown:
            raise InputError(f"{unknown[0]!r}: a worker takes {', '.join(ROLES)}")
        self._lock = locked(hosting.state) if hosting.embedded else None
        self.hosting = hosting
        self.database = Database.open(hosting.database_url)
        if not self.database.current():
            raise InputError(f"{self.database.shown}: its tables are of another version; run: pitchgen service migrate")
        self.queue = Queue.open(hosting, version=version)
        self.runs = Runs(self.database, at_end=at_end)
        self.measures = Measures(registry)
        self.bench = Bench(hosting, self.runs, self.measures)
        wanted = {name for role in roles for name in ROLES[role]}
        self._queues = tuple(sorted(wanted, key=QUEUES.index))
        self._executor = Executor(
            hosting, LOCAL if hosting.embedded else executor_name("-".join(roles)), self.queue.hints, version=version
        )
        self._lease = None if hosting.embedded else Lease(
            self.database, hosting, self._executor.id, role=",".join(roles), version=version
        )  # fmt: skip
        self._sweeper = Sweeper(self.database, hosting, self.queue.owners)
        self._leaving = threading.Event()

    def start(self) -> None:
        """Work from now on, in threads of its own.

        Raises:
            StorageError: the database cannot be reached.
        """
        bind(self.bench, self._executor)
        if self._lease:
            self._lease.hold()
        self._executor.launch(self._queues, self.bench.slots.counts, poll=self.hosting.poll)
        threading.Thread(target=self._watch, name="watch", daemon=True).start()
        threading.Thread(target=self._sweep, name="sweep", daemon=True).start()

    def unready(self) -> str | None:
        """Why it takes no work; None where it does.

        Raises:
            StorageError: the database cannot be reached.
        """
        if self._leaving.is_set():
            return "it leaves"
        return None if self.database.current() else "the tables are of another version; run: pitchgen service migrate"

    def drain(self) -> None:
        """Take nothing more, let what is at work end within the time, and give what is left to others."""
        self._leaving.set()
        self._executor.stop()
        self.bench.slots.close()
        self._idle(within=self.hosting.drain)
        self.bench.slots.kill()
        self._idle(within=PARTING)
        time.sleep(0.5)  # for the last ones to enqueue what follows
        self._executor.recover([self._executor.id])
        if self._lease:
            self._lease.release()

    def close(self) -> None:
        """Let go of everything: for tests, whose process goes on."""
        self._executor.destroy()
        self.queue.close()
        self.database.close()
        if self._lock:
            self._lock.close()

    def run(self) -> None:
        """Work until the process is asked to end, then drain."""
        asked = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: asked.set())
        self.start()
        log.info("%s works on %s", self._executor.id, ", ".join(self._queues) or "nothing but what is lost")
        asked.wait()
        log.info("%s leaves when its stages have ended", self._executor.id)
        self.drain()
        os._exit(0)  # threads of the queue that wait for it would hold the process

    def _idle(self, *, within: float) -> None:
        end = time.monotonic() + within
        while time.monotonic() < end and not self.bench.slots.idle:
            time.sleep(0.1)

    def _watch(self) -> None:
        while not self._leaving.wait(min(WATCH, self.hosting.beat)):
            try:
                self.bench.watch()
            except Exception as error:  # a database that is away for now, in whichever words
                log.warning("cannot ask what is still wanted: %s", error)

    def _sweep(self) -> None:
        while not self._leaving.wait(self.hosting.beat):
            try:
                self.sweep()
            except Exception as error:  # a database that is away for now, in whichever words
                log.warning("cannot look after what is lost: %s", error)

    def sweep(self) -> None:
        """Give the work of those that are gone to others, and runs to the queue that it does not know."""
        if self._lease:
            gone = self._sweeper.gone()
            if gone:
                recovered = self._executor.recover(gone)
                self.measures.recovered.inc(recovered)
                log.warning("%d stages of %s go to others", recovered, ", ".join(gone))
        for run in self.runs.unqueued(older=self.hosting.beat):
            if found := self.runs.find(run.id):
                submit(self.runs, self.queue, found[0], run.id)
        for run in self.runs.silent(since=SILENT * self.hosting.ttl):
            if (found := self.runs.find(run.id)) and not self.queue.active(run.id):
                self._begin_again(found[0], run.id)

    def _begin_again(self, job: Job, run_id: str) -> None:
        """Enqueue a run that the queue has lost, or give it up where that does not help."""
        of = {"merchant": job.merchant, "job": job.id}
        begun = self.queue.attempts(run_id, FIRST)
        if begun > self.hosting.retries + self.hosting.crashes:
            log.error("%s was lost by the queue, and is given up", run_id, extra=of)
            with suppress(Superseded):
                self.runs.bury(run_id, FIRST, "", f"was begun {begun} times and lost each time", begun)
        else:
            log.error("%s was lost by the queue, and begins again", run_id, extra=of)
            submit(self.runs, self.queue, job, run_id, attempt=begun + 1)
