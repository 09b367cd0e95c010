"""What an operator sees: `/healthz`, `/readyz`, `/metrics`, and a line of JSON for each request."""

from __future__ import annotations

import json
import logging
import time
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from pitchgen.core.account import rfc3339
from pitchgen.core.errors import PitchgenError, in_one_line
from pitchgen.shells.web.callers import ThePlatform

router = APIRouter(tags=["operator"], include_in_schema=False)
OWN = ("merchant", "job", "method", "path", "status", "seconds", "request_id", "address")


class Metrics:
    """The numbers of one API process."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        labels = ["method", "route", "status"]
        self.requests = Counter("pitchgen_requests", "Requests answered.", labels, registry=self.registry)
        self.seconds = Histogram(
            "pitchgen_request_seconds", "Until the answer begins.", ["route"], registry=self.registry
        )
        self.waiting = Gauge("pitchgen_queue_waiting", "Stages that wait.", ["queue"], registry=self.registry)
        self.age = Gauge("pitchgen_queue_oldest_seconds", "Longest wait.", ["queue"], registry=self.registry)
        self.streams = Gauge("pitchgen_streamed_jobs", "Jobs that somebody listens to.", registry=self.registry)


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": rfc3339(record.created), "level": record.levelname.lower(), "logger": record.name,
            "message": record.getMessage(), **{n: v for n in OWN if (v := getattr(record, n, None)) is not None},
        }  # fmt: skip
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


@router.get("/healthz")
def healthz() -> PlainTextResponse:
    """The process answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def readyz(platform: ThePlatform) -> PlainTextResponse:
    """The database and the object storage answer, and the tables are of this version."""
    try:
        current = platform.database.current()
        platform.objects.head("ready")
    except PitchgenError as error:
        return PlainTextResponse(f"{in_one_line(error)}\n", HTTPStatus.SERVICE_UNAVAILABLE)
    said = "ok\n" if current else "the tables are of another version; run: pitchgen service migrate\n"
    return PlainTextResponse(said, HTTPStatus.OK if current else HTTPStatus.SERVICE_UNAVAILABLE)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """For Prometheus."""
    found: Metrics = request.app.state.metrics
    found.streams.set(request.app.state.feed.watched)
    for depth in request.app.state.depth():
        found.waiting.labels(depth.queue).set(depth.waiting)
        found.age.labels(depth.queue).set(depth.oldest_seconds)
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
