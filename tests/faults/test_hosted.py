"""Whatever dies, jobs end, outputs are there once and whole, webhooks are owed once. On a real Postgres."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hosted import PATIENCE, ROOT, Service, short, until
from postgres import Postgres, free_port, serving
from sqlalchemy import func, select, text, update

from pitchgen.core.errors import StorageError
from pitchgen.core.hosting import Hosting
from pitchgen.core.service import JobState, Priority
from pitchgen.edges.service import tables
from pitchgen.edges.service.leases import GONE
from pitchgen.edges.service.records import newest_run
from pitchgen.recipes.service.worker import Worker

LANGUAGES = ("en", "fr")
LONG = pytest.mark.skipif(not os.environ.get("CHAOS"), reason="takes a minute; CHAOS=1 runs it")
SLOW = "sleep:*:0.4"


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A server that tests crash."""
    with serving() as server:
        yield server


@pytest.fixture
def service(server: Postgres, tmp_path: Path) -> Iterator[Service]:
    service = Service(short(tmp_path / "state", server.fresh()), tmp_path)
    yield service
    service.close()


def test_every_role_and_all_at_once_are_killed(service: Service) -> None:
    roles = ["gpu", "gpu", "cpu", "orch"]
    workers = [service.start(role) for role in roles]
    jobs = [service.order(f"mer_{'abc'[n % 3]}", LANGUAGES, standin=SLOW) for n in range(4)]
    until(lambda: service.begun(jobs[0], "hear"), told=service.told)
    for number in (0, 2, 3):  # one of each role
        workers[number].kill()
        workers[number] = service.start(roles[number])
        time.sleep(1.0)
    for worker in workers:
        worker.kill()
    for role in roles:
        service.start(role)
    service.settle(jobs)
    service.check(jobs)
    assert {service.state(job) for job in jobs} == {JobState.SUCCEEDED}


@LONG
def test_the_database_crashes_twice_once_while_it_recovers(server: Postgres, service: Service) -> None:
    service.hosting = replace(service.hosting, ttl=10.0)
    service.start("gpu")
    service.start("cpu")
    jobs = [service.order("mer_a", LANGUAGES, standin=SLOW) for _ in range(3)]
    until(lambda: service.begun(jobs[0], "tell"), told=service.told)
    with service.database.transaction() as connection:  # what takes the recovery a moment
        connection.execute(text("CREATE TABLE ballast AS SELECT generate_series(1, 300000) AS number"))
    server.stop("immediate")
    server.crash_while_it_recovers()
    server.start()
    assert "interrupted while in recovery" in server.log()
    until(lambda: _answers(service))
    service.settle(jobs)
    service.check(jobs)
    assert {service.state(job) for job in jobs} == {JobState.SUCCEEDED}


@LONG
def test_frozen_past_its_lease(service: Service) -> None:
    frozen = service.start("all")
    job = service.order("mer_a", LANGUAGES, standin="sleep:hear:1.5")
    until(lambda: service.begun(job, "hear"), told=service.told)
    frozen.send_signal(signal.SIGSTOP)
    service.start("all")
    service.settle([job])
    frozen.send_signal(signal.SIGCONT)
    assert frozen.wait(PATIENCE) == GONE, "it goes on as if nobody had its work"
    service.check([job])
    assert service.state(job) is JobState.SUCCEEDED


def test_two_processes_on_one_stage(service: Service) -> None:
    """The fence: who was thought dead goes on, and what it says too late is refused."""
    late = service.start("all", beat=60.0, ttl=120.0)  # it does not look whether it was judged
    job = service.order("mer_a", LANGUAGES, standin="sleep:make:3")
    until(lambda: any(event.stage == "make" and event.kind == "progress" for event in service.events(job)))
    late.send_signal(signal.SIGSTOP)  # the process that performs its stage goes on
    service.start("all")
    service.settle([job])
    service.check([job])
    said = service.events(job)
    late.send_signal(signal.SIGCONT)
    until(lambda: "not wanted any more" in service.log(late), told=service.told)
    service.check([job])
    assert service.events(job) == said, "what it said too late was heard"


@LONG
def test_a_network_that_swallows_everything(server: Postgres, service: Service) -> None:
    proxy = Proxy(server.port)
    cut = service.start("all", database=service.hosting.database_url.replace(f":{server.port}/", f":{proxy.port}/"))
    job = service.order("mer_b", LANGUAGES, standin="sleep:hear:1.5")
    until(lambda: service.begun(job, "hear"), told=service.told)
    proxy.frozen.set()
    service.start("all")
    service.settle([job])
    assert cut.wait(PATIENCE) == GONE
    proxy.close()
    service.check([job])
    assert service.state(job) is JobState.SUCCEEDED


