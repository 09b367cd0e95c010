"""What the queue costs, on stand-in stages of fixed cost: scaling, overhead, fairness, operations, size.

    python benchmarks/hosting.py [postgresql://USER@HOST/EMPTY_DATABASE [NAMES]]    without a URL, SQLite and one worker

NAMES are of scaling, cost, operations, size and fairness; all by default.

The numbers of docs/hosting.md come from here.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from sqlalchemy import insert, select, text

from pitchgen.core.hosting import Hosting
from pitchgen.core.service import Job, JobRequest, Priority
from pitchgen.edges.service import tables
from pitchgen.edges.service.database import Database, engine_of
from pitchgen.edges.service.jobs import Jobs
from pitchgen.edges.service.queue import Queue, Task, queue_url
from pitchgen.edges.service.records import newest_run
from pitchgen.edges.service.runs import Runs
from pitchgen.recipes.service.worker import migrate, submit

PAUSE = 5.0  # seconds in which a worker has nothing to do
STAGE_SECONDS = 2.0  # a short real stage; shorter ones say more of the queue
MERCHANTS = 17_000
VIDEOS, LANGUAGES = 500, 36  # a catalog, in every language
SMALL, ARRIVALS = 40, 0.25  # orders of other shops, and how many come in a second
PROGRAM = (
    "import sys, msgspec; from pitchgen.core.hosting import Hosting; "
    "from pitchgen.recipes.service.worker import Worker; "
    "Worker(msgspec.json.decode(sys.argv[1], type=Hosting, dec_hook=lambda k, v: k(v)), sys.argv[2].split(',')).run()"
)


class Bed:
    """A service with empty tables, and its workers."""

    def __init__(self, hosting: Hosting) -> None:
        self.hosting = hosting
        migrate(hosting)
        self.database = Database.open(hosting.database_url)
        self.jobs, self.runs, self.queue = Jobs(self.database), Runs(self.database), Queue.open(hosting)
        self._workers: list[subprocess.Popen[bytes]] = []

    def merchants(self, count: int) -> None:
        rows = [{"id": f"mer_{n}", "name": str(n), "created_at": 0.0} for n in range(count)]
        with self.database.transaction() as connection:
            there = set(connection.execute(select(tables.merchant.c.id)).scalars())
            connection.execute(insert(tables.merchant), [row for row in rows if row["id"] not in there] or rows[:0])

    def workers(self, count: int, roles: str) -> None:
        settings = msgspec.json.encode(self.hosting, enc_hook=str).decode()
        self._workers = [subprocess.Popen([sys.executable, "-c", PROGRAM, settings, roles]) for _ in range(count)]

    def order(
        self, merchant: str, languages: Sequence[str], *, standin: str, priority: Priority = Priority.BATCH
    ) -> Job:
        job = self.jobs.create(merchant, JobRequest("vid_1", tuple(languages), priority, settings={"standin": standin}))
        with self.database.reading() as connection:
            run = newest_run(connection, job)
        submit(self.runs, self.queue, job, run.id)
        return job

    def settle(self, jobs: Sequence[Job]) -> None:
        ids = [job.id for job in jobs]
        query = select(tables.job.c.id).where(tables.job.c.id.in_(ids), tables.job.c.finished_at.is_(None)).limit(1)
        while True:
            with self.database.reading() as connection:
                if connection.execute(query).one_or_none() is None:
                    return
            time.sleep(0.05)

    def span(self, jobs: Sequence[Job]) -> float:
        """Seconds from the first stage that began to the last that ended."""
        t = tables.event.c
        query = select(t.at).where(t.job_id.in_([job.id for job in jobs]), t.kind.in_(("stage", "state")))
        with self.database.reading() as connection:
            at = sorted(connection.execute(query).scalars())
        return float(at[-1] - at[0])

    def processor_seconds(self) -> float:
        """Of the first worker and all that it started (Linux)."""
        spent, todo = 0.0, [self._workers[0].pid]
        while todo:
            folder = Path(f"/proc/{todo.pop()}")
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            spent += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            for task in (folder / "task").iterdir():
                todo += map(int, (task / "children").read_text().split())
        return spent

    def stop(self) -> None:
        for worker in self._workers:
            worker.kill()
            worker.wait()


def scaling(bed: Bed, counts: Sequence[int]) -> list[dict[str, object]]:
    """Jobs of one language on GPU and CPU workers; weak: jobs as the workers, strong: 8 jobs."""
    rows: list[dict[str, object]] = []
    base: dict[str, float] = {}
    for kind in ("weak", "strong"):
        for count in counts:
            bed.workers(count, "all")
            warm = [bed.order(f"mer_{n}", ("en",), standin="sleep:*:0.1") for n in range(count * 2)]
            bed.settle(warm)
            jobs = [
                bed.order(f"mer_{n}", ("en",), standin=f"sleep:*:{STAGE_SECONDS}")
                for n in range(4 * count if kind == "weak" else 16)
            ]
            bed.settle(jobs)
            seconds = bed.span(jobs)
            bed.stop()
            ideal = base.setdefault(kind, seconds) / (1 if kind == "weak" else count)
            gpu = 3 * STAGE_SECONDS * len(jobs) / count  # hear, tell, speak on its one place; the last make beside it
            rows.append(
                {
                    "kind": kind, "workers": count, "jobs": len(jobs), "seconds": round(seconds, 1),
                    "efficiency": round(ideal / seconds, 3),
                    "overhead_to_calling": round(seconds / (gpu + STAGE_SECONDS) - 1, 3),
                }
            )  # fmt: skip
    return rows


def fairness(bed: Bed) -> dict[str, object]:
    """One shop orders 500 videos in 36 languages, and 40 shops drawn from 17,000 one job each in some minutes.

    The large order is as large as it is said to be, and is not waited for: 37,000 stages take hours.
    """
    bed.merchants(MERCHANTS)
    bed.workers(1, "all")
    generator = random.Random(7)
    short = "sleep:*:0.1"
    bed.settle([bed.order("mer_1", ("en",), standin=short)])  # the worker has begun
    began = time.monotonic()
    big = [bed.order("mer_0", [f"l{n}" for n in range(LANGUAGES)], standin=short) for _ in range(VIDEOS)]
    ordered = time.monotonic() - began
    small = []
    began = time.monotonic()
    for merchant in generator.sample(range(2, MERCHANTS), SMALL):
        time.sleep(generator.expovariate(ARRIVALS))
        small.append(bed.order(f"mer_{merchant}", ("en",), standin=short))
    bed.settle(small)
    seconds = time.monotonic() - began
    waiting = sum(depth.waiting for depth in bed.queue.depth())
    bed.stop()
    j, t = tables.job.c, tables.event.c
    with bed.database.reading() as connection:
        found = select(j.finished_at - j.created_at).where(j.id.in_([job.id for job in small]))
        waits = list(connection.execute(found).scalars())
        whole = select(j.id).where(j.id.in_([job.id for job in big]), j.finished_at.is_not(None))
        done = len(connection.execute(whole).all())
        steps = select(t.job_id).where(t.job_id.in_([job.id for job in big]), t.kind == "stage", t.message == "done")
        stages = len(connection.execute(steps).all())
    return {
        "seconds": round(seconds, 1), "stages_per_s": round((stages + 4 * SMALL) / (seconds + ordered), 2),
        "small_median_s": round(statistics.median(waits), 2), "small_max_s": round(max(waits), 2),
        "large_ordered_s": round(ordered, 1), "large_jobs_done": done, "large_stages_done": stages,
        "waiting_when_all_small_were_through": waiting,
    }  # fmt: skip


def cost(bed: Bed) -> dict[str, object]:
    """Processor time of a worker and its processes for a stage that does nothing: true on a busy machine too."""
    bed.workers(1, "all")
    bed.settle([bed.order(f"mer_{n}", ("en",), standin="sleep:*:0.1") for n in range(4)])
    idle = bed.processor_seconds()
    time.sleep(PAUSE)
    idle, before = (bed.processor_seconds() - idle) / PAUSE, bed.processor_seconds()
    began = time.monotonic()
    jobs = [bed.order(f"mer_{n}", ("en", "fr"), standin="sleep:*:0") for n in range(20)]
    bed.settle(jobs)
    spent = bed.processor_seconds() - before - idle * (time.monotonic() - began)
    bed.stop()
    return {"processor_s_per_stage": round(spent / (20 * 6), 4), "processor_s_per_idle_s": round(idle, 4)}


def operations(bed: Bed) -> dict[str, object]:
    """Enqueued in a second, and trivial stages in a second."""
    began = time.monotonic()
    for number in range(200):
        bed.queue.submit(Task(f"run_bench{number}", "hear", ""), "mer_x", resource="none", priority=Priority.BATCH)
    enqueued = 200 / (time.monotonic() - began)
    bed.workers(1, "all")
    jobs = [bed.order(f"mer_{n}", ("en", "fr"), standin="sleep:*:0") for n in range(20)]
    bed.settle(jobs)
    seconds = bed.span(jobs)
    bed.stop()
    return {"enqueued_per_s": round(enqueued), "trivial_stages_per_s": round(20 * 6 / seconds, 1)}


def size(bed: Bed) -> dict[str, object]:
    """Bytes of the database for a job of 36 languages, ours and the queue's, as they grow."""
    bed.workers(1, "all")
    codes = [f"l{n}" for n in range(LANGUAGES)]

    def grow(jobs: int) -> int:
        bed.settle([bed.order(f"mer_{n}", codes, standin="sleep:*:0") for n in range(jobs)])
        return _bytes(bed)

    before = grow(3)  # pages that a table has from its first row on
    after = grow(10)
    bed.stop()
    return {"bytes_per_job_of_36_languages": round((after - before) / 10)}


def _bytes(bed: Bed) -> int:
    if bed.hosting.embedded:
        return sum(path.stat().st_size for path in bed.hosting.state.glob("*.sqlite*"))
    engine = engine_of(queue_url(bed.hosting))
    with engine.connect() as connection:
        found = int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
    engine.dispose()
    return found


def main() -> None:
    """Measure, and print one JSON line for each."""
    database = sys.argv[1] if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as folder:
        hosting = Hosting(
            state=Path(folder), database=database, ttl=30, beat=5,
            performer="pitchgen.recipes.service.standins:Standin",
        )  # fmt: skip
        bed = Bed(hosting)
        bed.merchants(64)
        print(json.dumps({"cores": os.cpu_count(), "load": os.getloadavg()[0], "database": bool(database)}), flush=True)
        wanted = sys.argv[2:] or ["scaling", "cost", "operations", "size", "fairness"]
        for row in scaling(bed, (1, 2, 4) if database else (1,)) if "scaling" in wanted else ():
            print(json.dumps(row), flush=True)
        for measured in (cost, operations, size, fairness):
            if measured.__name__ in wanted:
                print(json.dumps({measured.__name__: measured(bed)}), flush=True)


if __name__ == "__main__":
    main()
