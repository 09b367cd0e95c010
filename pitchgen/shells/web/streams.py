"""`/v1/jobs/ID/stream`: server-sent events; who comes back with `Last-Event-ID` misses none."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from pitchgen.core.errors import StorageError
from pitchgen.core.service import Event, JobState
from pitchgen.recipes.service.platform import Platform
from pitchgen.shells.web.callers import Reader, ThePlatform, recognised
from pitchgen.shells.web.feed import Feed
from pitchgen.shells.web.jobs import job_of
from pitchgen.shells.web.shapes import EventShown

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])
QUIET = 15.0  # seconds until a comment is sent, so that no proxy takes a quiet line for a dead one
RETRY_MS = 1000  # milliseconds until a browser that was cut off comes back
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
DESCRIBED: dict[int | str, dict[str, Any]] = {
    200: {"description": "The stream.", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
    204: {"description": "The job has ended, and you have all of it."},
}


@router.get("/{job_id}/stream", response_class=StreamingResponse, responses=DESCRIBED)
async def stream_events(
    job_id: str,
    merchant: Reader,
    platform: ThePlatform,
    request: Request,
    last_event_id: Annotated[int, Header(alias="Last-Event-ID", ge=0)] = 0,
) -> Response:
    """What happens to a job, as it happens; the stream ends when the job has, or the key holds no more."""
    job = await run_in_threadpool(job_of, platform, merchant.id, job_id)
    if job.state.terminal:
        rest = await run_in_threadpool(platform.jobs.events, merchant.id, job_id, after=last_event_id, limit=1)
        if not rest:
            return Response(status_code=HTTPStatus.NO_CONTENT)  # by which a browser knows not to come back
    feed: Feed = request.app.state.feed
    told = feed.listen(merchant.id, job_id, after=last_event_id, patience=QUIET)
    holds = partial(_holds, platform, request.state.secret)
    return StreamingResponse(_lines(told, holds), media_type="text/event-stream", headers=HEADERS)


async def _lines(told: AsyncIterator[list[Event]], holds: Callable[[], Awaitable[bool]]) -> AsyncIterator[str]:
    yield f"retry: {RETRY_MS}\n\n"
    async for events in told:
        if not await holds():
            return
        yield "".join(map(_record, events)) or ": quiet\n\n"
        if events and _over(events):
            return


@lru_cache(maxsize=4096)  # as many listen to the same job
def _record(event: Event) -> str:
    return f"id: {event.number}\nevent: {event.kind}\ndata: {EventShown.of(event).model_dump_json()}\n\n"


async def _holds(platform: Platform, secret: str) -> bool:
    try:
        return await recognised(platform, secret) is not None
    except StorageError:  # the database is away: it is asked again with the next event
        return True


def _over(events: list[Event]) -> bool:
    """Whether the last event is the end of the newest run."""
    last = events[-1]
    return last.kind == "state" and last.message is not None and JobState(last.message).terminal
