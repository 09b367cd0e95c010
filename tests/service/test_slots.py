"""Who gets a place in a worker, and when: no process is started for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hosted import until

from pitchgen.core.hosting import Hosting
from pitchgen.core.service import Priority
from pitchgen.recipes.service.slots import Closed, Slots


class Line:
    """Those who ask for places, each in a thread of its own; the names of who got one, in order."""

    def __init__(self) -> None:
        self.slots = Slots(Hosting(), {"gpu": 1, "cpu": 2})
        self.got: list[str] = []
        self._leave: dict[str, threading.Event] = {}
        self._threads: list[threading.Thread] = []

    def asks(self, name: str, resource: str, priority: Priority = Priority.BATCH, *, alone: bool = False) -> None:
        self._leave[name] = threading.Event()

        def ask() -> None:
            try:
                with self.slots.taken(resource, priority, alone=alone):
                    self.got.append(name)
                    self._leave[name].wait(10)
            except Closed:
                self.got.append(f"{name} was sent away")

        waiting = len(self.slots._waiting)
        self._threads.append(threading.Thread(target=ask))
        self._threads[-1].start()
        until(lambda: name in self.got or len(self.slots._waiting) > waiting)

    def leaves(self, name: str) -> None:
        self._leave[name].set()

    def becomes(self, *names: str) -> None:
        until(lambda: len(self.got) >= len(names))
        time.sleep(0.05)  # for one too many
        assert sorted(self.got) == sorted(names)

    def end(self) -> None:
        for event in self._leave.values():
            event.set()
        self.slots.close()
        for thread in self._threads:
            thread.join(10)


@contextmanager
def line() -> Iterator[Line]:
    found = Line()
    try:
        yield found
    finally:
        found.end()


def test_who_must_be_alone_waits_for_all_and_lets_none_begin() -> None:
    with line() as asked:
        asked.asks("network", "gpu")
        asked.asks("files", "cpu")
        asked.asks("suspect", "cpu", alone=True)
        asked.asks("later", "cpu")
        asked.leaves("network")
        asked.asks("other", "gpu")
        asked.becomes("network", "files")  # the other's place is free, but who comes first must be alone
        asked.leaves("files")
        asked.becomes("network", "files", "suspect")
        asked.leaves("suspect")
        asked.becomes("network", "files", "suspect", "later", "other")


def test_interactive_work_passes() -> None:
    with line() as asked:
        asked.asks("first", "gpu")
        asked.asks("batch", "gpu")
        asked.asks("quick", "gpu", Priority.INTERACTIVE)
        asked.leaves("first")
        asked.becomes("first", "quick")
        assert (asked.slots.busy("gpu"), asked.slots.busy("cpu"), asked.slots.idle) == (1, 0, False)


def test_closed() -> None:
    with line() as asked:
        asked.asks("first", "gpu")
        asked.asks("second", "gpu")
        asked.slots.close()
        asked.becomes("first", "second was sent away")
        with pytest.raises(Closed), asked.slots.taken("cpu", Priority.BATCH, alone=False):
            pass
