"""This process, as one that works on stages: it takes what it has room for, merchants in turn, as soon as there is any.

The loop of DBOS looks at fixed times, holds work that others are idle for, and takes merchants at random: of the end of
a short queue that cost four workers a sixth. Ours claims by the same statements, and keeps DBOS' own from it.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Iterable, Mapping, Sequence

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, Queue
from dbos._core import execute_dequeued_workflow
from dbos._utils import INTERNAL_QUEUE_NAME, generate_uuid
from sqlalchemy import text

from pitchgen.core.hosting import Hosting
from pitchgen.edges.service.database import CONNECT, POOL
from pitchgen.edges.service.hints import Hints
from pitchgen.edges.service.queue import APPLICATION, GRAPH, QUEUES, queue_url, resource_of

THREADS = 64  # more than a worker's stages
UNUSED = 60.0  # seconds between DBOS' looks into a queue of its own, which none of ours comes into
STARTING = 30.0  # seconds for a stage that was taken to begin, or its place is somebody else's
log = logging.getLogger(__name__)


class Executor:
    """Takes stages from the queue: there is one in a process."""

    def __init__(self, hosting: Hosting, executor_id: str, hints: Hints, *, version: str = GRAPH) -> None:
        self.id, self._version, self._hints = executor_id, version, hints
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": queue_url(hosting),
            "application_version": version,
            "executor_id": executor_id,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "CRITICAL",  # it tells of every lost connection at length; what matters we tell
            "console_log_level": "CRITICAL",
            "run_migrations": False,
            "sys_db_pool_size": POOL,
            "max_executor_threads": THREADS,
        }
        if not hosting.embedded:
            config["db_engine_kwargs"] = {"connect_args": dict(CONNECT)}
        self._dbos = DBOS(config=config)
        self._queues: dict[str, Queue] = {}
        self._taken: tuple[str, ...] = ()
        self._places: dict[str, int] = {}
        self._due: set[str] = set()
        self._next = 0.0  # when to look into all queues
        self._held: dict[str, tuple[str, float]] = {}  # workflow -> its resource, and when it was taken
        self._turns: dict[tuple[str, str], float] = {}  # queue and partition -> when it had its last turn
        self._lock = threading.Lock()
        self._rung, self._leaving, self._doubtful = threading.Event(), threading.Event(), False

    def launch(self, queues: Sequence[str], places: Mapping[str, int], *, poll: float) -> None:
        """Take work from `queues`, those first that are named first; `places` says how many stages of a resource."""
        self._places = dict(places)
        DBOS.listen_queues([])
        self._dbos._registry.get_internal_queue()._polling_interval_sec = UNUSED
        DBOS.launch()
        for name in QUEUES:  # of which a claim takes one stage
            self._queues[name] = DBOS.register_queue(name, worker_concurrency=1, partition_worker_concurrency=1)
        self._taken = tuple(queues)
        if queues:
            self._hints.listen(self._hear)
            threading.Thread(target=self._take, args=(poll,), name="take", daemon=True).start()

    def left(self, workflow: str) -> None:
        """A stage has left its place."""
        with self._lock:
            resource, _ = self._held.pop(workflow, ("", 0.0))
        self._ring(name for name in self._taken if resource_of(name) == resource)

    def tell(self, queue: str) -> None:
        """There is more work in a queue, for this process or for another."""
        self._hints.tell(queue)

    @staticmethod
    def recover(executor_ids: Sequence[str]) -> int:
        """Give the work of executors that are gone to whoever takes it; how much that was."""
        return len(DBOS._recover_pending_workflows(list(executor_ids)))

    def stop(self) -> None:
        """Take no more work; what is at work goes on."""
        self._leaving.set()
        self._rung.set()
        for event in self._dbos.background_thread_stop_events:
            event.set()

    def destroy(self) -> None:
        """Let go of everything: for tests, which run several in a process, one after the other."""
        self.stop()
        DBOS.destroy()

    def _hear(self, queue: str, partition: str) -> None:
        if partition:
            self._turns[queue, partition] = time.monotonic()
        else:
            self._ring([queue] if queue else self._taken)

    def _ring(self, queues: Iterable[str]) -> None:
        """Look into some queues at once."""
        with self._lock:
            self._due.update(queues)
        self._rung.set()

    def _where(self, poll: float) -> list[str]:
        """The queues to look into now: those it was told of, and, when it is time again, all."""
        self._rung.wait(max(0.0, self._next - time.monotonic()))
        self._rung.clear()
        with self._lock:
            due, self._due = self._due, set()
        if time.monotonic() < self._next:
            return [name for name in self._taken if name in due]
        self._next = time.monotonic() + poll * random.uniform(0.9, 1.1)  # so that workers do not look all at once
        return list(self._taken)

    def _take(self, poll: float) -> None:
        while not self._leaving.is_set():
            try:
                queues = self._where(poll)
                self._tidy()
                for name in queues:
                    self._look(name)
            except Exception as error:  # the database is away for now, in whichever words
                self._doubtful, self._next = True, 0.0
                log.warning("cannot look for work: %s", error)
                self._leaving.wait(poll)

    def _look(self, name: str) -> None:
        """Take from one queue while there is room; who waits longest for a turn is first."""
        if not self._room(name):
            return
        keys = self._waiting(name)
        random.shuffle(keys)
        for key in sorted(keys, key=lambda key: self._turns.get((name, key), 0.0)):
            if not self._room(name):
                return
            if self._claim(name, key):
                self._hints.tell(name, key)
            self._turns[name, key] = time.monotonic()

    def _waiting(self, name: str) -> list[str]:
        """Partitions of which something waits: one seek in the index for each, however much waits."""
        engine = self._dbos._sys_db.engine
        table = "workflow_status" if engine.dialect.name == "sqlite" else "dbos.workflow_status"
        least = (
            f"SELECT min(queue_partition_key) FROM {table} WHERE queue_name = :queue AND status = 'ENQUEUED' "
            "AND status IN ('ENQUEUED', 'PENDING') AND queue_partition_key IS NOT NULL"
        )
        query = (
            f"WITH RECURSIVE waiting(key) AS ({least} UNION ALL "
            f"SELECT ({least} AND queue_partition_key > waiting.key) FROM waiting WHERE waiting.key IS NOT NULL) "
            "SELECT key FROM waiting WHERE key IS NOT NULL"
        )
        with engine.begin() as connection:
            return list(connection.execute(text(query), {"queue": name}).scalars())

    def _room(self, name: str) -> int:
        resource = resource_of(name)
        with self._lock:
            held = sum(one == resource for one, _ in self._held.values())
        return 0 if self._leaving.is_set() else self._places[resource] - held

    def _claim(self, name: str, key: str) -> bool:
        """Have one stage begun; whether there was one that no other worker took meanwhile."""
        system, owner = self._dbos._sys_db, generate_uuid()
        claimed, _ = system.start_queued_workflows(self._queues[name], self.id, self._version, key, owner_xid=owner)
        for workflow in claimed:
            with self._lock:
                self._held[workflow] = (resource_of(name), time.monotonic())
            try:
                if (status := system.get_workflow_status(workflow)) is not None:
                    execute_dequeued_workflow(self._dbos, status, owner)
            except Exception:
                with self._lock:
                    del self._held[workflow]  # so that it is seen to be nobody's, and goes back
                raise
        return bool(claimed)

    def _tidy(self) -> None:
        """Give back what was claimed while the database went away and nobody works on; free the places of such."""
        late = time.monotonic() - STARTING
        with self._lock:
            active = set(self._dbos._active_workflows_set.activeList())
            self._held = {one: held for one, held in self._held.items() if one in active or held[1] > late}
        if not self._doubtful:
            return
        system = self._dbos._sys_db
        for found in system.get_pending_workflows(self.id, self._version):
            with self._lock:
                at_work = {*self._held, *self._dbos._active_workflows_set.activeList()}
            if found.workflow_id not in at_work:
                system.reenqueue_for_recovery(found.workflow_id, [self.id], INTERNAL_QUEUE_NAME)
        self._doubtful = False
