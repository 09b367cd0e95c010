"""Errors as documents: RFC 9457, `application/problem+json`, by the table of `core.errors`."""

from __future__ import annotations

import logging
import math
import re
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from pitchgen.core.errors import PitchgenError, QuotaError, StorageError, http_status, in_one_line, without_paths

TYPE = "urn:pitchgen:problem:"
MEDIA_TYPE = "application/problem+json"
log = logging.getLogger("pitchgen.web")

RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "What is wrong, as RFC 9457 has it.",
        "content": {
            MEDIA_TYPE: {
                "schema": {
                    "type": "object",
                    "required": ["type", "title", "status", "detail"],
                    "properties": {
                        "type": {"type": "string", "description": "urn:pitchgen:problem:NAME"},
                        "title": {"type": "string"},
                        "status": {"type": "integer"},
                        "detail": {"type": "string", "description": "One line: what is wrong, and what to do."},
                        "request_id": {"type": "string"},
                    },
                }
            }
        },
    }
}


def problem(
    request: Request, status: int, kind: str, detail: str, *, headers: dict[str, str] | None = None, **more: object
) -> JSONResponse:
    """An answer that says what is wrong; `kind` is a name that programs can rely on."""
    document = {
        "type": TYPE + kind, "title": HTTPStatus(status).phrase, "status": status, "detail": detail,
        "instance": request.url.path, "request_id": getattr(request.state, "request_id", None), **more,
    }  # fmt: skip
    return JSONResponse(document, status, headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let `app` answer every error so."""

    @app.exception_handler(PitchgenError)
    async def _expected(request: Request, error: PitchgenError) -> Response:
        headers, detail = {}, in_one_line(error)
        if (told := without_paths(detail)) != detail:
            log.info("%s %s: %s", request.method, request.url.path, detail)
            detail = told
        if isinstance(error, QuotaError) and error.retry_after is not None:
            headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
        if isinstance(error, StorageError):  # it names our own machines and folders
            log.error("%s %s: %s", request.method, request.url.path, detail)
            detail = (
                "the service cannot reach or write its own storage now; ask again, or tell its operator the request_id"
            )
        return problem(request, http_status(error), _kind(error), detail, headers=headers)

    @app.exception_handler(RequestValidationError)
    async def _malformed(request: Request, error: RequestValidationError) -> Response:
        wrong = [{"at": ".".join(map(str, one["loc"])), "detail": one["msg"]} for one in error.errors()]
        detail = "; ".join(f"{one['at']}: {one['detail']}" for one in wrong)
        return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, "request", detail, errors=wrong)

    @app.exception_handler(HTTPException)
    async def _refused(request: Request, error: HTTPException) -> Response:
        kind = HTTPStatus(error.status_code).name.lower()
        headers = dict(error.headers or {})
        return problem(request, error.status_code, kind, str(error.detail), headers=headers)

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> Response:
        log.error("a bug: %s", type(error).__name__, exc_info=error)
        detail = "something is wrong with the service; tell its operator the request_id"
        return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, "bug", detail)


def _kind(error: PitchgenError) -> str:
    """The name of an error in its `type`: that of its class, as in `too_large`."""
    return re.sub(r"\B(?=[A-Z])", "_", type(error).__name__.removesuffix("Error")).lower()
