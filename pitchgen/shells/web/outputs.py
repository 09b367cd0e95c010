"""`/v1/jobs/ID/outputs`: the files of each language, whole or in ranges."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

from pitchgen.core.errors import InputError, NotFound
from pitchgen.core.service import Output, OutputState
from pitchgen.recipes.service.platform import Platform
from pitchgen.shells.web.callers import Reader, ThePlatform
from pitchgen.shells.web.jobs import standing_of
from pitchgen.shells.web.shapes import FileShown, FilesShown, OutputShown

router = APIRouter(prefix="/v1/jobs/{job_id}/outputs", tags=["outputs"])
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
TYPES = {".vtt": "text/vtt", ".srt": "application/x-subrip", ".m3u8": "application/vnd.apple.mpegurl"}
BYTES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": {"application/octet-stream": {"schema": {"type": "string"}}}},
    206: {"description": "A range of it."},
    304: {"description": "You have it."},
    416: {"description": "It has no such range."},
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes [start, end) of a file."""

    start: int
    end: int


@router.get("", tags=["jobs"])
def list_outputs(job_id: str, merchant: Reader, platform: ThePlatform) -> list[OutputShown]:
    """The languages of a job, in the order in which they were asked for."""
    return list(map(OutputShown.of, standing_of(platform, merchant.id, job_id).outputs))


@router.get("/{language}")
def list_files(job_id: str, language: str, merchant: Reader, platform: ThePlatform) -> FilesShown:
    """The files of a language: the video, its subtitles, the report."""
    prefix = _prefix(platform, merchant.id, job_id, language)
    found = sorted(platform.objects.list(prefix), key=lambda stored: stored.key)
    base = f"/v1/jobs/{job_id}/outputs/{language}/"
    names = [(stored.key[len(prefix) + 1 :], stored.size_bytes) for stored in found]
    return FilesShown(items=[FileShown(name=name, size_bytes=size, url=base + quote(name)) for name, size in names])


@router.api_route("/{language}/{name:path}", methods=["GET"], response_class=StreamingResponse, responses=BYTES)
@router.api_route("/{language}/{name:path}", methods=["HEAD"], include_in_schema=False)
def fetch_file(
    job_id: str,
    language: str,
    name: str,
    merchant: Reader,
    platform: ThePlatform,
    range_: Annotated[str | None, Header(alias="Range")] = None,
    if_range: Annotated[str | None, Header()] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """A file, or a range of it; its `ETag` stays as long as its content does."""
    prefix = _prefix(platform, merchant.id, job_id, language)
    size = _size(platform, f"{prefix}/{name}")
    etag = f'"{prefix.split("/")[2]}-{size:x}"'  # the run: its files never change
    headers = {"Accept-Ranges": "bytes", "ETag": etag, "Cache-Control": "private, no-cache"}
    if if_none_match is not None and etag in (part.strip().removeprefix("W/") for part in if_none_match.split(",")):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    piece = parse_range(range_, size) if if_range in (None, etag) else None
    status = HTTPStatus.PARTIAL_CONTENT if piece else HTTPStatus.OK
    if piece:
        headers["Content-Range"] = f"bytes {piece.start}-{piece.end - 1}/{size}"
    piece = piece or Piece(0, size)
    headers["Content-Length"] = str(piece.end - piece.start)
    headers["Content-Security-Policy"] = "sandbox"  # a page among the files is looked at, and runs nothing here
    headers["X-Content-Type-Options"] = "nosniff"
    content = platform.objects.open_range(f"{prefix}/{name}", piece.start, piece.end)
    return StreamingResponse(content, status, headers, _media_type(name))


def parse_range(text: str | None, size: int) -> Piece | None:
    """What a `Range` header asks for; None is all of it, also where it asks for several ranges or for what is none.

    Raises:
        HTTPException: 416 where the file has no such range.
    """
    match = _RANGE.fullmatch((text or "").strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    if first and last and int(last) < int(first):
        return None
    if start >= size:
        raise HTTPException(
            HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
            f"the file has {size} bytes",
            {"Content-Range": f"bytes */{size}"},
        )
    return Piece(start, end)


def _prefix(platform: Platform, merchant: str, job_id: str, language: str) -> str:
    """Where the files of a language lie.

    Raises:
        NotFound: she has no such job, or it has no such output yet.
    """
    output = _output(platform, merchant, job_id, language)
    if output.artifact is None or output.state is not OutputState.READY:
        raise NotFound(f"{job_id}: {language} is {output.state.value}; nothing is there yet")
    return output.artifact


def _output(platform: Platform, merchant: str, job_id: str, language: str) -> Output:
    for output in standing_of(platform, merchant, job_id).outputs:
        if output.language == language:
            return output
    raise NotFound(f"{job_id}: was not asked for {language}")


def _size(platform: Platform, key: str) -> int:
    try:
        size = platform.objects.head(key)
    except InputError:  # a name that leads elsewhere
        size = None
    if size is None:
        raise NotFound(f"{key.rpartition('/')[2]}: no such file")
    return size


def _media_type(name: str) -> str:
    suffix = "." + name.rpartition(".")[2].lower()
    return TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
