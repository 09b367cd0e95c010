"""The API of a test, and who asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from starlette.testclient import TestClient

from pitchgen.core.account import Limits
from pitchgen.core.service import Job, Scope
from pitchgen.edges.service.addresses import Addresses
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.objects import Objects
from pitchgen.recipes.service.platform import Platform
from pitchgen.shells.web.application import application


@dataclass(frozen=True)
class Site:
    """The API, and who asks it."""

    app: FastAPI
    platform: Platform
    submitted: list[Job]
    wang: str
    li: str

    def client(self, merchant: str, *scopes: Scope) -> TestClient:
        key = self.platform.keys.issue(merchant, "test", scopes or tuple(Scope)).secret
        return TestClient(self.app, headers={"Authorization": f"Bearer {key}"}, raise_server_exceptions=False)


LIMITS = Limits(upload_bytes=4 << 20, requests_per_minute=100_000)


@contextmanager
def opened(tmp_path: Path) -> Iterator[Site]:
    """The API over SQLite and a folder, with two merchants."""
    database = Database.open(f"sqlite:///{tmp_path}/service.sqlite")
    database.migrate()
    submitted: list[Job] = []
    platform = Platform.of(
        database,
        Objects.open((tmp_path / "objects").as_uri()),
        tmp_path / "state",
        submitted.append,
        addresses=Addresses(resolve=lambda host, port: ["127.0.0.1"], inside=("127.0.0.1/32",)),
        limits=LIMITS,
    )
    wang, li = (platform.merchants.add(name).id for name in ("Wang", "Li"))
    yield Site(application(platform), platform, submitted, wang, li)
    database.close()
