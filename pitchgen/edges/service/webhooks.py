"""Messages to merchants' own servers: owed in the transaction that ends a run, sent until they arrive.

A message carries `webhook-id`, `webhook-timestamp` and `webhook-signature`: `v1,` and the HMAC-SHA-256 of
`ID.TIMESTAMP.BODY` in base64, under the merchant's secret. The id is the same at each attempt, so that a message which
arrived, and whose answer did not, takes effect once.
Source: Standard Webhooks, https://www.standardwebhooks.com
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Sequence
from typing import Any

import httpx
from sqlalchemy import Connection, Row, and_, insert, select, update

from pitchgen.core.account import Delivery, DeliveryState, rfc3339
from pitchgen.core.errors import InputError, NotFound
from pitchgen.core.service import Job, Page, Run, new_id
from pitchgen.edges.service import rows, tables
from pitchgen.edges.service.addresses import Addresses
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.records import outputs_of
from pitchgen.edges.service.rows import PAGE

PREFIX = "whsec_"
SECRET_BYTES = 32
PAUSES = (5.0, 30.0, 120.0, 600.0, 3600.0, 6 * 3600.0, 24 * 3600.0)
"""Seconds between attempts: a restart, a deployment, a night, a weekend's first day."""
CLAIM = 60.0  # seconds for which nobody else sends what one is sending: more than the timeouts of a request
AT_ONCE = 20
SUCCESS = range(200, 300)


def owe(connection: Connection, job: Job, run: Run) -> None:
    """Write down that the end of a run is to be told, where the job asks for it."""
    if job.request.webhook is None:
        return
    now = time.time()
    message = {
        "type": f"job.{job.state.value}",
        "timestamp": rfc3339(now),
        "data": {
            "job_id": job.id, "run_id": run.id, "generation": run.generation, "state": job.state.value,
            "video_id": job.request.video_id, "batch": job.batch, "error": job.error,
            "outputs": [
                {"language": o.language, "state": o.state.value, "duration": o.duration, "error": o.error}
                for o in outputs_of(connection, run)
            ],
        },
    }  # fmt: skip
    connection.execute(
        insert(tables.webhook_delivery).values(
            id=new_id("msg"), merchant=job.merchant, job_id=job.id, run_id=run.id, url=job.request.webhook,
            body=json.dumps(message, ensure_ascii=False, separators=(",", ":")), state=DeliveryState.PENDING.value,
            attempts=0, created_at=now, next_at=now,
        )
    )  # fmt: skip


def signature(secret: str, message_id: str, timestamp: int, body: str) -> str:
    """What `webhook-signature` says under one secret."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.digest(key, f"{message_id}.{timestamp}.{body}".encode(), hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


class Secrets:
    """What each merchant's messages are signed with."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def current(self, merchant: str) -> str:
        """Her secret; made where she has none yet."""
        return self.holding(merchant)[0]

    def holding(self, merchant: str) -> tuple[str, ...]:
        """The secrets that sign: the current one, and the one before while she exchanges them."""
        t = tables.webhook_secret.c
        with self._database.transaction() as connection:
            row = connection.execute(select(tables.webhook_secret).where(t.merchant == merchant)).one_or_none()
            if row is None:
                values = {"merchant": merchant, "secret": _new_secret(), "changed_at": time.time()}
                connection.execute(insert(tables.webhook_secret).values(**values))
                return (str(values["secret"]),)
        return (row.secret, row.previous) if row.previous else (row.secret,)

    def rotate(self, merchant: str) -> str:
        """A new secret; the one before signs beside it until the next exchange."""
        before = self.current(merchant)
        t = tables.webhook_secret.c
        values = {"secret": _new_secret(), "previous": before, "changed_at": time.time()}
        with self._database.transaction() as connection:
            connection.execute(update(tables.webhook_secret).where(t.merchant == merchant).values(**values))
        return str(values["secret"])


