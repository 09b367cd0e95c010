"""Hints that there is work, from whoever enqueues it to who waits for it: NOTIFY of Postgres, and within a process.

A hint may be lost, and nothing is lost with it: who hears none finds the work at her next look.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, text

CHANNEL = "pitchgen_queue"
HEARKEN = 1.0  # seconds between looks at whether to go on listening
log = logging.getLogger(__name__)

Heard = Callable[[str, str], None]
"""Called with a queue and, where a turn was taken, the partition that had it; without, where there may be work."""


class Hints:
    """Tells of work in the queues of one database, and hears of it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._heard: list[Heard] = []
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def tell(self, queue: str, partition: str = "") -> None:
        """There is work in `queue`; or, with a partition, that has had its turn."""
        self._pass_on(queue, partition)
        if self._engine.dialect.name == "sqlite":  # there is one process
            return
        try:
            with self._engine.begin() as connection:
                notify = text("SELECT pg_notify(:channel, :word)")
                connection.execute(notify, {"channel": CHANNEL, "word": f"{queue}/{partition}"})
        except Exception as error:  # whatever is wrong, the work itself is enqueued
            log.debug("no hint of work in %s: %s", queue, error)

    def listen(self, heard: Heard) -> None:
        """Hear from now on, in a thread of its own where others may tell."""
        self._heard.append(heard)
        if self._engine.dialect.name != "sqlite" and self._thread is None:
            self._thread = threading.Thread(target=self._listen, name="hints", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Hear nothing more."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join()

    def _listen(self) -> None:
        while not self._ending.is_set():
            try:
                with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.execute(text(f"LISTEN {CHANNEL}"))
                    self._pass_on("", "")  # for what was enqueued before it listened
                    driver: Any = connection.connection.driver_connection
                    while not self._ending.is_set():
                        for notice in driver.notifies(timeout=HEARKEN):
                            self._pass_on(*notice.payload.split("/", 1))
                    connection.invalidate()  # it listens: nobody else gets it
            except Exception as error:  # the database is away for now, in whichever words; looks go on without hints
                log.debug("hears of no work for now: %s", error)
                self._ending.wait(HEARKEN)

    def _pass_on(self, queue: str, partition: str) -> None:
        for heard in self._heard:
            heard(queue, partition)
