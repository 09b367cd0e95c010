"""One rack of small checkpoints for all tests of engines."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from checkpoints import TinyShelf

from pitchgen.engines.rack import Rack


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> TinyShelf:
    """Shared by all processes of this test run."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return TinyShelf(Path(shared) / "checkpoints")


@pytest.fixture(scope="session")
def rack(shelf: TinyShelf) -> Rack:
    """Small networks on the processor."""
    return Rack(shelf, device="cpu")
