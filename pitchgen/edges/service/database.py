"""The database of the service: SQLite in a file, or Postgres, by URL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, InternalError, OperationalError

from pitchgen.core.errors import InputError, StorageError, in_one_line

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT = 20.0  # seconds that SQLite waits for another writer: longer than any of our transactions
POOL = 4  # connections of one process; Postgres allows 100 in all, and a worker asks little
CONNECT: Mapping[str, int] = {
    "connect_timeout": 5,  # seconds until a Postgres that does not answer is told
    "tcp_user_timeout": 8000,  # milliseconds until a sent packet that nobody acknowledges ends the connection
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}
"""How a Postgres is reached."""
UNUSABLE = (OperationalError, InterfaceError, InternalError)
"""What says something of the database and nothing of the statement: it is away, full, or read-only for now."""
MIGRATING = 0x7069746368  # one advisory lock for all who migrate: "pitch"


class Database:
    """An engine of SQLAlchemy, set up so that what is committed is kept."""

    def __init__(self, engine: Engine, url: str) -> None:
        self.engine = engine
        self._reader = engine.execution_options(reading=True)
        self.url = url
        """As it was given: what a queue on the same database opens."""

    @classmethod
    def open(cls, url: str) -> Database:
        """The database at `sqlite:///folder/service.sqlite` or `postgresql://user@host/name`; nothing is asked yet.

        Raises:
            InputError: the URL is of neither kind.
        """
        return cls(engine_of(url), url)

    @property
    def embedded(self) -> bool:
        """Whether it is a file of this machine, which one process works on."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection whose statements take effect together when the block ends well, or not at all.

        Raises:
            StorageError: the database cannot be reached, or is full.
        """
        try:
            with self.engine.begin() as connection:
                yield connection
        except UNUSABLE as error:
            raise StorageError(f"{self.shown}: {_reason(error)}") from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """As `transaction`, for statements that only read: they wait for no writer.

        Raises:
            StorageError: the database cannot be reached.
        """
        try:
            with self._reader.connect() as connection, connection.begin():
                yield connection
        except UNUSABLE as error:
            raise StorageError(f"{self.shown}: {_reason(error)}") from error

    @property
    def shown(self) -> str:
        """The URL without its password."""
        return self.engine.url.render_as_string(hide_password=True)

    def migrate(self) -> None:
        """Make or renew the tables; several processes may at once.

        Raises:
            StorageError: it cannot be reached or written.
        """
        from alembic import command

        with self.transaction() as connection:
            if not self.embedded:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATING})"))
            command.upgrade(_alembic(connection), "head")

    def current(self) -> bool:
        """Whether its tables are those of this version."""
        from alembic.runtime.migration import MigrationContext
        from alembic.script import ScriptDirectory

        with self.reading() as connection:
            newest = ScriptDirectory(str(MIGRATIONS)).get_current_head()
            return MigrationContext.configure(connection).get_current_revision() == newest

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def engine_of(url: str) -> Engine:
    """As `Database.open`: connections that keep what is committed, and tell soon where nobody answers.

    Raises:
        InputError: the URL is of neither kind.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise InputError(f"{url!r} is no database; give sqlite:///FILE or postgresql://USER@HOST/NAME") from None
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return _sqlite(parsed)
    if parsed.get_backend_name() == "postgresql":
        return _postgres(parsed)
    raise InputError(f"{parsed.get_backend_name()}: a database is sqlite:///FILE or postgresql://USER@HOST/NAME")


def _alembic(connection: Connection) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _sqlite(url: URL) -> Engine:
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT})

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _: object) -> None:
        connection.isolation_level = None  # or the driver would begin by itself, too late to be alone
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # a reader that turns writer is refused however long it waits, so whoever may write says so at once
        connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("reading") else "BEGIN IMMEDIATE")

    return engine


def _postgres(url: URL) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=POOL,
        max_overflow=POOL,
        pool_pre_ping=True,  # a connection that a restarted server has forgotten is replaced, not handed out
        connect_args=dict(CONNECT),
    )


def _reason(error: DBAPIError) -> str:
    return in_one_line(error.orig) or "it does not answer"
