"""The application: all routes of the API, on one service."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from opentelemetry.trace import SpanKind, TracerProvider
from prometheus_client import CollectorRegistry

from pitchgen import __version__
from pitchgen.core.service import new_id
from pitchgen.recipes.service.platform import Platform
from pitchgen.shells.web import (
    account,
    batches,
    glossaries,
    jobs,
    outputs,
    problems,
    streams,
    tracing,
    videos,
    voices,
    watching,
)
from pitchgen.shells.web.feed import Feed
from pitchgen.shells.web.limits import RateLimit
from pitchgen.shells.web.uploads import PREFIX, uploads

ROUTERS = (videos, jobs, streams, outputs, voices, glossaries, batches, account)


LARGEST_BODY = 32 << 20  # bytes: a batch of 2000 jobs with their scripts


def _refusal(request: Request) -> Response | None:
    """An answer to a body that would be held in memory and is too large: it is read before anybody asks whose it is."""
    if request.url.path.startswith(f"{PREFIX}/"):
        return None  # these are streamed, after the key was looked at
    length = request.headers.get("content-length", "0")
    if "transfer-encoding" in request.headers:
        return problems.problem(request, HTTPStatus.LENGTH_REQUIRED, "length_required", "send a Content-Length")
    if not length.isdecimal() or int(length) > LARGEST_BODY:
        detail = f"a request has at most {LARGEST_BODY} bytes; videos come through {PREFIX}"
        return problems.problem(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", detail)
    return None


def application(
    platform: Platform, *, depth: Callable[[], Sequence[Any]] = tuple, traces: TracerProvider | None = None,
    registry: CollectorRegistry | None = None,
) -> FastAPI:  # fmt: skip
    """The API of a service; `depth` tells how much waits in each queue, `traces` records requests.

    What it counts goes to `registry`, beside the numbers of an embedded worker.
    """
    app = FastAPI(
        title="pitchgen",
        version=__version__,
        description="One Chinese sales video in, the same merchant speaking every buyer's language out.",
        docs_url=None,  # their pages fetch scripts from elsewhere; the document is at /openapi.json
        redoc_url=None,
        responses=problems.RESPONSES,
    )
    app.state.platform, app.state.rate, app.state.depth = platform, RateLimit(), depth
    app.state.feed, app.state.metrics = Feed(platform.jobs), watching.Metrics(registry)
    problems.install(app)
    tracer = (traces or tracing.provider()).get_tracer("pitchgen", __version__)

    @app.middleware("http")
    async def _observed(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        began, request.state.request_id = time.perf_counter(), new_id("req")
        with tracer.start_as_current_span(request.method, kind=SpanKind.SERVER) as span:
            response = _refusal(request) or await call_next(request)
            tracing.describe(span, request, response.status_code)
        response.headers["X-Request-Id"] = request.state.request_id
        watching.observe(request, response.status_code, began)
        return response

    for module in ROUTERS:
        app.include_router(module.router)
    app.include_router(uploads(platform.receiving))
    app.include_router(watching.router)
    return app
