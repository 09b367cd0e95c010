"""Every route refuses another merchant: the application is walked, with an example for each of what is not hers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from api_site import CSV, PROBLEM, TUS, Site, begun, finished_job, kept_voice, opened, ready_video
from fastapi import APIRouter, FastAPI, Response
from sqlalchemy import select
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from pitchgen.core.account import Way
from pitchgen.core.service import JobRequest, Scope
from pitchgen.edges.service import tables

READ, WRITE, VOICES = Scope.READ, Scope.WRITE, Scope.VOICES
PUBLIC = {
    ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics"),
    ("GET", "/openapi.json"), ("HEAD", "/openapi.json"), ("OPTIONS", "/v1/uploads"),
}  # fmt: skip
"""What needs no key: it tells nothing of any merchant."""


@dataclass(frozen=True)
class Example:
    """A request that names what is Wang's: `{video_id}` and so on stand for it in path, query, headers and body."""

    scope: Scope
    json: Any = None
    content: bytes | None = None
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    refused: HTTPStatus | None = HTTPStatus.NOT_FOUND
    """What another merchant is told; None where it names nothing of anybody's: she sees and changes what is her own."""


AGREED = {"person": "W", "statement": "yes"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
JOB = {"video_id": "{video_id}", "languages": ["en"]}
UNKNOWN_CURSOR = HTTPStatus.UNPROCESSABLE_ENTITY


def listing(cursor: str) -> list[Example]:
    return [Example(READ, refused=None), Example(READ, query=f"?cursor={{{cursor}}}", refused=UNKNOWN_CURSOR)]


EXAMPLES: dict[tuple[str, str], Sequence[Example]] = {
    ("GET", "/v1/videos"): listing("video_id"),
    ("POST", "/v1/videos"): [Example(WRITE, {"url": "http://shop.example:9/v.mp4"}, refused=None)],
    ("GET", "/v1/videos/{video_id}"): [Example(READ)],
    ("POST", "/v1/videos/{video_id}/complete"): [Example(WRITE)],
    ("DELETE", "/v1/videos/{video_id}"): [Example(WRITE)],
    ("POST", "/v1/uploads"): [Example(WRITE, headers={**TUS, "Upload-Length": "10"}, refused=None)],
    ("POST", "/v1/uploads/"): [Example(WRITE, headers={**TUS, "Upload-Length": "10"}, refused=None)],
    ("OPTIONS", "/v1/uploads/"): [Example(WRITE, headers=TUS, refused=None)],
    ("HEAD", "/v1/uploads/{uuid}"): [Example(WRITE, headers=TUS)],
    ("PATCH", "/v1/uploads/{uuid}"): [Example(WRITE, content=b"01234", headers=PIECE)],
    ("DELETE", "/v1/uploads/{uuid}"): [Example(WRITE, headers=TUS)],
    ("GET", "/v1/jobs"): [*listing("job_id"), Example(READ, query="?batch={batch_id}", refused=None)],
    ("POST", "/v1/jobs"): [
        Example(WRITE, JOB),
        Example(WRITE, {**JOB, "video_id": "{her_video}", "glossary": "{glossary_id}"}),
        Example(WRITE, {**JOB, "video_id": "{her_video}", "voice": "{voice}"}),
    ],
    ("GET", "/v1/jobs/{job_id}"): [Example(READ)],
    ("GET", "/v1/jobs/{job_id}/events"): [Example(READ)],
    ("GET", "/v1/jobs/{job_id}/stream"): [Example(READ), Example(READ, headers={"Last-Event-ID": "1"})],
    ("POST", "/v1/jobs/{job_id}/cancel"): [Example(WRITE)],
    ("POST", "/v1/jobs/{job_id}/retry"): [Example(WRITE)],
    ("GET", "/v1/jobs/{job_id}/outputs"): [Example(READ)],
    ("GET", "/v1/jobs/{job_id}/outputs/{language}"): [Example(READ)],
    ("GET", "/v1/jobs/{job_id}/outputs/{language}/{name:path}"): [
        Example(READ), Example(READ, headers={"Range": "bytes=0-1"})
    ],
    ("HEAD", "/v1/jobs/{job_id}/outputs/{language}/{name:path}"): [Example(READ)],
    ("GET", "/v1/batches"): listing("batch_id"),
    ("POST", "/v1/batches"): [Example(WRITE, {"name": "b", "jobs": [JOB]})],
    ("GET", "/v1/batches/{batch_id}"): [Example(READ)],
    ("POST", "/v1/batches/{batch_id}/cancel"): [Example(WRITE)],
    ("POST", "/v1/batches/{batch_id}/retry"): [Example(WRITE)],
    ("GET", "/v1/glossaries"): listing("glossary_id"),
    ("POST", "/v1/glossaries"): [Example(WRITE, content=CSV, query="?name=g", refused=None)],
    ("GET", "/v1/glossaries/{glossary_id}"): [Example(READ)],
    ("GET", "/v1/glossaries/{glossary_id}/csv"): [Example(READ)],
    ("PUT", "/v1/glossaries/{glossary_id}/csv"): [Example(WRITE, content=CSV)],
    ("DELETE", "/v1/glossaries/{glossary_id}"): [Example(WRITE)],
    ("GET", "/v1/voices"): [Example(READ, refused=None)],
    ("POST", "/v1/voices"): [Example(VOICES, {"name": "v", "video_id": "{video_id}", "consent": AGREED})],
    ("GET", "/v1/voices/{name}"): [Example(READ)],
    ("POST", "/v1/voices/{name}/consents"): [
        Example(VOICES, AGREED), Example(VOICES, {"person": "W", "recording": "{video_id}"})
    ],
    ("DELETE", "/v1/voices/{name}"): [Example(VOICES)],
    ("GET", "/v1/usage"): [Example(READ, refused=None)],
    ("GET", "/v1/webhooks/deliveries"): listing("delivery_id"),
    ("POST", "/v1/webhooks/deliveries/{delivery_id}/retry"): [Example(WRITE)],
    ("GET", "/v1/webhooks/secret"): [Example(WRITE, refused=None)],
    ("POST", "/v1/webhooks/secret/rotate"): [Example(WRITE, refused=None)],
}  # fmt: skip


def routes_of(routes: Sequence[Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Method and path of all that the application answers, hidden or not, in routers and mounted applications too."""
    for route in routes:
        if (inner := getattr(route, "original_router", None)) is not None:  # how FastAPI keeps an included router
            yield from routes_of(inner.routes, prefix + route.include_context.prefix)
        elif isinstance(route, Mount):
            if not route.routes:
                yield "MOUNT", prefix + route.path
            yield from routes_of(route.routes or [], prefix + route.path)
        else:
            for method in getattr(route, "methods", None) or ["WEBSOCKET"]:
                yield method, prefix + route.path


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with opened(tmp_path) as made:
        yield made


@dataclass(frozen=True)
class Owned:
    """One of everything that Wang can have, by the names that examples use."""

    names: dict[str, str]

    def filled(self, path: str, example: Example) -> tuple[str, dict[str, Any]]:
        """The address and what is sent."""
        if path.startswith("/v1/voices"):
            path = path.replace("{name}", "{voice}")
        sent: dict[str, Any] = {"headers": example.headers}
        if example.json is not None:
            sent["json"] = self._filled(example.json)
        if example.content is not None:
            sent["content"] = example.content
        return self._text(path.replace(":path", "")) + self._text(example.query), sent

    def _filled(self, document: Any) -> Any:
        if isinstance(document, dict):
            return {name: self._filled(value) for name, value in document.items()}
        if isinstance(document, list):
            return [self._filled(value) for value in document]
        return self._text(document) if isinstance(document, str) else document

    def _text(self, text: str) -> str:
        return text.format(**self.names)

    def told_in(self, answer: Any) -> list[str]:
        """What an answer tells of hers."""
        hers = {name: value for name, value in self.names.items() if name not in ("language", "name", "her_video")}
        text = f"{answer.headers}{answer.text}"
        return [name for name, value in hers.items() if value in text]


def owned(site: Site) -> Owned:
    """One of everything: videos, an upload under way, jobs, an output, a batch, a glossary, a voice, a message."""
    platform, wang = site.platform, site.wang
    job = finished_job(site, wang)
    platform.jobs.cancel(wang, job)  # its stream ends
    told = JobRequest(ready_video(site, wang), ("en",), webhook="http://shop.example/h")
    platform.jobs.cancel(wang, platform.jobs.create(wang, told).id)
    batch = platform.batches.create(wang, "spring of Wang", [JobRequest(ready_video(site, wang), ("en",))])
    glossary = platform.glossaries.add(wang, "terms of Wang", CSV)
    kept_voice(site, wang, "wang-voice")
    video = platform.videos.announce(wang, "of Wang.mp4", Way.PRESIGNED)
    upload = begun(site.client(wang), 10).rpartition("/")[2]
    return Owned({
        "job_id": job, "video_id": video.id, "batch_id": batch.id, "glossary_id": glossary.id, "uuid": upload,
        "delivery_id": platform.deliveries.list(wang).items[0].id, "language": "en", "name": "en.mp4",
        "voice": "wang-voice", "secret": platform.secrets.current(wang), "her_video": ready_video(site, site.li),
    })  # fmt: skip


def kept_of(site: Site, hers: Owned) -> str:
    """All that is kept of Wang's: her rows, her objects, and what lies of her upload."""
    rows = []
    with site.platform.database.reading() as connection:
        for table in tables.metadata.sorted_tables:
            if "merchant" in table.c:
                found = connection.execute(select(table).where(table.c.merchant == site.wang))
                rows.append((table.name, sorted(map(str, found))))
    objects = sorted((one.key, one.size_bytes) for one in site.platform.objects.list("") if site.wang in one.key)
    pieces = sorted(
        (path.name, path.read_bytes()) for path in site.platform.receiving.folder.glob(f"{hers.names['uuid']}*")
    )
    return repr((rows, objects, pieces))


def test_every_route_has_an_example(site: Site) -> None:
    assert sorted(routes_of(site.app.routes)) == sorted(EXAMPLES.keys() | PUBLIC)


def test_a_route_of_any_kind_is_missed_where_it_has_no_example() -> None:
    def nothing() -> Response:
        return Response()

    app, inner, deeper = FastAPI(openapi_url=None), APIRouter(prefix="/b"), APIRouter()
    app.add_api_route("/a", nothing, methods=["PUT"], include_in_schema=False)
    deeper.add_api_route("/c", nothing)
    inner.include_router(deeper, prefix="/deep")
    app.include_router(inner, prefix="/v2")
    app.mount("/d", FastAPI(openapi_url=None, routes=[Route("/e", nothing, methods=["POST"])]))
    app.mount("/f", Response())
    app.add_api_websocket_route("/g", nothing)
    found = set(routes_of(app.routes))
    assert {("PUT", "/a"), ("GET", "/v2/b/deep/c"), ("POST", "/d/e"), ("MOUNT", "/f"), ("WEBSOCKET", "/g")} <= found


def test_every_route_refuses_another_merchant(site: Site) -> None:
    hers = owned(site)
    stranger, nobody = site.client(site.li), TestClient(site.app)
    before = kept_of(site, hers)
    for (method, path), examples in EXAMPLES.items():
        for example in examples:
            at, sent = hers.filled(path, example)
            lacking = site.client(site.li, *(scope for scope in Scope if scope is not example.scope))
            assert lacking.request(method, at, **sent).status_code == 403, (method, at)
            refused = nobody.request(method, at, **sent)
            assert (refused.status_code, refused.headers["content-type"]) == (401, PROBLEM), (method, at)
            answer = stranger.request(method, at, **sent)
            if example.refused is None:
                assert answer.is_success, (method, at, answer.text)
                assert hers.told_in(answer) == [], (method, at)
            else:
                assert answer.status_code == example.refused, (method, at, answer.text)
                assert answer.headers["content-type"] == PROBLEM, (method, at)
    assert kept_of(site, hers) == before


def test_every_example_names_what_is_there_for_its_owner(site: Site) -> None:
    hers, owner = owned(site), site.client(site.wang)
    ends = sorted(EXAMPLES.items(), key=lambda entry: entry[0][0] == "DELETE")  # what is deleted is named no more
    for (method, path), examples in ends:
        for example in examples:
            at, sent = hers.filled(path, example)
            found = owner.request(method, at, **sent)
            if "{her_video}" in json.dumps(example.json):
                continue  # Li's, as an order of hers has to be right in all else
            assert found.status_code not in (400, 401, 403, 404, 405, 412, 422), (method, at, found.text)