def test_cancelled_in_the_middle_then_tried_again(service: Service) -> None:
    service.start("all")
    job = service.order("mer_c", LANGUAGES, standin="sleep:speak:2")
    until(lambda: service.begun(job, "speak"), told=service.told)
    service.jobs.cancel("mer_c", job.id)
    service.check([job])
    service.retry(job)
    service.settle([job])
    service.check([job])
    assert service.state(job) is JobState.SUCCEEDED
    with service.database.reading() as connection:
        runs = connection.execute(select(func.count()).where(tables.run.c.job_id == job.id)).scalar_one()
    assert runs == 2


@LONG
def test_a_stage_that_stands_still_and_one_of_an_older_version(service: Service) -> None:
    service.hosting = replace(service.hosting, stall=20.0, crashes=1)  # a process takes seconds to begin
    service.start("all", version="graph-0")
    hung = service.order("mer_a", ("en",), standin="hang:make")
    sound = service.order("mer_b", LANGUAGES)
    time.sleep(1.5)
    assert not service.begun(sound, "hear"), "a worker of another version took it"
    service.start("all")
    service.settle([hung, sound])
    service.check([hung, sound])
    assert (service.state(hung), service.state(sound)) == (JobState.FAILED, JobState.SUCCEEDED)
    assert "took its process with it" in str(service.jobs.outputs("mer_a", hung.id)[0].error)


@LONG
@pytest.mark.parametrize("fault", ["refuses", "full"])
def test_a_storage_that_fails_for_a_while_and_for_good(service: Service, fault: str) -> None:
    outputs = service.objects.local / "outputs" if service.objects.local else Path()
    service.hosting = replace(service.hosting, backoff=0.3)
    service.start("all")
    with broken(outputs, fault):
        job = service.order("mer_a", ("en",))
        until(lambda: service.told().count("fails, and is tried again") > 0, told=service.told)
    service.settle([job])
    assert service.state(job) is JobState.SUCCEEDED
    service.check([job])
    with broken(outputs, fault):
        lost = service.order("mer_b", ("en",))
        service.settle([lost])
    assert service.state(lost) is JobState.FAILED
    (letter,) = service.runs.dead()
    assert (letter.job_id, letter.stage, letter.attempts) == (lost.id, "make", 4)
    assert ("the storage is full" if fault == "full" else "the storage failed") in letter.reason
    (output,) = service.jobs.outputs("mer_b", lost.id)
    assert "its own storage" in str(output.error)
    assert "/" not in str(output.error), "it names a file of the service"
    service.retry(lost)
    service.settle([lost])
    service.check([lost])
    assert service.state(lost) is JobState.SUCCEEDED
    assert service.runs.dead() == ()


