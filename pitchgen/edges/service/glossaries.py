"""A merchant's glossaries: rows in the database, their CSV in the object storage."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Row, delete, insert, update

from pitchgen.core.account import StoredGlossary
from pitchgen.core.errors import InputError, TooLarge
from pitchgen.core.service import Page, glossary_key, new_id
from pitchgen.edges.glossary import read_glossary
from pitchgen.edges.service import rows, tables
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.objects import Objects
from pitchgen.edges.service.rows import PAGE

LARGEST = 4 << 20  # bytes: some 50,000 terms, more than a recogniser can be told of


class Glossaries:
    """The glossaries of all merchants, each seen by its own."""

    def __init__(self, database: Database, objects: Objects) -> None:
        self._database, self._objects = database, objects

    def add(self, merchant: str, name: str, content: bytes) -> StoredGlossary:
        """Keep a glossary, as CSV.

        Raises:
            InputError: it cannot be meant; the line is named.
        """
        terms, now = count_terms(content), time.time()
        glossary = StoredGlossary(new_id("glo"), merchant, name, terms, now, now)
        self._objects.put(glossary_key(merchant, glossary.id), content)
        values = {
            "id": glossary.id, "merchant": merchant, "name": name, "terms": terms, "created_at": now, "updated_at": now,
        }  # fmt: skip
        with self._database.transaction() as connection:
            connection.execute(insert(tables.glossary).values(**values))
        return glossary

    def replace(self, merchant: str, glossary_id: str, content: bytes) -> StoredGlossary:
        """Put other terms in place of those of a glossary; jobs that begin later use them.

        Raises:
            NotFound: she has none of this id.
            InputError: as `add`.
        """
        self.get(merchant, glossary_id)
        values = {"terms": count_terms(content), "updated_at": time.time()}
        self._objects.put(glossary_key(merchant, glossary_id), content)
        t = tables.glossary.c
        with self._database.transaction() as connection:
            connection.execute(
                update(tables.glossary).where(t.id == glossary_id, t.merchant == merchant).values(**values)
            )
        return self.get(merchant, glossary_id)

    def get(self, merchant: str, glossary_id: str) -> StoredGlossary:
        """Her glossary of this id.

        Raises:
            NotFound: she has none.
        """
        return _glossary_from(rows.one(self._database, tables.glossary, merchant, glossary_id, called="glossary"))

    def content(self, merchant: str, glossary_id: str) -> bytes:
        """Its CSV.

        Raises:
            NotFound: she has none of this id.
        """
        self.get(merchant, glossary_id)
        return self._objects.read(glossary_key(merchant, glossary_id)) or b""

    def list(self, merchant: str, *, cursor: str | None = None, limit: int = PAGE) -> Page[StoredGlossary]:
        """Her glossaries, newest first."""
        found, after = rows.page(
            self._database, tables.glossary, merchant, cursor=cursor, limit=limit, called="glossaries"
        )
        return Page(tuple(map(_glossary_from, found)), after)

    def remove(self, merchant: str, glossary_id: str) -> None:
        """Forget a glossary.

        Raises:
            NotFound: she has none of this id.
        """
        self.get(merchant, glossary_id)
        t = tables.glossary.c
        with self._database.transaction() as connection:
            connection.execute(delete(tables.glossary).where(t.id == glossary_id, t.merchant == merchant))
        self._objects.delete(glossary_key(merchant, glossary_id))


def count_terms(content: bytes) -> int:
    """How many terms a CSV holds.

    Raises:
        TooLarge: it is.
        InputError: it cannot be meant; the line is named.
    """
    if len(content) > LARGEST:
        raise TooLarge(f"a glossary has at most {LARGEST} bytes, not {len(content)}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "glossary.csv"
        path.write_bytes(content)
        try:
            return len(read_glossary(path).terms)
        except InputError as error:
            raise InputError(str(error).replace(f"{folder}/", "")) from None


def _glossary_from(row: Row[Any]) -> StoredGlossary:
    return StoredGlossary(
        id=row.id, merchant=row.merchant, name=row.name, terms=row.terms, created_at=row.created_at,
        updated_at=row.updated_at,
    )  # fmt: skip
