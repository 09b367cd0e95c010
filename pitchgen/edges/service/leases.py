"""Who is alive: every worker beats in a row of its own, and whoever sees one stand still gives its work to others.

Each judges by its own clock how long a row stands still. A worker that is judged dead finds its row gone, or cannot
beat within the time itself: it leaves at once, in the middle of whatever it does.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable

from sqlalchemy import delete, insert, select, update

from pitchgen.core.errors import PitchgenError
from pitchgen.core.hosting import Hosting
from pitchgen.core.service import new_id
from pitchgen.edges.service import tables
from pitchgen.edges.service.database import Database

GONE = 75  # exit code of a worker that was judged dead: whoever supervises it starts another ("try again", sysexits.h)
LOOKS = 5  # at whether the time is up, in each time to live

log = logging.getLogger(__name__)


def executor_name(role: str) -> str:
    """A new one for each start: whose name is used again would be taken for alive, and its work stranded."""
    return new_id(f"{socket.gethostname().partition('.')[0]}-{role}")


class Lease:
    """The sign of life of this process."""

    def __init__(
        self, database: Database, hosting: Hosting, executor_id: str, *, role: str, version: str,
        leave: Callable[[int], object] = os._exit,
    ) -> None:  # fmt: skip
        self._database, self._hosting, self.executor_id = database, hosting, executor_id
        self._role, self._version, self._leave = role, version, leave
        self._heard = time.monotonic()
        self._over = threading.Event()

    def hold(self) -> None:
        """Beat from now on, beside whatever the process does.

        Raises:
            StorageError: the database cannot be reached.
        """
        values = {"host": socket.gethostname(), "version": self._version, "beat": 0, "started_at": time.time()}
        with self._database.transaction() as connection:
            connection.execute(insert(tables.executor_lease).values(id=self.executor_id, role=self._role, **values))
        self._heard = time.monotonic()
        threading.Thread(target=self._beat, name="lease", daemon=True).start()
        threading.Thread(target=self._watch, name="lease-watch", daemon=True).start()

    def release(self) -> None:
        """No more: what this process still holds goes to others soon."""
        self._over.set()
        with self._database.transaction() as connection:
            connection.execute(delete(tables.executor_lease).where(tables.executor_lease.c.id == self.executor_id))

    def _beat(self) -> None:
        t = tables.executor_lease.c
        beaten = update(tables.executor_lease).where(t.id == self.executor_id).values(beat=t.beat + 1)
        while not self._over.wait(self._hosting.beat):
            asked = time.monotonic()  # before the answer: it may come late
            try:
                with self._database.transaction() as connection:
                    there = connection.execute(beaten).rowcount
            except PitchgenError as error:
                log.warning("cannot beat: %s", error)
                continue
            if not there and not self._over.is_set():
                log.error("%s was judged dead, and leaves", self.executor_id)
                self._leave(GONE)
            self._heard = asked

    def _watch(self) -> None:
        """In a thread of its own: a database that neither answers nor refuses would hold the one that beats."""
        while not self._over.wait(self._hosting.ttl / LOOKS):
            if time.monotonic() - self._heard > self._hosting.ttl:
                log.error("%s could not beat for %g s, and leaves", self.executor_id, self._hosting.ttl)
                self._leave(GONE)


class Sweeper:
    """Finds executors that are gone."""

    def __init__(self, database: Database, hosting: Hosting, owners: Callable[[], set[str]]) -> None:
        """`owners` says which executors the queue knows to have work."""
        self._database, self._hosting, self._owners = database, hosting, owners
        self._seen: dict[str, tuple[int, float]] = {}
        self._looked = time.monotonic()

    def gone(self) -> tuple[str, ...]:
        """Executors whose work is to be given to others; asked about every `beat`.

        Raises:
            StorageError: the database cannot be reached.
        """
        t = tables.executor_lease.c
        with self._database.reading() as connection:
            beats = {row.id: int(row.beat) for row in connection.execute(select(t.id, t.beat))}
        owners = self._owners()
        now = time.monotonic()
        if now - self._looked > self._hosting.ttl / 2:
            self._seen.clear()  # we saw nothing, so nobody could be seen to beat
        self._looked = now
        current = {**dict.fromkeys(owners, -1), **beats}
        self._seen = {
            name: seen if (seen := self._seen.get(name)) and seen[0] == beat else (beat, now)
            for name, beat in current.items()
        }
        late = [name for name, (beat, since) in self._seen.items() if now - since > self._patience(beat)]
        dead = [name for name in late if self._bury(name, self._seen.pop(name)[0])]
        return tuple(name for name in dead if name in owners)

    def _patience(self, beat: int) -> float:
        """Who has no row has left or was judged; who has one may only be slow."""
        return self._hosting.ttl if beat >= 0 else 1.5 * self._hosting.beat

    def _bury(self, name: str, beat: int) -> bool:
        """Whether it was still as it was seen."""
        if beat < 0:
            return True
        log.warning("%s has not beaten for %g s: its work goes to others", name, self._hosting.ttl)
        t = tables.executor_lease.c
        with self._database.transaction() as connection:
            found = connection.execute(delete(tables.executor_lease).where(t.id == name, t.beat == beat))
            return bool(found.rowcount)
