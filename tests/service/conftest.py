"""Databases of both kinds, with the tables made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres import Postgres, serving

from pitchgen.edges.service.database import Database
from pitchgen.edges.service.objects import Objects


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running server."""
    with serving() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with the tables of this version."""
    url = f"sqlite:///{tmp_path}/service.sqlite"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres").fresh()
    database = Database.open(url)
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    """An object storage in a folder."""
    return Objects.open((tmp_path / "objects").as_uri())
