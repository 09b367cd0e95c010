"""Who asks: a bearer token on every request, its scope, and how often its merchant asks.

What can be told without the database is told in the event loop: a hop to a thread costs more than the telling.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from pitchgen.core.errors import PitchgenError, in_one_line
from pitchgen.core.service import Merchant, Scope
from pitchgen.edges.service.keys import Caller
from pitchgen.recipes.service.platform import Platform
from pitchgen.shells.web.limits import RateLimit

log = logging.getLogger("pitchgen.serve")
_sharing: set[asyncio.Task[None]] = set()  # the loop holds its tasks weakly
_bearer = HTTPBearer(auto_error=False, description="An API key: pgk_...")


async def platform_of(request: Request) -> Platform:
    """The service that the application is of."""
    found: Platform = request.app.state.platform
    return found


ThePlatform = Annotated[Platform, Depends(platform_of)]


async def recognised(platform: Platform, secret: str) -> Caller | None:
    """Who bears a key; None where it opens nothing."""
    return platform.keys.remembered(secret) or await run_in_threadpool(platform.keys.recognise, secret)


async def caller_of(
    request: Request, platform: ThePlatform, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    """Who asks, if she may ask now.

    Raises:
        HTTPException: 401 where the key opens nothing.
        QuotaError: she asks too often.
    """
    caller = await recognised(platform, bearer.credentials) if bearer else None
    if bearer is None or caller is None:
        raise HTTPException(
            HTTPStatus.UNAUTHORIZED,
            "give a key that holds, as in Authorization: Bearer pgk_...",
            {"WWW-Authenticate": "Bearer"},
        )
    request.state.merchant, request.state.secret = caller.merchant.id, bearer.credentials
    rate: RateLimit = request.app.state.rate
    own = caller.merchant.requests_per_minute
    if rate.take(caller.merchant.id, platform.limits.requests_per_minute if own is None else own):
        sharing = asyncio.create_task(_share(rate, caller.merchant.id))  # nobody waits for it
        _sharing.add(sharing)
        sharing.add_done_callback(_sharing.discard)
    return caller


async def _share(rate: RateLimit, merchant: str) -> None:
    try:
        await run_in_threadpool(rate.share, merchant)
    except PitchgenError as error:
        log.warning("requests are counted by this process alone: %s", in_one_line(error))


def scoped(scope: Scope) -> Callable[..., Awaitable[Merchant]]:
    """A dependency: the merchant who asks, if her key has `scope`."""

    async def merchant_of(caller: Annotated[Caller, Depends(caller_of)]) -> Merchant:
        if scope not in caller.key.scopes:
            raise HTTPException(HTTPStatus.FORBIDDEN, f"this key lacks the scope {scope.value}")
        return caller.merchant

    return merchant_of


_read: Any = scoped(Scope.READ)
_write: Any = scoped(Scope.WRITE)
_voices: Any = scoped(Scope.VOICES)
Reader = Annotated[Merchant, Depends(_read)]
Writer = Annotated[Merchant, Depends(_write)]
VoiceKeeper = Annotated[Merchant, Depends(_voices)]
