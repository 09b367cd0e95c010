"""`/v1/uploads`: videos in pieces, by the resumable protocol tus 1.0.0; the id of an upload is that of its video."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from tuspyserver import create_tus_router

from pitchgen.core.account import VideoState, Way
from pitchgen.core.errors import Conflict, InputError, NotFound
from pitchgen.recipes.service.receiving import Receiving
from pitchgen.shells.web.callers import ThePlatform, Writer
from pitchgen.shells.web.incoming import Incoming

PREFIX = "/v1/uploads"
VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination"
KEPT_DAYS = 1  # of an upload that nobody goes on with


async def gate(request: Request, merchant: Writer, platform: ThePlatform) -> None:
    """Before anything is read: her own upload, and only what we do of the protocol."""
    if "upload-concat" in request.headers or "upload-defer-length" in request.headers:
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"of tus, {EXTENSIONS} are done here; send Upload-Length")
    if "x-http-method-override" in request.headers:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "send the method itself")
    if request.method == "POST" and request.headers.get("content-length", "0") != "0":
        raise HTTPException(HTTPStatus.BAD_REQUEST, "create the upload first, then send its bytes by PATCH")
    upload_id = request.path_params.get("uuid")
    if upload_id is None:
        return
    video = await run_in_threadpool(platform.videos.get, merchant.id, upload_id)
    if video.way is not Way.TUS:
        raise NotFound(f"{upload_id}: no such upload")
    if video.state is not VideoState.RECEIVING and request.method == "PATCH":
        raise Conflict(f"{upload_id}: is {video.state.value}")
    if request.method == "DELETE":
        await run_in_threadpool(platform.receiving.remove, merchant, upload_id)


def naming(request: Request, merchant: Writer, platform: ThePlatform) -> Callable[[dict[str, str]], Any]:
    """Gives a new upload the id of the video that it will be."""

    async def name(metadata: dict[str, str]) -> dict[str, str] | None:
        if request.method != "POST":
            return None
        length = request.headers.get("upload-length", "")
        if not length.isdecimal() or int(length) == 0:
            raise InputError("Upload-Length: say how many bytes will come")
        called = metadata.get("filename") or metadata.get("name") or "video"
        announced = platform.receiving.announce
        video = await run_in_threadpool(announced, merchant, called, Way.TUS, size_bytes=int(length))
        return {"uid": video.id}

    return name


def admitting(merchant: Writer, platform: ThePlatform) -> Callable[[str, dict[str, str]], Any]:
    """Takes a whole upload in."""

    async def admit(path: str, _: dict[str, str]) -> None:
        whole = Path(path)
        video = await run_in_threadpool(platform.videos.get, merchant.id, whole.name)
        try:
            await run_in_threadpool(platform.receiving.admit, video, whole)
        finally:
            whole.unlink(missing_ok=True)

    return admit


def uploads(receiving: Receiving) -> APIRouter:
    """The routes of the protocol, on the uploads of a service."""
    router = APIRouter(dependencies=[Depends(gate)])

    @router.options(PREFIX, include_in_schema=False)
    def capabilities() -> Response:
        headers = {
            "Tus-Resumable": VERSION, "Tus-Version": VERSION, "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(receiving.limits.upload_bytes),
        }  # fmt: skip
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)

    routes = create_tus_router(
        prefix=PREFIX, storage=Incoming(receiving.folder), max_size=receiving.limits.upload_bytes,
        days_to_keep=KEPT_DAYS, file_dep=naming, upload_complete_dep=admitting,
    )  # fmt: skip
    router.include_router(routes, include_in_schema=False)
    return router
