"""The application: all routes of the API, on one service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import FastAPI
from opentelemetry.trace import TracerProvider
from prometheus_client import CollectorRegistry

from pitchgen import __version__
from pitchgen.edges.service.request_counts import RequestCounts
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
from pitchgen.shells.web.requests import Requests
from pitchgen.shells.web.uploads import uploads

ROUTERS = (videos, jobs, streams, outputs, voices, glossaries, batches, account)


def application(
    platform: Platform, *, depth: Callable[[], Sequence[Any]] = tuple, traces: TracerProvider | None = None,
    registry: CollectorRegistry | None = None, scraped: bool = True,
) -> FastAPI:  # fmt: skip
    """The API of a service; `depth` tells how much waits in each queue, `traces` records requests.

    What it counts goes to `registry`, beside the numbers of an embedded worker; it shows that at `/metrics` where it is
    `scraped` itself.
    """
    app = FastAPI(
        title="pitchgen",
        version=__version__,
        description="One Chinese sales video in, the same merchant speaking every buyer's language out.",
        docs_url=None,  # their pages fetch scripts from elsewhere; the document is at /openapi.json
        redoc_url=None,
        responses=problems.RESPONSES,
    )
    feed = Feed(platform.jobs)
    alone = platform.database.embedded
    rate = RateLimit() if alone else RateLimit(RequestCounts(platform.database).add)
    app.state.platform, app.state.rate, app.state.feed = platform, rate, feed
    app.state.metrics = watching.Metrics(registry or CollectorRegistry(), feed=feed, depth=depth)
    problems.install(app)
    tracer = (traces or tracing.provider()).get_tracer("pitchgen", __version__)

    app.add_middleware(Requests, tracer=tracer)
    for module in ROUTERS:
        app.include_router(module.router)
    app.include_router(uploads(platform.receiving))
    app.include_router(watching.router)
    if scraped:
        app.include_router(watching.scraped)
    return app
