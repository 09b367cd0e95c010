"""The API under load: clients poll and stream while two jobs run; then a large upload, and the memory that it takes.

    python benchmarks/api.py [--clients 200] [--gigabytes 2] [--against CHECKOUT]

The clients share this machine with the server, and their own cost is in the times. With `--against`, a server of
another checkout is polled too, in turns, and what a poll costs each of them is compared: that depends little on what
else runs.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from pitchgen.core.hosting import Hosting
from pitchgen.core.service import JobRequest, Scope
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.jobs import Jobs
from pitchgen.edges.service.keys import Keys
from pitchgen.edges.service.merchants import Merchants
from pitchgen.recipes.service.platform import AT_END

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "samples" / "socks.mp4"
LANGUAGES = ("en", "fr", "ru", "es", "de", "ar")
STAGE = "sleep:*:2"  # seconds of each stage
POLL = 0.5  # seconds between the questions of one client
PIECE = 1 << 20
GIGABYTE = 1_000_000_000
TURNS, TURN, POLLERS = 4, 8.0, 20  # of each server, seconds of one, clients that ask without a pause
SCRIPT = "这双袜子纯棉的，十块钱三双。" * 100


@dataclass
class Seen:
    """What the clients saw."""

    seconds: list[float] = field(default_factory=list)
    """Until each answer of a poll."""
    numbers: list[list[int]] = field(default_factory=list)
    """Of the events that each stream told."""
    reconnects: int = 0
    refused: int = 0


async def poll(client: httpx.AsyncClient, job: str, seen: Seen) -> None:
    """Ask until the job has ended."""
    while True:
        began = time.perf_counter()
        answer = await client.get(f"/v1/jobs/{job}")
        seen.seconds.append(time.perf_counter() - began)
        seen.refused += answer.status_code != httpx.codes.OK
        if answer.status_code == httpx.codes.OK and answer.json()["finished_at"]:
            return
        await asyncio.sleep(POLL)


async def follow(client: httpx.AsyncClient, job: str, seen: Seen, *, cut: int) -> None:
    """Listen until the job has ended; hang up after each `cut` events, and go on with `Last-Event-ID`."""
    numbers: list[int] = []
    while True:
        headers = {"Last-Event-ID": str(numbers[-1])} if numbers else {}
        async with client.stream("GET", f"/v1/jobs/{job}/stream", headers=headers) as stream:
            if stream.status_code == httpx.codes.NO_CONTENT:
                break
            told = 0
            async for line in stream.aiter_lines():
                if line.startswith("id: "):
                    numbers.append(int(line[4:]))
                    told += 1
                    if told == cut:
                        break
        seen.reconnects += 1
    seen.numbers.append(numbers)


async def load(url: str, key: str, jobs: list[str], clients: int) -> Seen:
    """Half of the clients poll, half stream, each one of the jobs."""
    seen, limits = Seen(), httpx.Limits(max_connections=None)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=120, limits=limits) as client:
        asks = [poll(client, jobs[n % len(jobs)], seen) for n in range(clients // 2)]
        listens = [follow(client, jobs[n % len(jobs)], seen, cut=7 + n % 40) for n in range(clients - clients // 2)]
        await asyncio.gather(*asks, *listens)
    return seen


def resident_mb(process: int) -> float:
    """Memory of a process, in megabytes."""
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1000


async def upload(url: str, key: str, size: int, process: int) -> tuple[float, float, float]:
    """Send a video of `size` bytes in one piece: seconds, and the server's memory before and at most, in megabytes."""
    head = SAMPLE.read_bytes()
    padding = size - len(head)
    box = struct.pack(">I4sQ", 1, b"free", padding)  # a box of MP4 that players pass over

    async def pieces() -> AsyncIterator[bytes]:
        yield head + box
        left, filler = padding - len(box), secrets.token_bytes(PIECE)
        while left:
            yield filler[:left]
            left -= min(left, PIECE)

    tus = {"Authorization": f"Bearer {key}", "Tus-Resumable": "1.0.0"}
    before = most = resident_mb(process)
    async with httpx.AsyncClient(base_url=url, headers=tus, timeout=600) as client:
        created = await client.post("/v1/uploads", headers={"Upload-Length": str(size)})
        kind = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0", "Content-Length": str(size)}
        began = time.perf_counter()
        sending = asyncio.create_task(client.patch(created.headers["location"], headers=kind, content=pieces()))
        while not sending.done():
            most = max(most, resident_mb(process))
            await asyncio.wait([sending], timeout=0.1)
        sending.result().raise_for_status()
    return time.perf_counter() - began, before, most


def processor_seconds(process: int) -> float:
    """Of a process, until now."""
    told = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


