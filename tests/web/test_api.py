"""The API over HTTP: every route refuses another merchant, uploads resume, streams miss nothing, ranges are exact."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from api_site import Site, opened
from openapi_spec_validator import validate
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import update
from starlette.testclient import TestClient

from pitchgen.core.account import Way
from pitchgen.core.media import Media
from pitchgen.core.service import JobRequest, OutputState, Scope, output_prefix
from pitchgen.edges.service import tables
from pitchgen.edges.service.records import append_event, find_job, newest_run
from pitchgen.shells.web.application import application
from pitchgen.shells.web.tracing import provider

SAMPLE = Path(__file__).parents[2] / "samples" / "socks.mp4"
TUS = {"Tus-Resumable": "1.0.0"}
PROBLEM = "application/problem+json"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with opened(tmp_path) as made:
        yield made


def ready_video(site: Site, merchant: str) -> str:
    video = site.platform.videos.announce(merchant, "a.mp4", Way.TUS)
    site.platform.videos.ready(merchant, video.id, Media(Path("a"), "00" * 32, 60.0, None, None), 10)
    return video.id


def finished_job(site: Site, merchant: str, content: bytes = b"0123456789") -> str:
    """A job whose English is there."""
    job = site.platform.jobs.create(merchant, JobRequest(ready_video(site, merchant), ("en",)))
    with site.platform.database.reading() as connection:
        run = newest_run(connection, job)
    prefix = output_prefix(merchant, run.id, "en")
    site.platform.objects.put(f"{prefix}/en.mp4", content)
    values = {"state": OutputState.READY.value, "artifact": prefix, "video": "en.mp4", "size_bytes": len(content)}
    with site.platform.database.transaction() as connection:
        connection.execute(update(tables.output).where(tables.output.c.run_id == run.id).values(**values))
    return job.id


def say(site: Site, merchant: str, job_id: str, *messages: str) -> None:
    with site.platform.database.transaction() as connection:
        job = find_job(connection, merchant, job_id)
        assert job
        run = newest_run(connection, job)
        for message in messages:
            append_event(connection, run, "warning", message=message)


def metadata(name: str) -> str:
    return f"filename {base64.b64encode(name.encode()).decode()}"


def begun(client: TestClient, size: int) -> str:
    said = {"Upload-Length": str(size), "Upload-Metadata": metadata("袜.mp4")}
    answer = client.post("/v1/uploads", headers={**TUS, **said})
    assert answer.status_code == 201, answer.text
    return "/v1/uploads/" + answer.headers["location"].rpartition("/")[2]


def sent(client: TestClient, place: str, offset: int, piece: bytes) -> Any:
    kind = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}
    return client.patch(place, headers={**TUS, **kind}, content=piece)


def test_the_document_is_openapi_3_1(site: Site) -> None:
    document = site.client(site.wang).get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    validate(document)


BODIES: dict[str, Any] = {
    "/v1/videos": {"url": "http://shop.example/v.mp4"},
    "/v1/jobs": {"video_id": "{video_id}", "languages": ["en"]},
    "/v1/batches": {"name": "b", "jobs": [{"video_id": "{video_id}", "languages": ["en"]}]},
    "/v1/voices": {"name": "w", "video_id": "{video_id}", "consent": {"person": "W", "statement": "yes"}},
    "/v1/voices/{name}/consents": {"person": "W", "statement": "yes"},
}
HER_OWN = {
    # what names nothing of anybody's: a stranger sees and changes what is hers
    ("get", "/v1/videos"), ("post", "/v1/videos"), ("get", "/v1/jobs"), ("get", "/v1/voices"),
    ("get", "/v1/glossaries"), ("post", "/v1/glossaries"), ("get", "/v1/batches"), ("get", "/v1/usage"),
    ("get", "/v1/webhooks/deliveries"), ("get", "/v1/webhooks/secret"), ("post", "/v1/webhooks/secret/rotate"),
}  # fmt: skip


def owned(site: Site) -> dict[str, str]:
    """One of everything that Wang can have, by the names of path parameters."""
    job = finished_job(site, site.wang)
    webhook = JobRequest(ready_video(site, site.wang), ("en",), webhook="http://shop.example/h")
    ended = site.platform.jobs.create(site.wang, webhook)
    site.platform.jobs.cancel(site.wang, ended.id)
    batch = site.platform.batches.create(site.wang, "b", [JobRequest(ready_video(site, site.wang), ("en",))])
    glossary = site.platform.glossaries.add(site.wang, "g", b"term,language,translation\na,en,b\n")
    return {
        "job_id": job, "video_id": ready_video(site, site.wang), "batch_id": batch.id, "glossary_id": glossary.id,
        "delivery_id": site.platform.deliveries.list(site.wang).items[0].id, "language": "en", "name": "en.mp4",
    }  # fmt: skip


def test_every_route_refuses_another_merchant(site: Site) -> None:
    names = owned(site)
    stranger, nobody = site.client(site.li), TestClient(site.app)
    paths = stranger.get("/openapi.json").json()["paths"]
    routes = [(method, path) for path, methods in paths.items() for method in methods if path.startswith("/v1")]
    assert len(routes) > 30
    before = [site.platform.jobs.list(site.wang), site.platform.videos.list(site.wang), names]
    for method, path in routes:
        body = json.loads(json.dumps(BODIES.get(path)).replace("{video_id}", names["video_id"]))
        content = {"json": body} if body else {"content": b"term,language,translation\na,en,b\n"}
        url = path.replace("{name}", "en.mp4" if "outputs" in path else "wang").format(**names)
        if path == "/v1/glossaries":
            url += "?name=g"
        refused = nobody.request(method, url, **content)
        assert refused.status_code == 401, (method, path)
        assert refused.headers["content-type"] == PROBLEM
        answer = stranger.request(method, url, **content)
        if (method, path) not in HER_OWN:
            assert answer.status_code in (404, 422), (method, path, answer.status_code, answer.text)
            assert answer.headers["content-type"] == PROBLEM
        for name in ("job_id", "video_id", "batch_id", "glossary_id", "delivery_id"):
            told = answer.json() if answer.headers["content-type"] == "application/json" else {}
            assert names[name] not in json.dumps(told), (method, path)
    assert before == [site.platform.jobs.list(site.wang), site.platform.videos.list(site.wang), names]


def test_every_upload_route_refuses_another_merchant(site: Site) -> None:
    place = begun(site.client(site.wang), 10)
    for client, status in ((site.client(site.li), 404), (TestClient(site.app), 401)):
        assert sent(client, place, 0, b"0123456789").status_code == status
        assert client.head(place, headers=TUS).status_code == status
        assert client.delete(place, headers=TUS).status_code == status
    assert site.client(site.wang).head(place, headers=TUS).headers["upload-offset"] == "0"


def test_a_key_does_what_its_scopes_say(site: Site) -> None:
    video = ready_video(site, site.wang)
    order = {"video_id": video, "languages": ["en"]}
    assert site.client(site.wang, Scope.READ).post("/v1/jobs", json=order).status_code == 403
    assert site.client(site.wang, Scope.WRITE).get("/v1/jobs").status_code == 403
    assert site.client(site.wang, Scope.WRITE).post("/v1/jobs", json=order).status_code == 201
    voice = {"name": "w", "video_id": video, "consent": {"person": "W", "statement": "yes"}}
    assert site.client(site.wang, Scope.READ, Scope.WRITE).post("/v1/voices", json=voice).status_code == 403


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
    large = client.post("/v1/uploads", headers={**TUS, "Upload-Length": str(5 << 20)})
    assert large.status_code == 429
    place = begun(client, 9)
    refused = sent(client, place, 0, b"no video!")
    assert (refused.status_code, refused.headers["content-type"]) == (415, PROBLEM)
    assert client.get(place.replace("uploads", "videos")).json()["state"] == "failed"
    assert client.post("/v1/uploads", headers={**TUS, "Upload-Length": "3"}, content=b"abc").status_code == 400
    site.platform.merchants.limit(site.wang, storage_bytes=100)
    full = client.post("/v1/uploads", headers={**TUS, "Upload-Length": "101"})
    assert full.status_code == 429
    assert "remove some" in full.json()["detail"]


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


def test_a_voice_is_kept_agreed_to_and_revoked(site: Site) -> None:
    client, content = site.client(site.wang), SAMPLE.read_bytes()
    place = begun(client, len(content))
    assert sent(client, place, 0, content).status_code == 204
    video = place.rpartition("/")[2]
    order = {"name": "wang", "video_id": video, "consent": {"person": "Wang Li", "languages": ["en"]}}
    none = client.post("/v1/voices", json=order)
    assert (none.status_code, none.json()["type"]) == (403, "urn:pitchgen:problem:consent")
    order["consent"]["statement"] = "I agree. Wang Li"  # type: ignore[index]
    kept = client.post("/v1/voices", json=order)
    assert kept.status_code == 201, kept.text
    assert kept.json()["consents"][0]["way"] == "typed"
    job = {"video_id": video, "languages": ["en"], "voice": "wang"}
    assert client.post("/v1/jobs", json=job).status_code == 201
    assert client.post("/v1/jobs", json={**job, "languages": ["fr"]}).status_code == 403
    document = base64.b64encode(b"scan").decode()
    signed = client.post("/v1/voices/wang/consents", json={"person": "Wang Li", "document": document})
    assert [consent["way"] for consent in signed.json()["consents"]] == ["typed", "signed"]
    assert client.post("/v1/jobs", json={**job, "languages": ["fr"]}).status_code == 201
    assert site.client(site.li).get("/v1/voices/wang").status_code == 422
    assert [voice["name"] for voice in client.get("/v1/voices").json()] == ["wang"]
    gone = client.delete("/v1/voices/wang").json()
    assert gone["seconds"] is None
    assert all(consent["revoked"] for consent in gone["consents"])
    assert client.post("/v1/jobs", json=job).status_code == 403
    assert client.get("/v1/voices").json() == []


def test_an_order_is_checked_and_taken_once(site: Site) -> None:
    client, video = site.client(site.wang), ready_video(site, site.wang)
    order = {"video_id": video, "languages": ["en", "fr"], "settings": {"captions": "burn", "bilingual": True}}
    first = client.post("/v1/jobs", json=order, headers={"Idempotency-Key": "k"})
    again = client.post("/v1/jobs", json=order, headers={"Idempotency-Key": "k"})
    assert (first.status_code, first.json()["id"]) == (201, again.json()["id"])
    assert [o["state"] for o in first.json()["outputs"]] == ["waiting", "waiting"]
    other = client.post("/v1/jobs", json={**order, "languages": ["ru"]}, headers={"Idempotency-Key": "k"})
    assert other.status_code == 409
    for wrong, said in (
        ({"languages": ["klingon"]}, "unknown language"),
        ({"languages": ["zh"]}, "speaks already"),
        ({"settings": {"ffmpeg": "/bin/sh"}}, "not ffmpeg"),
        ({"settings": {"captions": "sung"}}, "captions is soft"),
        ({"profile": "best"}, "profile is"),
        ({"webhook": "ftp://x"}, "http"),
        ({"glossary": "glo_1"}, "no such glossary"),
        ({"voice": "wang"}, "is not here"),
        ({"colour": "red"}, "colour"),
    ):
        answer = client.post("/v1/jobs", json={**order, **wrong})
        assert answer.status_code in (404, 422), wrong
        assert said in answer.json()["detail"], answer.text
    assert len(site.platform.jobs.list(site.wang).items) == 1
    jobs = [{**order, "languages": ["en"]}, {**order, "languages": ["xx"]}, {**order, "video_id": "vid_0"}]
    batch = client.post("/v1/batches", json={"name": "spring", "jobs": jobs})
    assert batch.status_code == 422
    assert "job 2" in batch.json()["detail"]
    assert "job 3" in batch.json()["detail"]


def test_a_body_is_limited_before_anybody_asks_whose_it_is(site: Site) -> None:
    client = TestClient(site.app)
    large = client.post("/v1/jobs", headers={"Content-Length": str(1 << 30)}, content=b"{}")
    assert (large.status_code, large.headers["content-type"]) == (413, PROBLEM)
    assert client.post("/v1/jobs", content=iter([b"{}"])).status_code == 411


def test_quotas_and_rates_say_when_to_come_back(site: Site) -> None:
    client, video = site.client(site.wang), ready_video(site, site.wang)
    order = {"video_id": video, "languages": ["en"]}
    site.platform.merchants.limit(site.wang, active_jobs=1, media_minutes=2.5)
    assert client.post("/v1/jobs", json=order).status_code == 201
    many = client.post("/v1/jobs", json=order)
    assert (many.status_code, many.headers["retry-after"]) == (429, "30")
    site.platform.merchants.limit(site.wang, active_jobs=None)
    spent = client.post("/v1/jobs", json={**order, "languages": ["en", "fr", "ru"]})
    assert (spent.status_code, int(spent.headers["retry-after"]) > 0) == (429, True)
    site.platform.merchants.limit(site.wang, requests_per_minute=6)
    answers = [client.get("/v1/jobs").status_code for _ in range(8)]
    assert answers.count(429) == 3
    assert site.client(site.li).get("/v1/jobs").status_code == 200


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        (None, 200, b"0123456789"), ("bytes=2-4", 206, b"234"), ("bytes=7-", 206, b"789"), ("bytes=-2", 206, b"89"),
        ("bytes=5-99", 206, b"56789"), ("bytes=0-1,4-5", 200, b"0123456789"), ("bytes=10-", 416, None),
    ],
)  # fmt: skip
def test_outputs_in_ranges(site: Site, asked: str | None, status: int, content: bytes | None) -> None:
    client, job = site.client(site.wang), finished_job(site, site.wang)
    url = client.get(f"/v1/jobs/{job}").json()["outputs"][0]["url"]
    whole = client.get(url, headers={"Range": asked} if asked else {})
    assert whole.status_code == status
    if content is not None:
        assert whole.content == content
        etag = whole.headers["etag"]
        assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
        assert client.get(url, headers={"Range": "bytes=1-2", "If-Range": '"old"'}).status_code == 200
        assert client.head(url).headers["content-length"] == "10"
    assert client.get(f"/v1/jobs/{job}/outputs/en/..%2f..%2fsecret").status_code == 404
    assert client.get(f"/v1/jobs/{job}/outputs/en").json()["items"][0]["name"] == "en.mp4"


def records(text: str) -> list[int]:
    return [int(line[4:]) for line in text.splitlines() if line.startswith("id: ")]


def test_a_stream_misses_nothing_and_ends_with_the_job(site: Site) -> None:
    client = site.client(site.wang)
    job = site.platform.jobs.create(site.wang, JobRequest(ready_video(site, site.wang), ("en",))).id

    def work() -> None:
        for number in range(40):
            say(site, site.wang, job, f"a{number}", f"b{number}")
        site.platform.jobs.cancel(site.wang, job)

    worker = threading.Thread(target=work)
    worker.start()
    text = client.get(f"/v1/jobs/{job}/stream").text
    worker.join()
    assert records(text) == list(range(1, 83))
    assert records(client.get(f"/v1/jobs/{job}/stream", headers={"Last-Event-ID": "70"}).text) == list(range(71, 83))
    assert client.get(f"/v1/jobs/{job}/stream", headers={"Last-Event-ID": "82"}).status_code == 204
    polled = client.get(f"/v1/jobs/{job}/events", params={"after": 80}).json()
    assert ([event["number"] for event in polled["items"]], polled["last"]) == ([81, 82], 82)


def test_a_request_is_traced_where_traces_are_configured(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = InMemorySpanExporter()
    traces = TracerProvider()
    traces.add_span_processor(SimpleSpanProcessor(kept))
    key = site.platform.keys.issue(site.wang, "t", [Scope.READ]).secret
    client = TestClient(application(site.platform, traces=traces), headers={"Authorization": f"Bearer {key}"})
    client.get("/v1/jobs/job_1")
    (span,) = kept.get_finished_spans()
    assert span.name == "GET /v1/jobs/{job_id}"
    assert span.attributes
    assert (span.attributes["pitchgen.merchant"], span.attributes["http.response.status_code"]) == (site.wang, 404)
    assert not isinstance(provider(), TracerProvider)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    configured = provider()
    assert isinstance(configured, TracerProvider)
    configured.shutdown()


def test_the_operator_sees_it(site: Site) -> None:
    client = TestClient(site.app)
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").text == "ok\n"
    site.client(site.wang).get("/v1/jobs")
    assert 'pitchgen_requests_total{method="GET",route="/v1/jobs",status="200"} 1.0' in client.get("/metrics").text
    assert client.get("/docs").status_code == 404
