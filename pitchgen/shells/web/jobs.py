"""`/v1/jobs`: asked for, followed by polling, cancelled, tried again."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, TypeVar

from fastapi import APIRouter, Header, Query, Response

from pitchgen.core.errors import NotFound
from pitchgen.core.service import Job, JobState, Standing
from pitchgen.recipes.service.platform import Platform
from pitchgen.shells.web.callers import Reader, ThePlatform, Writer
from pitchgen.shells.web.paging import LIMIT, Cursor, Limit
from pitchgen.shells.web.shapes import EventShown, EventsShown, JobOrder, JobShown, JobsPage, document

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])
T = TypeVar("T")
Key = Annotated[
    str | None, Header(alias="Idempotency-Key", max_length=200, description="the same key is the same request")
]


def job_of(platform: Platform, merchant: str, job_id: str) -> Job:
    """Her job of this id.

    Raises:
        NotFound: she has none.
    """
    return _found(platform.jobs.get(merchant, job_id), job_id)


def standing_of(platform: Platform, merchant: str, job_id: str) -> Standing:
    """How far her job of this id is.

    Raises:
        NotFound: she has none.
    """
    return _found(platform.jobs.standing(merchant, job_id), job_id)


def _found(thing: T | None, job_id: str) -> T:
    if thing is None:
        raise NotFound(f"{job_id}: no such job")
    return thing


@router.post("", status_code=HTTPStatus.CREATED)
def create_job(order: JobOrder, merchant: Writer, platform: ThePlatform, idempotency_key: Key = None) -> JobShown:
    """Make a video in some languages."""
    job = platform.orders.place(merchant, order.request(), idempotency_key=idempotency_key)
    return JobShown.of(standing_of(platform, merchant.id, job.id))


@router.get("")
def list_jobs(
    merchant: Reader,
    platform: ThePlatform,
    cursor: Cursor = None,
    limit: Limit = LIMIT,
    state: JobState | None = None,
    batch: str | None = None,
) -> JobsPage:
    """Your jobs, newest first."""
    page = platform.jobs.list(merchant.id, cursor=cursor, limit=limit, state=state, batch=batch)
    return JobsPage.of(page, JobShown.listed)


@router.get("/{job_id}", response_model=JobShown)
def show_job(job_id: str, merchant: Reader, platform: ThePlatform) -> Response:
    """A job and its outputs."""
    return document(JobShown.of(standing_of(platform, merchant.id, job_id)))


@router.get("/{job_id}/events", response_model=EventsShown)
def list_events(
    job_id: str,
    merchant: Reader,
    platform: ThePlatform,
    after: Annotated[int, Query(ge=0, description="number of the last event that you have")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 500,
) -> Response:
    """What happened to a job after an event, in order."""
    events = platform.jobs.events(merchant.id, job_id, after=after, limit=limit)
    if not events:
        job_of(platform, merchant.id, job_id)
    return document(EventsShown(items=list(map(EventShown.of, events)), last=events[-1].number if events else after))


@router.post("/{job_id}/cancel")
def cancel_job(job_id: str, merchant: Writer, platform: ThePlatform) -> JobShown:
    """Stop a job; what is ready stays, and a job that has ended stays as it is."""
    platform.jobs.cancel(merchant.id, job_id)
    return JobShown.of(standing_of(platform, merchant.id, job_id))


@router.post("/{job_id}/retry")
def retry_job(job_id: str, merchant: Writer, platform: ThePlatform) -> JobShown:
    """Try again what failed, was cancelled or is partial; what is ready is not made anew."""
    platform.orders.retry(merchant, job_id)
    return JobShown.of(standing_of(platform, merchant.id, job_id))
