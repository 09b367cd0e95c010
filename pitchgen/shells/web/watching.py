"""What an operator sees: `/healthz`, `/readyz`, `/metrics`, and a line for each request.

These need no key. What they tell names no merchant, job or key; it tells how much traffic and backlog there is, which
is the operator's business alone: she gives `/metrics` an address inside, or lets her proxy not pass it on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily

from pitchgen.core.errors import PitchgenError, in_one_line
from pitchgen.edges.service.queue import Depth
from pitchgen.recipes.service.platform import Platform
from pitchgen.shells.web.callers import ThePlatform
from pitchgen.shells.web.feed import Feed

router = APIRouter(tags=["operator"], include_in_schema=False)
scraped = APIRouter(tags=["operator"], include_in_schema=False)
"""`/metrics`, where it has no address of its own."""
log = logging.getLogger("pitchgen.serve")


class Metrics:
    """The numbers of one API process."""

    def __init__(self, registry: CollectorRegistry, *, feed: Feed, depth: Callable[[], Sequence[Depth]]) -> None:
        self.registry, self._depth = registry, depth
        labels = ["method", "route", "status"]
        self.requests = Counter("pitchgen_requests", "Requests answered.", labels, registry=self.registry)
        self.seconds = Histogram(
            "pitchgen_request_seconds", "Until the answer begins.", ["route"], registry=self.registry
        )
        streams = Gauge("pitchgen_streamed_jobs", "Jobs that somebody listens to.", registry=self.registry)
        streams.set_function(lambda: feed.watched)
        registry.register(self)

    def describe(self) -> list[Metric]:
        """Nothing: the queue is looked at when somebody asks, not when this is registered."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The queue as it is now; without it where it cannot be asked, as the rest is of use all the same."""
        waiting = GaugeMetricFamily("pitchgen_queue_waiting", "Stages that wait.", labels=["queue"])
        age = GaugeMetricFamily("pitchgen_queue_oldest_seconds", "Longest wait.", labels=["queue"])
        try:
            for depth in self._depth():
                waiting.add_metric([depth.queue], depth.waiting)
                age.add_metric([depth.queue], depth.oldest_seconds)
        except Exception as error:  # of a database that is away, in whichever words
            log.warning("the queue cannot be counted: %s", in_one_line(error))
        yield from (waiting, age)


@router.get("/healthz")
def healthz() -> PlainTextResponse:
    """The process answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def readyz(platform: ThePlatform) -> PlainTextResponse:
    """Whether it is ready; why not is in the log, as it names our own machines."""
    try:
        why = unready(platform)
    except PitchgenError as error:
        why = in_one_line(error)
    if why is None:
        return PlainTextResponse("ok\n")
    log.warning("not ready: %s", why)
    return PlainTextResponse("not ready; the log says why\n", HTTPStatus.SERVICE_UNAVAILABLE)


def unready(platform: Platform) -> str | None:
    """Why the service does not answer; None where it does.

    Raises:
        StorageError: the database or the object storage cannot be reached.
    """
    platform.objects.head("ready")
    return None if platform.database.current() else "the tables are of another version; run: pitchgen service migrate"


@scraped.get("/metrics")
def metrics(request: Request) -> Response:
    """For Prometheus."""
    found: Metrics = request.app.state.metrics
    return Response(generate_latest(found.registry), media_type=CONTENT_TYPE_LATEST)


def observe(request: Request, status: int, began: float) -> None:
    """Count and log an answer."""
    route = request.scope.get("route")
    path = getattr(route, "path", "none")
    seconds = time.perf_counter() - began
    found: Metrics = request.app.state.metrics
    found.requests.labels(request.method, path, str(status)).inc()
    found.seconds.labels(path).observe(seconds)
    state = request.state
    logging.getLogger("pitchgen.requests").info(
        "%s %s %d", request.method, path, status,
        extra={
            "merchant": getattr(state, "merchant", None), "job": request.path_params.get("job_id"),
            "method": request.method, "path": request.url.path, "status": status, "seconds": round(seconds, 4),
            "request_id": state.request_id, "address": request.client.host if request.client else None,
        },
    )  # fmt: skip
