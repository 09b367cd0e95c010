"""`pitchgen serve` as an operator runs it: a video in, followed, fetched in a range, told of; then asked to end."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from pitchgen.edges.probe import probe
from pitchgen.shells.cli import app

SAMPLE = Path(__file__).parents[2] / "samples" / "umbrella.mp4"
TUS = {"Tus-Resumable": "1.0.0"}
PATIENCE = 180.0  # seconds, of a machine that others use too


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "pitchgen", *words]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A state folder of its own; everything else as an operator has it."""
    return {
        **os.environ, "PITCHGEN_SERVICE_STATE": str(tmp_path_factory.mktemp("serve")), "OMP_NUM_THREADS": "1",
        "PITCHGEN_SERVICE_INSIDE": "127.0.0.1/32", "METRICS_PORT": str(free_port()),
    }  # fmt: skip


def told(environment: dict[str, str], *words: str) -> str:
    done = CliRunner().invoke(app, list(words), env=environment)
    assert done.exit_code == 0, done.output
    return done.output.strip()


@pytest.fixture(scope="module")
def server(environment: dict[str, str]) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    port, metrics_port = free_port(), int(environment["METRICS_PORT"])
    words = command("serve", "--port", str(port), "--metrics", f"127.0.0.1:{metrics_port}", "--batch-jobs", "2")
    process = subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True)
    lines: list[str] = []
    assert process.stderr
    stderr = process.stderr
    reader = threading.Thread(target=lambda: lines.extend(stderr))
    reader.start()
    url, end = f"http://127.0.0.1:{port}", time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if httpx.get(f"{url}/readyz").text == "ok\n":
                break
        except httpx.HTTPError:
            assert process.poll() is None, lines
            time.sleep(0.1)
    yield url, process
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0, lines
    reader.join()
    stderr.close()
    requests = [json.loads(line) for line in lines if '"pitchgen.requests"' in line]
    assert any(line.get("merchant") and line.get("job") for line in requests)


@pytest.fixture
def hooks() -> Iterator[tuple[str, list[tuple[dict[str, str], str]]]]:
    got: list[tuple[dict[str, str], str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    receiver = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{receiver.server_port}/hook", got
    receiver.shutdown()
    receiver.server_close()
    thread.join()


def test_a_video_in_and_its_languages_out(
    server: tuple[str, subprocess.Popen[str]],
    environment: dict[str, str],
    hooks: tuple[str, list[tuple[dict[str, str], str]]],
    tmp_path: Path,
) -> None:
    told(environment, "service", "merchant", "add", "Wang")
    first = told(environment, "service", "key", "create", "Wang", "--scopes", "read,write", "--days", "30")
    key = told(environment, "service", "key", "rotate", "Wang", first.split("_")[1])
    told(environment, "service", "key", "revoke", "Wang", first.split("_")[1])
    assert len(told(environment, "service", "key", "list", "Wang").splitlines()) == 2
    assert httpx.get(f"{server[0]}/v1/jobs", headers={"Authorization": f"Bearer {first}"}).status_code == 401
    with httpx.Client(base_url=server[0], headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE) as client:
        content = SAMPLE.read_bytes()
        place = client.post("/v1/uploads", headers={**TUS, "Upload-Length": str(len(content))}).headers["location"]
        kind = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
        assert client.patch(place, headers={**TUS, **kind}, content=content).status_code == 204
        order = {
            "video_id": place.rpartition("/")[2], "languages": ["en"], "profile": "embedded", "webhook": hooks[0],
            "script": SAMPLE.with_suffix(".txt").read_text("utf-8"),
        }  # fmt: skip
        job = client.post("/v1/jobs", json=order).json()
        numbers, kinds = [], []
        with client.stream("GET", f"/v1/jobs/{job['id']}/stream") as stream:
            for line in stream.iter_lines():
                if line.startswith("id: "):
                    numbers.append(int(line[4:]))
                elif line.startswith("event: "):
                    kinds.append(line[7:])
        assert numbers == list(range(1, len(numbers) + 1))
        assert {"created", "output", "state"} <= set(kinds)
        done = client.get(f"/v1/jobs/{job['id']}").json()
        assert (done["state"], [o["state"] for o in done["outputs"]]) == ("succeeded", ["ready"])
        whole = client.get(done["outputs"][0]["url"]).content
        assert hashlib.sha256(whole).hexdigest() == done["outputs"][0]["sha256"]
        made = tmp_path / "en.mp4"
        made.write_bytes(whole)
        assert probe(made).duration == pytest.approx(probe(SAMPLE).duration, abs=0.2)
        piece = client.get(done["outputs"][0]["url"], headers={"Range": "bytes=10-19"})
        assert (piece.status_code, piece.content) == (206, whole[10:20])
        assert client.get("/v1/usage").json()["outputs"] == 1
        numbers = httpx.get(f"http://127.0.0.1:{environment['METRICS_PORT']}/metrics").text
        assert httpx.get(f"{server[0]}/metrics").status_code == 404
        assert 'pitchgen_requests_total{method="GET",route="/v1/usage",status="200"} 1.0' in numbers
        # the embedded worker's numbers beside those of the API
        assert 'pitchgen_stages_total{outcome="done",stage="make"} 1.0' in numbers
        assert 'pitchgen_stage_real_time_factor_count{stage="make"} 1.0' in numbers
        assert 'pitchgen_store_misses_total{stage="make",verb="picture"} 1.0' in numbers
        assert 'pitchgen_queue_waiting{queue="gpu"} 0.0' in numbers
        many = client.post("/v1/batches", json={"name": "b", "jobs": [{**order, "languages": ["en"]}] * 3})
        assert (many.status_code, "1 to 2 jobs" in many.json()["detail"]) == (422, True)
        end = time.monotonic() + PATIENCE
        while not hooks[1] and time.monotonic() < end:
            time.sleep(0.05)
        ((headers, body),) = hooks[1]
        secret = base64.b64decode(client.get("/v1/webhooks/secret").json()["secret"].removeprefix("whsec_"))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
        assert headers["webhook-signature"] == "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
        assert json.loads(body)["data"]["job_id"] == job["id"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--inside", "10.2.0.0/33"], "service: inside is networks, as in 10.2.0.0/16"),
        (["--upload-gib", "0"], "service: upload_gib is more than 0, not 0"),
        (["--metrics", "nowhere"], "'nowhere' is no address for metrics"),
    ],
)
def test_a_wrong_setting_is_told_in_one_line(words: list[str], told: str, tmp_path: Path) -> None:
    done = subprocess.run(
        command("serve", "--port", str(free_port()), "--state", str(tmp_path), *words), capture_output=True, text=True,
        timeout=PATIENCE,
    )  # fmt: skip
    last = done.stderr.strip().splitlines()[-1]
    assert (done.returncode, last.startswith("pitchgen: "), told in last) == (3, True, True), done.stderr


def test_a_second_one_on_the_same_folder_is_refused(
    server: tuple[str, subprocess.Popen[str]], environment: dict[str, str]
) -> None:
    second = subprocess.run(
        command("serve", "--port", str(free_port())), env=environment, capture_output=True, text=True, timeout=PATIENCE
    )
    assert second.returncode == 7
    assert "another pitchgen serves from this folder" in second.stderr
    assert len(second.stderr.strip().splitlines()) == 1
