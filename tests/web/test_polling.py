"""What a poll costs: statements of the database, the beginning of a transaction too, and hops to a thread."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest
from api_site import Site, finished_job, opened
from sqlalchemy import event


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with opened(tmp_path) as made:
        yield made


def test_a_poll_is_one_look_at_the_database_in_one_hop(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    client, job = site.client(site.wang), finished_job(site, site.wang)
    statements: list[str] = []
    hops: list[object] = []
    hop = anyio.to_thread.run_sync

    async def counted(function: Any, *arguments: Any, **how: Any) -> Any:
        hops.append(function)
        return await hop(function, *arguments, **how)

    monkeypatch.setattr(anyio.to_thread, "run_sync", counted)
    event.listen(site.platform.database.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))

    def cost(path: str) -> tuple[int, int]:
        statements.clear()
        hops.clear()
        assert client.get(path).status_code == 200
        return len(statements), len(hops)

    assert cost(f"/v1/jobs/{job}") == (5, 2)  # and the key
    assert cost(f"/v1/jobs/{job}") == (3, 1)
    assert cost(f"/v1/jobs/{job}/events?after=0") == (2, 1)
    assert cost(f"/v1/jobs/{job}/outputs") == (3, 2)
