"""`/v1/batches`: many jobs at once, behind which nobody's single job waits."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from pitchgen.core.service import JobState
from pitchgen.recipes.service.platform import Platform
from pitchgen.shells.web.callers import Reader, ThePlatform, Writer
from pitchgen.shells.web.jobs import Key
from pitchgen.shells.web.paging import LIMIT, Cursor, Limit
from pitchgen.shells.web.shapes import BatchesPage, BatchOrder, BatchShown

router = APIRouter(prefix="/v1/batches", tags=["batches"])
RETRIED = (JobState.FAILED, JobState.PARTIAL, JobState.CANCELLED)


@router.post("", status_code=HTTPStatus.CREATED)
def create_batch(order: BatchOrder, merchant: Writer, platform: ThePlatform, idempotency_key: Key = None) -> BatchShown:
    """Ask for many jobs; where any is wrong all that are wrong are named, and none is made."""
    requests = [job.request() for job in order.jobs]
    batch = platform.orders.place_batch(merchant, order.name, requests, idempotency_key=idempotency_key)
    return BatchShown.of(batch, platform.batches.counts(merchant.id, batch.id))


@router.get("")
def list_batches(merchant: Reader, platform: ThePlatform, cursor: Cursor = None, limit: Limit = LIMIT) -> BatchesPage:
    """Your batches, newest first."""
    page = platform.batches.list(merchant.id, cursor=cursor, limit=limit)
    return BatchesPage.of(page, BatchShown.of)


@router.get("/{batch_id}")
def show_batch(batch_id: str, merchant: Reader, platform: ThePlatform) -> BatchShown:
    """A batch, and how many of its jobs are in which state."""
    batch = platform.batches.get(merchant.id, batch_id)
    return BatchShown.of(batch, platform.batches.counts(merchant.id, batch_id))


@router.post("/{batch_id}/cancel")
def cancel_batch(batch_id: str, merchant: Writer, platform: ThePlatform) -> BatchShown:
    """Stop all of its jobs that are not over."""
    platform.batches.get(merchant.id, batch_id)
    for job_id in _jobs(platform, merchant.id, batch_id, (JobState.QUEUED, JobState.RUNNING)):
        platform.jobs.cancel(merchant.id, job_id)
    return show_batch(batch_id, merchant, platform)


@router.post("/{batch_id}/retry")
def retry_batch(batch_id: str, merchant: Writer, platform: ThePlatform) -> BatchShown:
    """Try again all of its jobs that failed, were cancelled or are partial."""
    platform.batches.get(merchant.id, batch_id)
    for job_id in _jobs(platform, merchant.id, batch_id, RETRIED):
        platform.orders.retry(merchant, job_id)
    return show_batch(batch_id, merchant, platform)


def _jobs(platform: Platform, merchant: str, batch_id: str, states: tuple[JobState, ...]) -> list[str]:
    """Those that are in one of the states now: what is done to them changes that."""
    found = (job for state in states for job in platform.jobs.each(merchant, batch=batch_id, state=state))
    return [job.id for job in found]
