"""The API over HTTP: orders are checked, quotas kept, streams miss nothing, ranges are exact."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from api_site import PROBLEM, Site, finished_job, opened, ready_video, say
from openapi_spec_validator import validate
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient

from pitchgen.core.errors import InputError, StorageError
from pitchgen.core.service import JobRequest, Scope
from pitchgen.edges.service.database import Database
from pitchgen.recipes.service.platform import Platform
from pitchgen.shells.web import streams
from pitchgen.shells.web.application import application
from pitchgen.shells.web.tracing import provider


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with opened(tmp_path) as made:
        yield made


def test_the_document_is_openapi_3_1(site: Site) -> None:
    document = site.client(site.wang).get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_a_problem_names_no_folder_of_the_server(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> NoReturn:
        raise InputError("/srv/pitchgen/state/wang.csv: row 3 has no term")

    monkeypatch.setattr(type(site.platform.orders), "retry", refuse)
    answer = site.client(site.wang).post("/v1/jobs/job_1/retry")
    assert (answer.status_code, answer.json()["detail"]) == (422, "wang.csv: row 3 has no term")


def test_a_key_does_what_its_scopes_say(site: Site) -> None:
    video = ready_video(site, site.wang)
    order = {"video_id": video, "languages": ["en"]}
    assert site.client(site.wang, Scope.READ).post("/v1/jobs", json=order).status_code == 403
    assert site.client(site.wang, Scope.WRITE).get("/v1/jobs").status_code == 403
    assert site.client(site.wang, Scope.WRITE).post("/v1/jobs", json=order).status_code == 201
    voice = {"name": "w", "video_id": video, "consent": {"person": "W", "statement": "yes"}}
    assert site.client(site.wang, Scope.READ, Scope.WRITE).post("/v1/voices", json=voice).status_code == 403


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
        ({"voice": "wang"}, "no such voice"),
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


def test_a_stream_ends_where_its_key_does(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "QUIET", 0.1)
    issued = site.platform.keys.issue(site.wang, "t", [Scope.READ])
    job = site.platform.jobs.create(site.wang, JobRequest(ready_video(site, site.wang), ("en",))).id
    say(site, site.wang, job, "before")
    holds, asked = streams._holds, list[bool]()

    async def revoked_after_the_first(platform: Platform, secret: str) -> bool:
        if asked:
            platform.keys.revoke(site.wang, issued.key.id)
        asked.append(await holds(platform, secret))
        return asked[-1]

    monkeypatch.setattr(streams, "_holds", revoked_after_the_first)
    client = TestClient(site.app, headers={"Authorization": f"Bearer {issued.secret}"})
    assert records(client.get(f"/v1/jobs/{job}/stream").text) == [1, 2]  # which ends though the job does not
    assert asked == [True, False]
    assert client.get(f"/v1/jobs/{job}/stream").status_code == 401


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
    assert "pitchgen_streamed_jobs 0.0" in client.get("/metrics").text
    assert client.get("/docs").status_code == 404
    elsewhere = TestClient(application(site.platform, scraped=False))
    assert elsewhere.get("/metrics").status_code == 404


def test_what_is_wrong_inside_is_told_to_the_operator_alone(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away() -> NoReturn:
        raise StorageError("postgresql://pitchgen@db.inside/pitchgen: does not answer")

    monkeypatch.setattr(Database, "current", lambda self: away())
    client = TestClient(application(site.platform, depth=away))
    unready = client.get("/readyz")
    assert (unready.status_code, unready.text) == (503, "not ready; the log says why\n")
    assert "db.inside" in caplog.text
    numbers = client.get("/metrics")
    assert 'route="/readyz"' in numbers.text  # which are told though the queue cannot be counted
    assert "db.inside" not in numbers.text
