"""Settings of the service: from the file's table, the environment, the flags; apart from those of a run."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from pitchgen.core.account import Limits
from pitchgen.core.errors import InputError
from pitchgen.core.hosting import Hosting
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


def test_every_setting_is_in_the_documents() -> None:
    table = (Path(__file__).parents[2] / "docs" / "hosting.md").read_text("utf-8")
    for setting in fields(Hosting):
        assert f"`{setting.name}`" in table


def test_what_holds_for_merchants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pitchgen.toml").write_text('[service]\nupload_gib = 0.5\nbatch_jobs = 10\ninside = "10.2.0.0/16"\n')
    monkeypatch.setenv("PITCHGEN_SERVICE_REQUESTS_PER_MINUTE", "60")
    hosting = read_hosting({"batch_jobs": 20, "inside": "10.2.0.0/16, fd00::/8"}, folder=tmp_path)
    assert hosting.limits == Limits(upload_bytes=1 << 29, requests_per_minute=60, batch_jobs=20)
    assert hosting.networks == ("10.2.0.0/16", "fd00::/8")
    assert Hosting().limits == Limits(4 << 30, 600, 2000)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"tll": 5}, "no setting is called 'tll'"),
        ({"ttl": "soon"}, "service"),
        ({"upload_gib": 0}, "upload_gib is more than 0, not 0"),
        ({"upload_gib": float("nan")}, "upload_gib is more than 0"),
        ({"requests_per_minute": -1}, "requests_per_minute is more than 0, not -1"),
        ({"batch_jobs": 0}, "batch_jobs"),
        ({"inside": "10.2.0.1/16"}, "inside is networks, as in 10.2.0.0/16"),
    ],
)
def test_wrong(given: dict[str, object], told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=told):
        read_hosting(given, folder=tmp_path)
