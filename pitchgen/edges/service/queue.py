"""The port to the queue: DBOS, on a SQLite file beside ours or in the same Postgres. Nothing else knows it.

A workflow is one stage of one run, `run/stage/language/attempt`; what follows it is enqueued by it when it ends. DBOS
keeps it until it has ended, and refuses what a worker says that lost it to another.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from zlib import crc32

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from pitchgen.core.errors import StorageError
from pitchgen.core.hosting import Hosting
from pitchgen.core.service import Priority
from pitchgen.edges.service.database import engine_of
from pitchgen.edges.service.hints import Hints

APPLICATION = "pitchgen"
GRAPH = "graph-1"
"""Version of the stages and of what follows what: workers take only work of their own."""
STAGE = "stage"  # name of the workflow
PARTITIONS = 4096
"""Of merchants: each gets its turn. Who shares one with a shop that ordered a catalog waits for that, so they are many;
those in which something waits are listed at every look, and one for each of 17,000 took 278 ms."""
ACTIVE = ("ENQUEUED", "DELAYED", "PENDING")
RECOVERIES = 1000
"""Of one stage by DBOS: how often a stage may take its worker with it is counted by ourselves, and told."""

GPU, CPU = "gpu", "cpu"  # what a stage needs


@dataclass(frozen=True, slots=True)
class Task:
    """One stage of one run."""

    run_id: str
    stage: str
    language: str
    """Empty for a stage of all languages."""
    attempt: int = 1

    @property
    def id(self) -> str:
        """Of its workflow: the same task is enqueued once."""
        return f"{self.run_id}/{self.stage}/{self.language or '-'}/{self.attempt}"


@dataclass(frozen=True, slots=True)
class Depth:
    """What waits in one queue."""

    queue: str
    waiting: int
    oldest_seconds: float
    """Of the longest wait; 0 where nothing waits."""


def queue_name(resource: str, priority: Priority) -> str:
    """Where a stage waits: interactive work has queues of its own."""
    return resource if priority is Priority.INTERACTIVE else f"{resource}-batch"


def resource_of(queue: str) -> str:
    """What the stages of a queue need."""
    return queue.partition("-")[0]


QUEUES = tuple(queue_name(resource, priority) for priority in Priority for resource in (GPU, CPU))
"""Those that a person waits for first, as they are looked into."""


def partition(merchant: str) -> str:
    """Whom a merchant takes turns with."""
    return str(crc32(merchant.encode()) % PARTITIONS)


class Queue:
    """The queue, as those see it who work on nothing: the API, the command line, the sweeper."""

    def __init__(self, engine: Engine, *, version: str = GRAPH) -> None:
        self._engine, self._version = engine, version
        self.hints = Hints(engine)
        self._schema = "" if engine.dialect.name == "sqlite" else "dbos."
        self._client = DBOSClient(
            system_database_engine=engine,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
            lazy=True,
            retry_connection_errors=False,
        )

    @classmethod
    def open(cls, hosting: Hosting, *, version: str = GRAPH) -> Queue:
        """The queue of a service whose tables are made."""
        return cls(engine_of(queue_url(hosting)), version=version)

    def submit(self, task: Task, merchant: str, *, resource: str, priority: Priority) -> None:
        """Enqueue a task, once."""
        self._client.enqueue(
            {
                "workflow_name": STAGE,
                "queue_name": queue_name(resource, priority),
                "workflow_id": task.id,
                "app_version": self._version,
                "queue_partition_key": partition(merchant),
            },
            task.run_id,
            task.stage,
            task.language,
            task.attempt,
        )
        self.hints.tell(queue_name(resource, priority))

    def cancel(self, run_id: str) -> None:
        """Take what waits of a run out of the queue; what is at work sees for itself that the run is over."""
        waiting = self._ids("workflow_uuid LIKE :prefix AND status IN ('ENQUEUED', 'DELAYED')", prefix=f"{run_id}/%")
        if waiting:
            self._client.cancel_workflows(list(waiting))

    def depth(self) -> tuple[Depth, ...]:
        """How much waits in each queue, and for how long."""
        query = (
            f"SELECT queue_name, count(*), min(created_at) FROM {self._schema}workflow_status "
            "WHERE status = 'ENQUEUED' AND queue_name IS NOT NULL GROUP BY queue_name"
        )
        with self._engine.connect() as connection:
            found = {row[0]: (int(row[1]), row[2] / 1000) for row in connection.execute(text(query))}
        now = time.time()
        return tuple(
            Depth(name, found[name][0], max(0.0, now - found[name][1])) if name in found else Depth(name, 0, 0.0)
            for name in QUEUES
        )

    def active(self, run_id: str) -> bool:
        """Whether anything of a run waits or is at work."""
        return bool(self._ids("workflow_uuid LIKE :prefix AND status IN :active", prefix=f"{run_id}/%"))

    def attempts(self, run_id: str, stage: str) -> int:
        """How many workflows there were for a stage of all languages."""
        return len(self._ids("workflow_uuid LIKE :prefix", prefix=f"{run_id}/{stage}/-/%"))

    def owners(self) -> set[str]:
        """Executors that have work of our version."""
        query = (
            f"SELECT DISTINCT executor_id FROM {self._schema}workflow_status "
            "WHERE status = 'PENDING' AND application_version = :version"
        )
        with self._engine.connect() as connection:
            return {str(row[0]) for row in connection.execute(text(query), {"version": self._version})}

    def forget(self, run_ids: Collection[str]) -> int:
        """Delete what the queue remembers of runs that are over; how many workflows that were."""
        ids = [found for run_id in run_ids for found in self._ids("workflow_uuid LIKE :prefix", prefix=f"{run_id}/%")]
        if ids:
            self._client.delete_workflows(ids)
        return len(ids)

    def close(self) -> None:
        """Let go of all connections."""
        self.hints.close()
        self._client.destroy()
        self._engine.dispose()

    def _ids(self, where: str, *, prefix: str) -> tuple[str, ...]:
        where = where.replace(":active", str(ACTIVE))
        query = f"SELECT workflow_uuid FROM {self._schema}workflow_status WHERE {where}"
        with self._engine.connect() as connection:
            return tuple(connection.execute(text(query), {"prefix": prefix}).scalars())


def migrate_queue(hosting: Hosting) -> None:
    """Make or renew the queue's own tables.

    Raises:
        StorageError: the database cannot be reached or written.
    """
    url = queue_url(hosting)
    engine = engine_of(url)
    try:
        with engine.connect():  # for SQLite, the first connection says how the file is written from now on
            pass
        DBOS.migrate(url)
    except Exception as error:  # the library's errors have no common ancestor
        raise StorageError(f"{engine.url.render_as_string()}: the queue cannot be set up: {error}") from error
    finally:
        engine.dispose()


def queue_url(hosting: Hosting) -> str:
    """Where the queue keeps its tables: in our Postgres, or a file of its own, as SQLite has one writer at a time."""
    url = make_url(hosting.database_url)
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{str(url.database).removesuffix('.sqlite')}-queue.sqlite"
    return hosting.database_url
