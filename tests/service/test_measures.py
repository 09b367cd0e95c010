"""What a worker tells Prometheus of real jobs on stand-in stages, and that it names no merchant and no job."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hosted import PATIENCE, ROOT, Service, short, until
from postgres import free_port
from prometheus_client.parser import text_string_to_metric_families

from pitchgen.core.errors import InputError
from pitchgen.core.service import JobState
from pitchgen.shells.vitals import show

Labels = tuple[tuple[str, str], ...]
DOCS = (ROOT / "docs" / "hosting.md").read_text("utf-8")


class Watched:
    """A service with one worker, as an operator runs it and looks at it."""

    def __init__(self, folder: Path) -> None:
        self.service = Service(short(folder / "state"), folder)
        self.url = f"http://127.0.0.1:{free_port()}"
        settings = {
            f"PITCHGEN_SERVICE_{name.upper()}": str(getattr(self.service.hosting, name))
            for name in ("state", "poll", "beat", "backoff", "drain", "crashes", "performer")
        }
        command = [sys.executable, "-m", "pitchgen", "worker", "--metrics", self.url.removeprefix("http://")]
        with (folder / "worker-0.log").open("wb") as log:
            self.worker = subprocess.Popen(
                command, env={**os.environ, **settings, "PYTHONPATH": str(ROOT)}, cwd=folder, stdout=log, stderr=log
            )
        self.service.workers.append(self.worker)
        until(lambda: self.asked("/readyz") == (200, "ok\n"), told=self.service.told)

    def asked(self, path: str) -> tuple[int, str]:
        try:
            answer = httpx.get(self.url + path)
        except httpx.HTTPError:
            return 0, ""
        return answer.status_code, answer.text

    def numbers(self) -> dict[tuple[str, Labels], float]:
        """Of each sample by its name and its labels."""
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(self.asked("/metrics")[1])
            for sample in family.samples
        }

    def number(self, name: str, **labels: str) -> float:
        return self.numbers().get((name, tuple(sorted(labels.items()))), 0)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    watched = Watched(tmp_path_factory.mktemp("watched"))
    yield watched
    watched.service.close()


def test_what_became_of_stages(watched: Watched, tmp_path: Path) -> None:
    service = watched.service
    for words in ("sleep:make:1", ""):
        service.settle([service.order("mer_a", standin=words)])
    assert watched.number("pitchgen_store_hits_total", stage="hear", verb="hear") == 1
    assert watched.number("pitchgen_store_misses_total", stage="hear", verb="hear") == 1
    assert watched.number("pitchgen_worker_network_bytes", resource="gpu", network="standin") == 1_000_000
    jobs = [
        service.order("mer_b", standin="fail:make:fr crash:speak:en"),
        service.order("mer_c", ("en",), standin="passing:hear", mark=str(tmp_path)),
    ]  # fmt: skip
    service.settle(jobs)
    assert [service.state(job) for job in jobs] == [JobState.FAILED, JobState.SUCCEEDED]
    number = watched.number
    done = {stage: number("pitchgen_stages_total", stage=stage, outcome="done") for stage in ("hear", "speak", "make")}
    assert done == {"hear": 4, "speak": 6, "make": 5}
    assert number("pitchgen_stages_total", stage="make", outcome="failed") == 1
    assert number("pitchgen_stages_total", stage="hear", outcome="again") == 1
    assert number("pitchgen_stages_total", stage="speak", outcome="crashed") == service.hosting.crashes
    assert number("pitchgen_stages_total", stage="speak", outcome="dead") == 1
    assert number("pitchgen_stage_seconds_count", stage="make") == 6  # those that died have no end
    assert number("pitchgen_stage_seconds_sum", stage="make") > 2.0
    assert number("pitchgen_stage_real_time_factor_count", stage="make") == 5
    assert number("pitchgen_stage_real_time_factor_bucket", stage="make", le="0.05") <= 3  # two slept 1 s for 10 s
    assert number("pitchgen_stage_media_seconds_total", stage="hear") == 40
    assert number("pitchgen_worker_slots", resource="cpu") == service.hosting.cpu_slots
    assert number("pitchgen_worker_slots", resource="gpu") == 1
    assert number("pitchgen_worker_slots_busy", resource="cpu") == 0


def test_no_label_grows_with_merchants_or_jobs(watched: Watched) -> None:
    watched.service.settle([watched.service.order("mer_a", ("en",))])
    text = watched.asked("/metrics")[1]
    labels = {label: value for _, found in watched.numbers() for label, value in found}
    assert set(labels) <= {"stage", "outcome", "verb", "resource", "network", "le"}
    assert not re.search("mer_|job_|run_|vid_", text)


def test_every_number_is_in_the_documents(watched: Watched) -> None:
    named = set(re.findall(r"^# TYPE (\w+) ", watched.asked("/metrics")[1], re.MULTILINE))
    named = {name for name in named if not name.endswith("_created")}
    assert named
    assert not [name for name in named if f"`{name}`" not in DOCS]


def test_other_paths(watched: Watched) -> None:
    assert watched.asked("/healthz") == (200, "ok\n")
    assert watched.asked("/")[0] == 404


def test_a_worker_that_leaves_is_not_ready(watched: Watched) -> None:
    service = watched.service
    job = service.order("mer_b", ("en",), standin="sleep:make:30")
    until(lambda: service.begun(job, "make"), told=service.told)
    watched.worker.send_signal(signal.SIGTERM)
    until(lambda: watched.asked("/readyz") == (503, "it leaves\n"), told=service.told)
    assert watched.asked("/healthz")[0] == 200
    assert watched.worker.wait(PATIENCE) == 0
    said = [json.loads(line) for line in service.log(watched.worker).splitlines()]
    assert any(line.get("merchant") == "mer_b" and line.get("job") == job.id for line in said)
    (output,) = service.jobs.outputs("mer_b", job.id)
    assert service.runs.lost(output.run_id, "make", "en") == 0, "it counts as if it had taken its worker with it"
    assert [depth.waiting for depth in service.queue.depth() if depth.queue == "cpu-batch"] == [1]


@pytest.mark.parametrize("address", ["nowhere", "127.0.0.1:", "127.0.0.1:99999", "192.0.2.1:9100"])
def test_an_address_that_is_none(address: str) -> None:
    from prometheus_client import CollectorRegistry

    with pytest.raises(InputError, match=re.escape(address)):
        show(address, CollectorRegistry(), lambda: None)
