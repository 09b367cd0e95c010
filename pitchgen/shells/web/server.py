"""The process of the API: it answers, sends messages, and, where it is all there is, works too."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from functools import partial

import uvicorn
from prometheus_client import CollectorRegistry

from pitchgen.core.errors import StorageError
from pitchgen.core.hosting import Hosting
from pitchgen.core.service import Job
from pitchgen.edges.service.addresses import Addresses
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.objects import Objects
from pitchgen.edges.service.queue import Queue
from pitchgen.edges.service.records import newest_run
from pitchgen.edges.service.runs import Runs
from pitchgen.recipes.service.platform import AT_END, Platform
from pitchgen.recipes.service.worker import Worker, migrate, submit
from pitchgen.shells import journal
from pitchgen.shells.vitals import show
from pitchgen.shells.web.application import application
from pitchgen.shells.web.watching import unready

SWEEP = 3600.0  # seconds between looks for uploads that nobody goes on with
COURIER = 2.0  # seconds between looks for messages that are due
LEAVE = 10  # seconds that streams have to end in
KEEP_ALIVE = (
    75  # seconds that an idle connection stays: proxies keep theirs for 60, and must not send into a closed one
)
log = logging.getLogger("pitchgen.serve")


class Intake:
    """Tells the queue of new jobs; what it cannot be told now, a sweeper of the workers finds."""

    def __init__(self, database: Database, queue: Queue) -> None:
        self._database, self._queue, self._runs = database, queue, Runs(database, at_end=AT_END)

    def submit(self, job: Job) -> None:
        if job.state.terminal:
            return
        with self._database.reading() as connection:
            run = newest_run(connection, job)
        try:
            submit(self._runs, self._queue, job, run.id)
        except StorageError as error:
            log.warning("%s", error, extra={"merchant": job.merchant, "job": job.id})


def run(hosting: Hosting, *, host: str, port: int) -> None:
    """Serve until the process is asked to end.

    Raises:
        StorageError: the database cannot be reached, or another process serves from the state folder.
        InputError: the address for metrics is none, or is taken.
    """
    journal.keep()
    worker, registry = None, CollectorRegistry()
    if hosting.embedded:
        hosting.state.mkdir(parents=True, exist_ok=True)
        migrate(hosting)
        worker = Worker(hosting, at_end=AT_END, registry=registry)
    database = worker.database if worker else Database.open(hosting.database_url)
    queue = worker.queue if worker else Queue.open(hosting)
    platform = Platform.of(
        database, Objects.open(hosting.objects_url), hosting.state, Intake(database, queue).submit,
        addresses=Addresses(inside=hosting.networks), limits=hosting.limits,
    )  # fmt: skip
    app = application(platform, depth=queue.depth, registry=registry, scraped=hosting.metrics is None)
    if hosting.metrics:
        show(hosting.metrics, registry, partial(unready, platform))
    if worker:
        platform.receiving.recover()  # where others fetch too, the sweep finds what nobody does
        worker.start()
    ending = threading.Event()
    threading.Thread(target=_carry, args=(platform, ending), name="courier", daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)  # uvicorn raises it again when it has ended, and we are not done
    uvicorn.run(
        app, host=host, port=port, log_config=None, access_log=False, timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=LEAVE,
    )  # fmt: skip
    ending.set()
    if worker:
        worker.drain()
    logging.shutdown()
    os._exit(0)  # threads of the queue that wait for it would hold the process


def _carry(platform: Platform, ending: threading.Event) -> None:
    swept = 0.0
    while not ending.wait(COURIER):
        try:
            if time.monotonic() - swept > SWEEP or not swept:
                swept = time.monotonic()
                platform.receiving.sweep()
            while platform.courier.deliver():
                pass
        except Exception:
            log.exception("messages wait; it is tried again")
