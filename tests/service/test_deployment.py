"""The examples of docs/deploy, as far as they can be tested without docker or a cluster."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from hosted import ROOT, Service, short
from postgres import Postgres
from sqlalchemy import text
from typer.testing import CliRunner

from pitchgen.core.hosting import Hosting
from pitchgen.shells.cli import app

DEPLOY = ROOT / "docs" / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
CLUSTER = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text("utf-8")))


def values(tree: Any, key: str) -> list[Any]:
    """All that stands under `key`, however deep."""
    if isinstance(tree, list):
        return [found for one in tree for found in values(one, key)]
    if not isinstance(tree, dict):
        return []
    own = [tree[key]] if key in tree else []
    return own + [found for one in tree.values() for found in values(one, key)]


COMMANDS = [
    *(service["command"] for service in COMPOSE["services"].values() if "build" in service),
    *values(CLUSTER, "args"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_commands(words: list[str]) -> None:
    """With each option that is there; `--help` keeps it from running."""
    options = [word for word in words if word.startswith("--")]
    told = CliRunner(env={"COLUMNS": "200"}).invoke(app, [*words, "--help"])
    assert told.exit_code == 0, told.output
    assert all(option in told.output for option in options)


def test_what_is_named_is_there() -> None:
    for build in values(COMPOSE["services"], "build"):
        assert (DEPLOY / build["context"] / build["dockerfile"]).resolve().is_file()
    volumes = [mounted.partition(":")[0] for found in values(COMPOSE["services"], "volumes") for mounted in found]
    assert set(volumes) == set(COMPOSE["volumes"])
    files = [path.read_text("utf-8") for path in DEPLOY.iterdir()]
    named = {word for file in files for word in file.replace("=", " ").split() if word.startswith("PITCHGEN_SERVICE_")}
    fields = {f"PITCHGEN_SERVICE_{name.upper()}" for name in Hosting.__dataclass_fields__}
    service_link = {"PITCHGEN_SERVICE_HOST"}  # of which the example warns
    assert {word.rstrip(":,}") for word in named} <= fields | service_link


def test_the_grace_is_longer_than_the_drain() -> None:
    assert int(COMPOSE["x-pitchgen"]["stop_grace_period"].rstrip("s")) > Hosting().drain
    (grace,) = values(CLUSTER, "terminationGracePeriodSeconds")
    assert grace > Hosting().drain


def test_the_autoscaler_asks_for_the_age_of_the_queue(postgres: Postgres, tmp_path: Path) -> None:
    (query,) = values(CLUSTER, "query")
    with closing(Service(short(tmp_path / "state", postgres.fresh()), tmp_path)) as service:

        def age() -> float:
            with service.database.reading() as connection:
                return float(connection.execute(text(query)).scalar_one())

        def oldest() -> float:
            return max(depth.oldest_seconds for depth in service.queue.depth())

        assert age() == 0
        service.order("mer_a")
        time.sleep(0.5)
        least = oldest()
        asked = age()
        assert 0.5 <= least <= asked + 0.01  # clocks of the server and of the program are one, but for their rounding
        assert asked <= oldest() + 0.01
