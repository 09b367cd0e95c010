"""Merchants and their quotas, as an operator sets them up."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from pitchgen.core.errors import Conflict, NotFound
from pitchgen.core.service import Merchant, new_id
from pitchgen.edges.service import tables
from pitchgen.edges.service.database import Database


class Merchants:
    """All merchants of the service."""

    def __init__(self, database: Database, *, changed: Callable[[str], object] = lambda _: None) -> None:
        """With who is told of a merchant whose limits were changed."""
        self._database, self._changed = database, changed

    def add(self, name: str) -> Merchant:
        """A new merchant, without limits of her own.

        Raises:
            Conflict: there is one of this name.
        """
        merchant = Merchant(new_id("mer"), name, time.time())
        values = {"id": merchant.id, "name": name, "created_at": merchant.created_at}
        try:
            with self._database.transaction() as connection:
                connection.execute(insert(tables.merchant).values(**values))
        except IntegrityError:
            raise Conflict(f"there is a merchant {name!r} already") from None
        return merchant

    def find(self, name: str) -> Merchant:
        """The merchant of this id or name.

        Raises:
            NotFound: there is none.
        """
        t = tables.merchant.c
        with self._database.reading() as connection:
            row = connection.execute(select(tables.merchant).where(or_(t.id == name, t.name == name))).first()
        if row is None:
            raise NotFound(f"{name!r}: no such merchant; pitchgen service merchant add makes one")
        return merchant_from(row)

    def list(self) -> tuple[Merchant, ...]:
        """All of them, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(select(tables.merchant).order_by(tables.merchant.c.name)).all()
        return tuple(map(merchant_from, rows))

    def limit(self, merchant: str, **limits: float | None) -> None:
        """Quotas by name: `active_jobs`, `requests_per_minute`, `storage_bytes`, `media_minutes`; None lifts it."""
        with self._database.transaction() as connection:
            connection.execute(update(tables.merchant).where(tables.merchant.c.id == merchant).values(**limits))
        self._changed(merchant)


def merchant_from(row: Row[Any]) -> Merchant:
    return Merchant(
        id=row.id, name=row.name, created_at=row.created_at, active_jobs=row.active_jobs,
        requests_per_minute=row.requests_per_minute, storage_bytes=row.storage_bytes, media_minutes=row.media_minutes,
    )  # fmt: skip
