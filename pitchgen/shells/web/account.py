"""`/v1/usage` and `/v1/webhooks`: what you used, what your server is told, and what that is signed with."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from pitchgen.core.account import rfc3339
from pitchgen.core.errors import InputError
from pitchgen.edges.service.usages import month_of
from pitchgen.shells.web.callers import Reader, ThePlatform, Writer
from pitchgen.shells.web.paging import LIMIT, Cursor, Limit
from pitchgen.shells.web.shapes import DeliveriesPage, DeliveryShown, SecretShown, UsageShown

router = APIRouter(prefix="/v1", tags=["account"])


@router.get("/usage")
def show_usage(
    merchant: Reader,
    platform: ThePlatform,
    since: Annotated[AwareDatetime | None, Query(description="by default the start of this month, in UTC")] = None,
    until: Annotated[AwareDatetime | None, Query(description="by default now")] = None,
) -> UsageShown:
    """What you used between two moments."""
    end = until.timestamp() if until else time.time()
    start = since.timestamp() if since else month_of(end)[0]
    if start > end:
        raise InputError(f"since is before until, not {rfc3339(start)} and {rfc3339(end)}")
    return UsageShown.of(platform.usages.between(merchant.id, start, end))


@router.get("/webhooks/deliveries")
def list_deliveries(
    merchant: Reader, platform: ThePlatform, cursor: Cursor = None, limit: Limit = LIMIT
) -> DeliveriesPage:
    """Messages to your server, newest first."""
    page = platform.deliveries.list(merchant.id, cursor=cursor, limit=limit)
    return DeliveriesPage.of(page, DeliveryShown.of)


@router.post("/webhooks/deliveries/{delivery_id}/retry")
def retry_delivery(delivery_id: str, merchant: Writer, platform: ThePlatform) -> DeliveryShown:
    """Send a message again; its id stays."""
    return DeliveryShown.of(platform.deliveries.again(merchant.id, delivery_id))


@router.get("/webhooks/secret")
def show_secret(merchant: Writer, platform: ThePlatform) -> SecretShown:
    """What messages to your server are signed with."""
    return SecretShown(secret=platform.secrets.current(merchant.id))


@router.post("/webhooks/secret/rotate")
def rotate_secret(merchant: Writer, platform: ThePlatform) -> SecretShown:
    """A new secret; the one before signs beside it until the next exchange."""
    return SecretShown(secret=platform.secrets.rotate(merchant.id))
