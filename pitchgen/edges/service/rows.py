"""Rows of a merchant: one by its id, many a page at a time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Table, and_, or_, select
from sqlalchemy.sql.elements import ColumnElement

from pitchgen.core.errors import InputError, NotFound
from pitchgen.edges.service.database import Database

PAGE = 50


def one(database: Database, table: Table, merchant: str, row_id: str, *, called: str) -> Row[Any]:
    """Her row of this id.

    Raises:
        NotFound: she has none; it is told as `called`.
    """
    t = table.c
    with database.reading() as connection:
        row = connection.execute(select(table).where(t.id == row_id, t.merchant == merchant)).one_or_none()
    if row is None:
        raise NotFound(f"{row_id}: no such {called}")
    return row


def page(
    database: Database, table: Table, merchant: str, *where: ColumnElement[bool], cursor: str | None, limit: int,
    called: str,
) -> tuple[list[Row[Any]], str | None]:  # fmt: skip
    """Her rows behind the one with the id `cursor`, newest first, and the cursor of the page after, where there is one.

    Raises:
        InputError: the cursor is not of one of her rows, which are told as `called`.
    """
    t = table.c
    query = select(table).where(t.merchant == merchant, *where)
    with database.reading() as connection:
        if cursor is not None:
            last = connection.execute(select(table).where(t.id == cursor, t.merchant == merchant)).one_or_none()
            if last is None:
                raise InputError(f"{cursor!r} is no cursor of these {called}; take next_cursor of the page before")
            older = and_(t.created_at == last.created_at, t.id < last.id)
            query = query.where(or_(t.created_at < last.created_at, older))
        rows = list(connection.execute(query.order_by(t.created_at.desc(), t.id.desc()).limit(limit + 1)).all())
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None
