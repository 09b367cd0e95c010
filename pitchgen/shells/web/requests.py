"""Every request: given an id, refused where its body is too large, traced, counted, logged."""

from __future__ import annotations

import time
from http import HTTPStatus

from fastapi import Request, Response
from opentelemetry.trace import SpanKind, Tracer
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pitchgen.core.service import new_id
from pitchgen.shells.web import problems, tracing, watching
from pitchgen.shells.web.uploads import PREFIX

LARGEST_BODY = 32 << 20  # bytes: a batch of 2000 jobs with their scripts


class Requests:
    """What stands around the application. It passes messages on as they are: a stream is not held up."""

    def __init__(self, app: ASGIApp, *, tracer: Tracer) -> None:
        self._app, self._tracer = app, tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, began, answered = Request(scope), time.perf_counter(), False
        request.state.request_id = new_id("req")
        with self._tracer.start_as_current_span(request.method, kind=SpanKind.SERVER) as span:

            def told(status: int) -> None:
                nonlocal answered
                answered = True
                tracing.describe(span, request, status)
                watching.observe(request, status, began)

            async def answer(message: Message) -> None:
                if message["type"] == "http.response.start":
                    MutableHeaders(scope=message)["X-Request-Id"] = request.state.request_id
                    told(message["status"])
                await send(message)

            try:
                await (_refusal(request) or self._app)(scope, receive, answer)
            except Exception:  # a bug, which is answered outside of here
                if not answered:
                    told(HTTPStatus.INTERNAL_SERVER_ERROR)
                raise


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
