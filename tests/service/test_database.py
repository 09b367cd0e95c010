"""The database: both kinds, migrated by several at once, its errors in one line."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from postgres import Postgres
from sqlalchemy import text

from pitchgen.core.errors import InputError, StorageError
from pitchgen.edges.service import tables
from pitchgen.edges.service.database import Database


def test_the_migrations_make_the_tables(database: Database) -> None:
    assert database.current()
    with database.transaction() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


def test_migrated_by_several_at_once(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/new/service.sqlite", request.getfixturevalue("postgres").fresh()):
        failures: list[BaseException] = []

        def migrate(url: str = url, failures: list[BaseException] = failures) -> None:
            try:
                with closing(Database.open(url)) as one:
                    one.migrate()
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=migrate) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        with closing(Database.open(url)) as made:
            assert made.current()


def test_one_that_can_only_be_read_for_now(postgres: Postgres) -> None:
    """As the standby is, until a failover has ended."""
    with closing(Database.open(postgres.fresh())) as database:
        database.migrate()
        with database.transaction() as connection:
            name = connection.execute(text("SELECT current_database()")).scalar_one()
            connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
        database.engine.dispose()
        with pytest.raises(StorageError, match="read-only"), database.transaction() as connection:
            connection.execute(text("INSERT INTO merchant (id, name, created_at) VALUES ('mer_a', 'a', 0)"))


def test_all_or_nothing(database: Database) -> None:
    row = "INSERT INTO merchant (id, name, created_at) VALUES ('mer_a', 'a', 0)"

    def write() -> None:
        with database.transaction() as connection:
            connection.execute(text(row))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write()
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM merchant")).scalar_one() == 0


@pytest.mark.parametrize("url", ["", "mysql://a/b", "sqlite://", "service.sqlite"])
def test_no_database(url: str) -> None:
    with pytest.raises(InputError, match="sqlite:///FILE or postgresql://USER@HOST/NAME"):
        Database.open(url)


def test_nobody_answers() -> None:
    database = Database.open("postgresql://someone:secret@127.0.0.1:1/pitchgen")
    with pytest.raises(StorageError, match=r"someone:\*\*\*@127.0.0.1:1/pitchgen: .*refused") as raised:
        database.migrate()
    assert "secret" not in str(raised.value)
