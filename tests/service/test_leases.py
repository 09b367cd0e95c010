"""Who counts as alive: a row that is beaten, judged by whoever looks; who was judged, or cannot beat, leaves."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from hosted import until
from sqlalchemy import Connection, delete, select, text

from pitchgen.core.hosting import Hosting
from pitchgen.edges.service import tables
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.leases import GONE, Lease, Sweeper

HOSTING = Hosting(beat=0.1, ttl=1.0)
TABLE = tables.executor_lease


class Executor:
    """One that holds a lease, and writes down with which code it would leave."""

    def __init__(self, database: Database, hosting: Hosting = HOSTING) -> None:
        self.left: list[int] = []
        self.lease = Lease(database, hosting, "host-gpu_1", role="gpu", version="graph-1", leave=self.left.append)


@pytest.fixture
def held(database: Database) -> Iterator[Executor]:
    executor = Executor(database)
    executor.lease.hold()
    yield executor
    executor.lease._over.set()
    time.sleep(2 * HOSTING.beat)  # for its threads, which ask the database


def beats(database: Database) -> int | None:
    with database.reading() as connection:
        return connection.execute(select(TABLE.c.beat)).scalar_one_or_none()


def swept(sweeper: Sweeper, seconds: float) -> tuple[str, ...]:
    """Whom a sweeper finds gone in so many seconds."""
    end, gone = time.monotonic() + seconds, []
    while time.monotonic() < end:
        gone += sweeper.gone()
        time.sleep(HOSTING.beat)
    return tuple(gone)


def test_who_beats_is_left_alone(database: Database, held: Executor) -> None:
    assert swept(Sweeper(database, HOSTING, lambda: {"host-gpu_1"}), 2 * HOSTING.ttl) == ()
    assert (beats(database) or 0) > 1
    assert held.left == []


def test_who_stands_still_is_judged_once(database: Database, held: Executor) -> None:
    held.lease._over.set()  # as if it were frozen
    sweeper = Sweeper(database, HOSTING, lambda: {"host-gpu_1"} if beats(database) is not None else set())
    assert swept(sweeper, 0.6 * HOSTING.ttl) == ()
    until(lambda: sweeper.gone() == ("host-gpu_1",))
    assert beats(database) is None
    assert sweeper.gone() == ()


def test_who_was_judged_leaves(database: Database, held: Executor) -> None:
    with database.transaction() as connection:
        connection.execute(delete(TABLE))
    until(lambda: GONE in held.left)


def test_who_has_work_and_no_row_is_gone_soon(database: Database) -> None:
    sweeper = Sweeper(database, HOSTING, lambda: {"host-gpu_2"})
    assert sweeper.gone() == (), "it may have begun at this moment"
    until(lambda: sweeper.gone() == ("host-gpu_2",), within=HOSTING.ttl)


def test_nobody_is_judged_by_who_did_not_look(database: Database, held: Executor) -> None:
    """A database that was away, or a sweeper that slept, saw nobody beat."""
    held.lease._over.set()
    sweeper = Sweeper(database, HOSTING, lambda: {"host-gpu_1"})
    sweeper.gone()
    time.sleep(1.2 * HOSTING.ttl)
    assert sweeper.gone() == ()


def test_who_cannot_beat_leaves(database: Database) -> None:
    """The database neither answers nor refuses: another transaction holds the row."""
    if database.embedded:
        pytest.skip("one process has no lease")
    executor = Executor(database)
    executor.lease.hold()
    locked, done = threading.Event(), threading.Event()

    def hold_the_row() -> None:
        with database.transaction() as connection:
            _lock(connection)
            locked.set()
            done.wait(60)

    holder = threading.Thread(target=hold_the_row)
    holder.start()
    assert locked.wait(60)
    until(lambda: GONE in executor.left)
    executor.lease._over.set()
    done.set()
    holder.join()
    time.sleep(2 * HOSTING.beat)


def test_who_leaves_by_itself_has_no_row(database: Database, held: Executor) -> None:
    held.lease.release()
    assert beats(database) is None
    time.sleep(3 * HOSTING.beat)
    assert held.left == []


def test_another_name_at_each_start() -> None:
    from pitchgen.edges.service.leases import executor_name

    assert len({executor_name("gpu") for _ in range(3)}) == 3


def _lock(connection: Connection) -> None:
    connection.execute(text("SELECT id FROM executor_lease FOR UPDATE"))
