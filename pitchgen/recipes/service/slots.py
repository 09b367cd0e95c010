"""The places of a worker in which stages are performed: who waits for one, and who must be alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from pitchgen.core.hosting import Hosting
from pitchgen.core.service import Priority
from pitchgen.recipes.service.process import StageProcess


class Closed(Exception):
    """The worker takes nothing more."""


@dataclass(frozen=True, order=True, slots=True)
class _Ticket:
    """Somebody who waits: what a person waits for comes first, then who came first."""

    rank: int
    came: int
    resource: str
    alone: bool


class Slots:
    """Processes that perform stages, so many for each resource."""

    def __init__(self, hosting: Hosting, counts: Mapping[str, int]) -> None:
        self.counts = dict(counts)
        self._all = {resource: tuple(StageProcess(hosting) for _ in range(count)) for resource, count in counts.items()}
        self._free = {resource: list(processes) for resource, processes in self._all.items()}
        self._changed = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._came = 0
        self._alone = False
        self.closed = False

    @contextmanager
    def taken(self, resource: str, priority: Priority, *, alone: bool) -> Iterator[StageProcess]:
        """A process; with `alone`, while all others of all resources are idle: they may die of it.

        Raises:
            Closed: none will be free any more.
        """
        with self._changed:
            self._came += 1
            ticket = _Ticket(0 if priority is Priority.INTERACTIVE else 1, self._came, resource, alone)
            self._waiting.append(ticket)
            try:
                self._changed.wait_for(lambda: self.closed or self._may(ticket))
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()
            if self.closed:
                raise Closed
            process, self._alone = self._free[resource].pop(), alone
        try:
            yield process
        finally:
            with self._changed:
                self._free[resource].append(process)
                self._alone = False if alone else self._alone
                self._changed.notify_all()

    def close(self) -> None:
        """Give no process to anybody any more; those that work go on."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def busy(self, resource: str) -> int:
        """How many are at work."""
        return self.counts[resource] - len(self._free[resource])

    @property
    def idle(self) -> bool:
        """Whether none is at work."""
        return not any(self.busy(resource) for resource in self.counts)

    def networks(self, resource: str) -> tuple[dict[str, int], ...]:
        """What each process holds: the networks that are loaded, and the bytes of their files."""
        return tuple(process.networks for process in self._all[resource])

    def kill(self) -> None:
        """End all processes."""
        for processes in self._all.values():
            for process in processes:
                process.kill()

    def _may(self, ticket: _Ticket) -> bool:
        """Whether it is the turn of `ticket`; who must be alone lets nobody begin who comes after."""
        ahead = [one for one in self._waiting if one < ticket]
        if self._alone or any(one.alone or one.resource == ticket.resource for one in ahead):
            return False
        return self.idle if ticket.alone else bool(self._free[ticket.resource])
