"""How many requests each merchant has made, as the processes of an API tell one another: a limit is one limit."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert as insert_postgres
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from pitchgen.edges.service import tables
from pitchgen.edges.service.database import Database


class RequestCounts:
    """One row for each merchant, which only grows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, merchant: str, taken: int) -> int:
        """Count `taken` requests more of a merchant; how many all processes have counted until now.

        Raises:
            StorageError: the database cannot be reached.
        """
        table = tables.request_count
        insert = insert_sqlite if self._database.embedded else insert_postgres
        first = insert(table).values(merchant=merchant, taken=taken)
        more = first.on_conflict_do_update(index_elements=["merchant"], set_={"taken": table.c.taken + taken})
        with self._database.transaction() as connection:
            return int(connection.execute(more.returning(table.c.taken)).scalar_one())
