"""`/v1/glossaries`: your own terms, as CSV."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from pitchgen.core.errors import TooLarge
from pitchgen.edges.service.glossaries import LARGEST
from pitchgen.shells.web.callers import Reader, ThePlatform, Writer
from pitchgen.shells.web.paging import LIMIT, Cursor, Limit
from pitchgen.shells.web.shapes import SMALL, GlossariesPage, GlossaryShown

router = APIRouter(prefix="/v1/glossaries", tags=["glossaries"])
CSV = "text/csv"
BODY = {"requestBody": {"required": True, "content": {CSV: {"schema": {"type": "string"}}}}}


async def body_of(request: Request, largest: int = LARGEST) -> bytes:
    """The CSV of a request.

    Raises:
        TooLarge: it is larger than `largest` bytes.
    """
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > largest:
            raise TooLarge(f"a glossary has at most {largest} bytes")
    return bytes(content)


@router.post("", status_code=HTTPStatus.CREATED, openapi_extra=BODY)
async def add_glossary(
    request: Request,
    merchant: Writer,
    platform: ThePlatform,
    name: Annotated[str, Query(min_length=1, max_length=SMALL)],
) -> GlossaryShown:
    """Keep a glossary: `term,language,translation,note,do-not-translate`."""
    content = await body_of(request)
    return GlossaryShown.of(await run_in_threadpool(platform.glossaries.add, merchant.id, name, content))


@router.get("")
def list_glossaries(
    merchant: Reader, platform: ThePlatform, cursor: Cursor = None, limit: Limit = LIMIT
) -> GlossariesPage:
    """Your glossaries, newest first."""
    page = platform.glossaries.list(merchant.id, cursor=cursor, limit=limit)
    return GlossariesPage.of(page, GlossaryShown.of)


@router.get("/{glossary_id}")
def show_glossary(glossary_id: str, merchant: Reader, platform: ThePlatform) -> GlossaryShown:
    """A glossary."""
    return GlossaryShown.of(platform.glossaries.get(merchant.id, glossary_id))


@router.get("/{glossary_id}/csv", response_class=Response, responses={200: {"content": {CSV: {}}}})
def fetch_glossary(glossary_id: str, merchant: Reader, platform: ThePlatform) -> Response:
    """Its terms."""
    return Response(platform.glossaries.content(merchant.id, glossary_id), media_type=CSV)


@router.put("/{glossary_id}/csv", openapi_extra=BODY)
async def replace_glossary(
    glossary_id: str, request: Request, merchant: Writer, platform: ThePlatform
) -> GlossaryShown:
    """Put other terms in place of these; jobs that begin later use them."""
    content = await body_of(request)
    replaced = await run_in_threadpool(platform.glossaries.replace, merchant.id, glossary_id, content)
    return GlossaryShown.of(replaced)


@router.delete("/{glossary_id}", status_code=HTTPStatus.NO_CONTENT)
def remove_glossary(glossary_id: str, merchant: Writer, platform: ThePlatform) -> Response:
    """Delete a glossary."""
    platform.glossaries.remove(merchant.id, glossary_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)
