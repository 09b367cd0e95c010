"""An API over SQLite and a folder, with two merchants."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from api_site import Site

from pitchgen.core.account import Limits
from pitchgen.core.service import Job
from pitchgen.edges.service.addresses import Addresses
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.objects import Objects
from pitchgen.recipes.service.platform import Platform
from pitchgen.shells.web.application import application

LIMITS = Limits(upload_bytes=4 << 20, requests_per_minute=100_000)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
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