async def poll_without_pause(server: Server, key: str, job: str) -> list[float]:
    """Seconds until each answer, in one turn."""
    end, seconds = time.perf_counter() + TURN, list[float]()
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=120) as client:

        async def ask() -> None:
            while time.perf_counter() < end:
                began = time.perf_counter()
                (await client.get(f"/v1/jobs/{job}")).raise_for_status()
                seconds.append(time.perf_counter() - began)

        await asyncio.gather(*(ask() for _ in range(POLLERS)))
    return seconds


def compare(servers: dict[str, Server]) -> None:
    """Print what a poll of a job that has ended costs each server."""
    asked = {name: prepare(server, ended=True) for name, server in servers.items()}
    spent = dict.fromkeys(servers, 0.0)
    polls: dict[str, list[float]] = {name: [] for name in servers}
    for _ in range(TURNS):
        for name, server in servers.items():
            before = processor_seconds(server.process)
            polls[name] += asyncio.run(poll_without_pause(server, asked[name].key, asked[name].jobs[0]))
            spent[name] += processor_seconds(server.process) - before
    for name in servers:
        cost, cuts = spent[name] / len(polls[name]), statistics.quantiles(polls[name], n=100)
        print(
            f"{name}: {len(polls[name])} polls of {cost * 1000:.2f} ms of the processor, "
            f"median {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--against", type=Path, help="a checkout whose server is compared with this one")
    chosen = parser.parse_args()
    with serving(ROOT) as server:
        measure(server, chosen.clients, chosen.gigabytes)
        if chosen.against:
            with serving(chosen.against.resolve()) as other:
                compare({"this": server, str(chosen.against): other})


@dataclass(frozen=True)
class Server:
    """A service that runs."""

    url: str
    folder: Path
    process: int


@contextmanager
def serving(checkout: Path) -> Iterator[Server]:
    """The server of a checkout, ready, on a state of its own."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{found.getsockname()[1]}"
        found.close()
        environment = {
            **os.environ, "PYTHONPATH": str(checkout), "PITCHGEN_SERVICE_STATE": folder,
            "PITCHGEN_SERVICE_PERFORMER": "pitchgen.recipes.service.standins:Standin",
        }  # fmt: skip
        words = [sys.executable, "-m", "pitchgen", "serve", "--port", url.rpartition(":")[2]]
        server = subprocess.Popen(words, env=environment, cwd=folder, stderr=subprocess.DEVNULL)
        try:
            while not ready(url):
                time.sleep(0.2)
            yield Server(url, Path(folder), server.pid)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


def ready(url: str) -> bool:
    """Whether a server answers."""
    try:
        return httpx.get(f"{url}/readyz").is_success
    except httpx.HTTPError:
        return False


@dataclass(frozen=True)
class Asked:
    """What the clients ask for."""

    database: Database
    merchant: str
    key: str
    jobs: list[str]


def prepare(server: Server, *, ended: bool) -> Asked:
    """A merchant with two jobs, which run, or have ended."""
    database = Database.open(Hosting(state=server.folder).database_url)
    merchants, jobs = Merchants(database), Jobs(database, at_end=AT_END)
    merchant = merchants.add(f"load {ended}").id
    merchants.limit(merchant, requests_per_minute=10_000_000)
    key = Keys(database).issue(merchant, "load", tuple(Scope)).secret
    request = JobRequest("vid_none", LANGUAGES, script=SCRIPT, settings={"standin": STAGE})
    made = [jobs.create(merchant, request).id for _ in range(2)]
    for job in made if ended else ():
        jobs.cancel(merchant, job)
    return Asked(database, merchant, key, made)


def measure(server: Server, clients: int, gigabytes: float) -> None:
    """Print what holds under the load."""
    asked = prepare(server, ended=False)
    jobs = Jobs(asked.database)
    began = time.perf_counter()
    seen = asyncio.run(load(server.url, asked.key, asked.jobs, clients))
    last = {len(jobs.events(asked.merchant, job, limit=100_000)) for job in asked.jobs}
    lost = sum(numbers != list(range(1, len(numbers) + 1)) or len(numbers) not in last for numbers in seen.numbers)
    cuts = statistics.quantiles(seen.seconds, n=100)
    print(f"{clients} clients, {time.perf_counter() - began:.0f} s, {len(seen.seconds)} polls, {seen.refused} refused")
    print(
        f"poll: median {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms, most {max(seen.seconds) * 1000:.0f} ms"
    )
    told = sum(map(len, seen.numbers))
    print(f"{len(seen.numbers)} streams told {told} events over {seen.reconnects} connections; {lost} missed any")
    size = int(gigabytes * GIGABYTE)
    seconds, before, most = asyncio.run(upload(server.url, asked.key, size, server.process))
    print(f"upload of {gigabytes:g} GB: {seconds:.0f} s; memory {before:.0f} MB before, at most {most:.0f} MB")


if __name__ == "__main__":
    main()
