"""`/v1/jobs/ID/stream`: server-sent events; who comes back with `Last-Event-ID` misses none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import lru_cache
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from pitchgen.core.service import Event, JobState
from pitchgen.shells.web.callers import Reader, ThePlatform
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
    """What happens to a job, as it happens; the stream ends when the job has."""
    job = await run_in_threadpool(job_of, platform, merchant.id, job_id)
    if job.state.terminal:
        rest = await run_in_threadpool(platform.jobs.events, merchant.id, job_id, after=last_event_id, limit=1)
        if not rest:
            return Response(status_code=HTTPStatus.NO_CONTENT)  # by which a browser knows not to come back
    feed: Feed = request.app.state.feed
    return StreamingResponse(
        _lines(feed, merchant.id, job_id, last_event_id), media_type="text/event-stream", headers=HEADERS
    )


async def _lines(feed: Feed, merchant: str, job_id: str, after: int) -> AsyncIterator[str]:
    yield f"retry: {RETRY_MS}\n\n"
    async for events in feed.listen(merchant, job_id, after=after, patience=QUIET):
        yield "".join(map(_record, events)) or ": quiet\n\n"
        if events and _over(events):
            return


@lru_cache(maxsize=4096)  # as many listen to the same job
def _record(event: Event) -> str:
    return f"id: {event.number}\nevent: {event.kind}\ndata: {EventShown.of(event).model_dump_json()}\n\n"


def _over(events: list[Event]) -> bool:
    """Whether the last event is the end of the newest run."""
    last = events[-1]
    return last.kind == "state" and last.message is not None and JobState(last.message).terminal
