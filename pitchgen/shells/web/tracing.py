"""OpenTelemetry traces of requests, sent where the `OTEL_EXPORTER_OTLP_*` variables say; without them none are made."""

from __future__ import annotations

import os

from fastapi import Request
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

ADDRESSES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def provider() -> trace.TracerProvider:
    """What records, where an address is configured; else one that records nothing."""
    if not any(map(os.environ.get, ADDRESSES)):
        return trace.NoOpTracerProvider()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    name = os.environ.get("OTEL_SERVICE_NAME", "pitchgen")
    recording = TracerProvider(resource=Resource.create({"service.name": name}))
    recording.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return recording


def describe(span: trace.Span, request: Request, status: int) -> None:
    """Say of a span which request it was."""
    route = getattr(request.scope.get("route"), "path", "none")
    span.update_name(f"{request.method} {route}")
    told = {
        "http.request.method": request.method, "http.route": route, "http.response.status_code": status,
        "pitchgen.merchant": getattr(request.state, "merchant", None),
        "pitchgen.job": request.path_params.get("job_id"), "pitchgen.request": request.state.request_id,
    }  # fmt: skip
    for name, value in told.items():
        if value is not None:
            span.set_attribute(name, value)