class Deliveries:
    """The messages of all merchants, each seen by its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, merchant: str, *, cursor: str | None = None, limit: int = PAGE) -> Page[Delivery]:
        """Her messages, newest first."""
        found, after = rows.page(
            self._database, tables.webhook_delivery, merchant, cursor=cursor, limit=limit, called="messages"
        )
        return Page(tuple(map(_delivery_from, found)), after)

    def again(self, merchant: str, delivery_id: str) -> Delivery:
        """Send a message once more, at once; its id stays.

        Raises:
            NotFound: she has none of this id.
        """
        t = tables.webhook_delivery.c
        hers = and_(t.id == delivery_id, t.merchant == merchant)
        values = {"state": DeliveryState.PENDING.value, "attempts": 0, "next_at": time.time()}
        with self._database.transaction() as connection:
            connection.execute(update(tables.webhook_delivery).where(hers).values(**values))
            row = connection.execute(select(tables.webhook_delivery).where(hers)).one_or_none()
        if row is None:
            raise NotFound(f"{delivery_id}: no such message")
        return _delivery_from(row)

    def claim(self, *, limit: int = AT_ONCE) -> tuple[Delivery, ...]:
        """Messages that are due; nobody else gets them for a while, so that two processes do not send the same."""
        t, now = tables.webhook_delivery.c, time.time()
        due = (
            select(tables.webhook_delivery)
            .where(t.state == DeliveryState.PENDING.value, t.next_at <= now)
            .order_by(t.next_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        with self._database.transaction() as connection:
            found = tuple(map(_delivery_from, connection.execute(due)))
            if found:
                taken = update(tables.webhook_delivery).where(t.id.in_([one.id for one in found]))
                connection.execute(taken.values(next_at=now + CLAIM))
        return found

    def answered(self, delivery: Delivery, status: int | None, error: str | None) -> None:
        """Write down what became of an attempt."""
        now, attempts = time.time(), delivery.attempts + 1
        values: dict[str, Any] = {"attempts": attempts, "status": status, "error": error}
        if error is None:
            values |= {"state": DeliveryState.DELIVERED.value, "delivered_at": now}
        elif attempts > len(PAUSES):
            values["state"] = DeliveryState.FAILED.value
        else:
            values["next_at"] = now + PAUSES[attempts - 1]
        t = tables.webhook_delivery.c
        with self._database.transaction() as connection:
            connection.execute(update(tables.webhook_delivery).where(t.id == delivery.id).values(**values))


class Courier:
    """Sends what is due."""

    def __init__(self, database: Database, addresses: Addresses) -> None:
        self._deliveries, self._secrets, self._addresses = Deliveries(database), Secrets(database), addresses

    def deliver(self) -> int:
        """Send all that is due now; how many that were."""
        claimed = self._deliveries.claim()
        for delivery in claimed:
            status, error = self._sent(delivery)
            self._deliveries.answered(delivery, status, error)
        return len(claimed)

    def _sent(self, delivery: Delivery) -> tuple[int | None, str | None]:
        headers = signed(delivery, self._secrets.holding(delivery.merchant), at=int(time.time()))
        try:
            content = delivery.body.encode()
            with self._addresses.opened("POST", delivery.url, content=content, headers=headers, redirects=0) as answer:
                status = answer.status_code
        except InputError as error:
            return None, str(error)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            return None, type(error).__name__
        return status, None if status in SUCCESS else f"answers {status}"


def signed(delivery: Delivery, secrets: Sequence[str], *, at: int) -> dict[str, str]:
    """The headers of a message that is sent at the time `at`."""
    signatures = " ".join(signature(secret, delivery.id, at, delivery.body) for secret in secrets)
    return {
        "content-type": "application/json", "webhook-id": delivery.id, "webhook-timestamp": str(at),
        "webhook-signature": signatures,
    }  # fmt: skip


def _new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _delivery_from(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id, merchant=row.merchant, job_id=row.job_id, url=row.url, body=row.body,
        state=DeliveryState(row.state), attempts=row.attempts, created_at=row.created_at, next_at=row.next_at,
        delivered_at=row.delivered_at, status=row.status, error=row.error,
    )  # fmt: skip
