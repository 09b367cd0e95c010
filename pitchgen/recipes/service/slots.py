"""The places of a worker in which stages are performed: who waits for one, and who must be alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pitchgen.core.hosting import Hosting
from pitchgen.core.service import Priority
from pitchgen.recipes.service.process import StageProcess


class Closed(Exception):
    """The worker takes nothing more."""


class Slots:
    """Processes that perform stages of one kind. What somebody waits for comes first, then who came first."""

    def __init__(self, hosting: Hosting, count: int) -> None:
        self.count = count
        self._free = [StageProcess(hosting) for _ in range(count)]
        self._all = tuple(self._free)
        self._changed = threading.Condition()
        self._waiting: list[tuple[int, int]] = []
        self._came = 0
        self._alone = self._closed = False

    @contextmanager
    def taken(self, priority: Priority, *, alone: bool) -> Iterator[StageProcess]:
        """A process; with `alone`, while all others are idle.

        Raises:
            Closed: none will be free any more.
        """
        with self._changed:
            self._came += 1
            ticket = (0 if priority is Priority.INTERACTIVE else 1, self._came)
            self._waiting.append(ticket)
            try:
                self._changed.wait_for(lambda: self._closed or self._may(ticket, alone))
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()
            if self._closed:
                raise Closed
            process, self._alone = self._free.pop(), alone
        try:
            yield process
        finally:
            with self._changed:
                self._free.append(process)
                self._alone = False if alone else self._alone
                self._changed.notify_all()

    def close(self) -> None:
        """Give no process to anybody any more; those that work go on."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def busy(self) -> int:
        """How many are at work."""
        return self.count - len(self._free)

    def kill(self) -> None:
        """End all processes."""
        for process in self._all:
            process.kill()

    def _may(self, ticket: tuple[int, int], alone: bool) -> bool:
        enough = self.count if alone else 1
        return ticket == min(self._waiting) and len(self._free) >= enough and not self._alone
