"""Videos that come in: in pieces, by presigned address, by link; limited, looked at, resumed, given up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from api_site import LIMITS, PROBLEM, SAMPLE, TUS, Site, begun, opened, sent
from starlette.testclient import TestClient

from pitchgen.core.errors import StorageError
from pitchgen.edges.service.objects import Objects


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with opened(tmp_path) as made:
        yield made


def raising(error: Exception) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.fixture
def shop() -> Iterator[str]:
    """The address of a server whose `/N` is N bytes."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", self.path[1:])
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://shop.example:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_upload_goes_on_where_it_was_cut_off(site: Site) -> None:
    client, content = site.client(site.wang), SAMPLE.read_bytes()
    place = begun(client, len(content))
    assert sent(client, place, 0, content[:100_000]).headers["upload-offset"] == "100000"
    torn = site.platform.receiving.folder / place.rpartition("/")[2]
    with torn.open("ab") as file:  # what a killed server had written and told nobody
        file.write(b"torn")
    assert client.head(place, headers=TUS).headers["upload-offset"] == "100000"
    assert sent(client, place, 5, b"x").status_code == 409
    assert sent(client, place, 100_000, content[100_000:]).status_code == 204
    video = client.get(place.replace("uploads", "videos")).json()
    assert (video["state"], video["name"], video["size_bytes"]) == ("ready", "袜.mp4", len(content))
    kept = site.platform.objects.read(f"videos/{site.wang}/{video['id']}")
    assert kept == content
    assert not torn.exists()
    assert client.head(place, headers=TUS).headers["upload-offset"] == str(len(content))


def test_uploads_are_limited_and_looked_at(site: Site) -> None:
    client = site.client(site.wang)
    place = begun(client, 9)
    refused = sent(client, place, 0, b"no video!")
    assert (refused.status_code, refused.headers["content-type"]) == (415, PROBLEM)
    assert client.get(place.replace("uploads", "videos")).json()["state"] == "failed"
    assert client.post("/v1/uploads", headers={**TUS, "Upload-Length": "3"}, content=b"abc").status_code == 400


def landed(site: Site, client: TestClient, announced: int, content: bytes) -> str:
    """The id of a video that was sent to its presigned address."""
    order = {"presigned": True, "name": "a.mp4", "size_bytes": announced}
    video: str = client.post("/v1/videos", json=order).json()["id"]
    site.platform.objects.put(f"incoming/{site.wang}/{video}", content)
    return video


@pytest.fixture
def signing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that signs addresses, as a bucket does."""
    monkeypatch.setattr(Objects, "presigned_put", lambda self, key: f"https://bucket.example/{key}")


@pytest.mark.usefixtures("signing")
def test_what_is_too_large_is_told_apart_from_a_quota_that_is_used_up(site: Site, shop: str) -> None:
    client, most, large = site.client(site.wang), LIMITS.upload_bytes, LIMITS.upload_bytes + 1

    def asked(size: int) -> list[int]:
        """What the ways in answer to a video of so many bytes."""
        announced = {"presigned": True, "name": "a.mp4", "size_bytes": size}
        tus = client.post("/v1/uploads", headers={**TUS, "Upload-Length": str(size)})
        presigned = client.post("/v1/videos", json=announced)
        sent_more = client.post(f"/v1/videos/{landed(site, client, 1, bytes(size))}/complete")
        return [tus.status_code, presigned.status_code, sent_more.status_code]

    assert asked(large) == [413, 413, 413]
    linked = client.post("/v1/videos", json={"url": f"{shop}/{large}"}).json()["id"]
    failed = client.get(f"/v1/videos/{linked}").json()
    assert (failed["state"], failed["error"]) == ("failed", f"the file at the link is larger than {most} bytes")
    told = client.post("/v1/uploads", headers={**TUS, "Upload-Length": str(large)}).json()
    assert told["type"] == "urn:pitchgen:problem:too_large"
    site.platform.merchants.limit(site.wang, storage_bytes=100)
    assert asked(101) == [429, 429, 429]
    full = client.post("/v1/uploads", headers={**TUS, "Upload-Length": "101"}).json()
    assert (full["type"], "remove some" in full["detail"]) == ("urn:pitchgen:problem:quota", True)
    assert client.post("/v1/glossaries?name=g", content=b"x" * (4 << 20) + b"x").status_code == 413


@pytest.mark.usefixtures("signing")
def test_a_video_at_a_presigned_address_is_taken_in_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    client, content = site.client(site.wang), SAMPLE.read_bytes()
    video = landed(site, client, len(content), content)
    with monkeypatch.context() as broken:
        broken.setattr(Objects, "get", raising(StorageError("the storage failed")))
        assert client.post(f"/v1/videos/{video}/complete").status_code == 507
    done = client.post(f"/v1/videos/{video}/complete")
    assert (done.status_code, done.json()["state"], done.json()["size_bytes"]) == (200, "ready", len(content))
    assert client.post(f"/v1/videos/{video}/complete").status_code == 409
    assert site.platform.objects.read(f"videos/{site.wang}/{video}") == content
    assert site.platform.objects.head(f"incoming/{site.wang}/{video}") is None
    assert client.get(f"/v1/videos/{video}").json()["state"] == "ready"
    none = client.post(f"/v1/videos/{landed(site, client, 3, b'abc')}/complete")
    assert (none.status_code, "a.mp4" in none.json()["detail"]) == (415, True)
    announced = client.post("/v1/videos", json={"presigned": True, "name": "b.mp4", "size_bytes": 9}).json()
    assert client.post(f"/v1/videos/{announced['id']}/complete").status_code == 409


def test_an_upload_that_nobody_goes_on_with_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    client = site.client(site.wang)
    place = begun(client, 10)
    sent(client, place, 0, b"01234")
    assert site.platform.receiving.sweep() == 0
    later = time.time() + 25 * 3600
    monkeypatch.setattr(time, "time", lambda: later)
    assert site.platform.receiving.sweep() == 1
    assert client.get(place.replace("uploads", "videos")).json()["state"] == "failed"
    assert list(site.platform.receiving.folder.iterdir()) == []
    assert sent(client, place, 5, b"56789").status_code == 409