@contextmanager
def broken(folder: Path, fault: str) -> Iterator[None]:
    """A folder that nothing can be written to: there is a file in its place, or its disk is full."""
    moved = folder.with_name("moved")
    if folder.exists():
        folder.rename(moved)
    if fault == "refuses":
        folder.write_text("no folder")
        yield
        folder.unlink()
    else:
        folder.mkdir()
        with full_disk(folder):
            yield
        folder.rmdir()
    if moved.exists():
        moved.rename(folder)


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """A disk in `folder` on which there is no room."""
    with small_disk(folder, "64k"):
        with suppress(OSError):
            (folder / "ballast").write_bytes(b"x" * 65536)
        assert shutil.disk_usage(folder).free == 0
        yield


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A disk of its own, in memory; only root can have one."""
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True)
    if done.returncode:
        pytest.skip("a disk can be made by root alone")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@LONG
def test_what_nobody_enqueued_and_what_the_queue_lost(service: Service) -> None:
    never = service.jobs.create("mer_a", service.request(LANGUAGES))  # and then the API was killed
    lost = service.order("mer_b", LANGUAGES)
    with service.database.reading() as connection:
        run = newest_run(connection, lost)
    assert service.queue.forget([run.id]) == 1
    service.start("all", ttl=0.9)
    service.settle([never, lost])
    service.check([never, lost])
    assert [service.state(job) for job in (never, lost)] == [JobState.SUCCEEDED] * 2


@LONG
def test_the_api_is_killed_while_it_sends_a_message(service: Service, tmp_path: Path) -> None:
    service.inbox.silent.set()
    service.start("all")
    job = service.order("mer_c", LANGUAGES)
    api = serving_process(service.hosting, tmp_path)
    try:
        until(lambda: service.inbox.came == 1, told=lambda: (tmp_path / "api.log").read_text())
    finally:
        api.kill()
        api.wait()
    service.inbox.silent.clear()
    t = tables.webhook_delivery.c
    with service.database.transaction() as connection:  # so that nobody waits for a minute until it is due again
        connection.execute(update(tables.webhook_delivery).where(t.job_id == job.id).values(next_at=0.0))
    service.check([job])
    assert service.inbox.came == 2, "it was sent again"


def serving_process(hosting: Hosting, folder: Path) -> subprocess.Popen[bytes]:
    """`pitchgen serve` on the same database."""
    settings = {"DATABASE": hosting.database_url, "OBJECTS": hosting.objects_url, "STATE": str(folder / "api")}
    environment = {**os.environ, **{f"PITCHGEN_SERVICE_{name}": value for name, value in settings.items()}}
    command = [sys.executable, "-m", "pitchgen", "serve", "--port", str(free_port()), "--inside", "127.0.0.1/32"]
    with (folder / "api.log").open("wb") as log:
        return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)


def test_what_a_late_worker_says_is_refused(service: Service) -> None:
    """The fence, without a process: a run that was replaced can write nothing, and nothing of it is seen."""
    from pitchgen.edges.service.runs import Made, Superseded

    job = service.order("mer_a", LANGUAGES)
    with service.database.reading() as connection:
        old = newest_run(connection, job)
    service.jobs.cancel("mer_a", job.id)
    new = service.jobs.retry("mer_a", job.id)
    assert new is not None
    made = Made("outputs/old", "en.mp4", 1, "x", 1.0)
    for late in (
        lambda: service.runs.begin(old.id, "make", "en"),
        lambda: service.runs.publish(old.id, "en", made),
        lambda: service.runs.fail(old.id, "en", "late"),
        lambda: service.runs.progress(old.id, "make", "en", done=1, total=1),
    ):
        with pytest.raises(Superseded, match="is replaced"):
            late()
    for artifact in ("outputs/new", "outputs/second"):  # the first to say so counts
        service.runs.publish(new.id, "en", replace(made, artifact=artifact))
    service.runs.publish(new.id, "fr", replace(made, artifact="outputs/new"))
    with pytest.raises(Superseded, match="is succeeded"):
        service.runs.publish(new.id, "fr", replace(made, artifact="outputs/second"))
    assert [o.artifact for o in service.jobs.outputs("mer_a", job.id)] == ["outputs/new"] * 2


@LONG
def test_interactive_work_passes_a_batch(service: Service) -> None:
    service.start("all")
    batch = [service.order("mer_a", ("en",), standin="sleep:*:0.2") for _ in range(12)]
    until(lambda: service.begun(batch[0], "hear"), told=service.told)
    quick = service.order("mer_b", ("en",), Priority.INTERACTIVE, standin="sleep:*:0.2")
    service.settle([quick])
    over = sum(service.state(job).terminal for job in batch)
    assert over < len(batch) / 2, f"{over} of {len(batch)} of the batch went first"


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Service]:
    # whoever is killed more often than that counts as poison
    service = Service(replace(short(tmp_path / "state"), crashes=6), tmp_path)
    yield service
    service.close()


@LONG
def test_embedded_killed_five_times(embedded: Service, tmp_path: Path) -> None:
    service = embedded
    jobs = [service.order("mer_a", LANGUAGES, standin="sleep:*:0.3") for _ in range(2)]
    for number in range(5):
        worker = service.start()
        log = tmp_path / f"worker-{number}.log"
        until(lambda log=log: "works on" in log.read_text(), told=service.told)  # type: ignore[misc]
        time.sleep(0.7)
        with pytest.raises(StorageError, match="another pitchgen serves from this folder"):
            Worker(service.hosting)
        worker.kill()
        worker.wait()
    service.start()
    service.settle(jobs)
    service.check(jobs)
    assert {service.state(job) for job in jobs} == {JobState.SUCCEEDED}


def test_poison_takes_no_innocent_stage_with_it(embedded: Service) -> None:
    """One stage kills its whole worker each time; what shares the worker is made all the same."""
    service = embedded
    service.hosting = replace(service.hosting, crashes=2)
    innocent = service.order("mer_b", LANGUAGES, standin="sleep:make:1.5 sleep:speak:0.5")
    service.start("all")
    until(lambda: service.begun(innocent, "make"), told=service.told)
    poison = service.order("mer_a", ("en",), Priority.INTERACTIVE, standin="topple:make")
    killed = 0
    while not service.over([innocent, poison]):
        until(lambda: service.over([innocent, poison]) or service.workers[-1].poll() is not None, told=service.told)
        if service.workers[-1].poll() is not None:
            killed += 1
            service.start("all")
    service.check([innocent, poison])
    assert killed == service.hosting.crashes
    assert (service.state(innocent), service.state(poison)) == (JobState.SUCCEEDED, JobState.FAILED)
    (letter,) = service.runs.dead()
    assert (letter.job_id, letter.stage) == (poison.id, "make")


def _answers(service: Service) -> bool:
    try:
        with service.database.reading() as connection:
            connection.execute(select(1))
    except StorageError:
        return False
    return True


class Proxy:
    """Passes bytes on to a port, until it is frozen: then it takes them and gives nothing back."""

    def __init__(self, port: int) -> None:
        self.frozen = threading.Event()
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for one in (self._listening, *self._open):
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                one, _ = self._listening.accept()
                other = socket.create_connection(("127.0.0.1", self._to))
                self._open += [one, other]
                for pair in ((one, other), (other, one)):
                    threading.Thread(target=self._pass, args=pair, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                if not self.frozen.is_set():
                    target.sendall(piece)
