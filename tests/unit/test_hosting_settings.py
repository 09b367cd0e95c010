"""Settings of the service: from the file's table, the environment, the flags; apart from those of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from pitchgen.core.errors import InputError
from pitchgen.edges.settings import read_hosting, read_settings


def test_where_they_come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pitchgen.toml").write_text('profile = "embedded"\n[service]\nttl = 5\nbeat = 1\nkeep_days = 2\n')
    monkeypatch.setenv("PITCHGEN_SERVICE_BEAT", "2")
    hosting = read_hosting({"keep_days": 3, "database": None}, folder=tmp_path)
    assert (hosting.ttl, hosting.beat, hosting.keep_days) == (5, 2, 3)
    assert read_settings({}, folder=tmp_path).profile == "embedded"


def test_embedded_where_nothing_is_said(tmp_path: Path) -> None:
    hosting = read_hosting({"state": tmp_path}, folder=tmp_path)
    assert hosting.embedded
    assert hosting.database_url == f"sqlite:///{tmp_path}/service.sqlite"
    assert hosting.objects_url == f"file://{tmp_path}/objects"
    assert not read_hosting({"database": "postgresql://u@h/n"}, folder=tmp_path).embedded


@pytest.mark.parametrize("given", [{"tll": 5}, {"ttl": "soon"}])
def test_wrong(given: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="service"):
        read_hosting(given, folder=tmp_path)
