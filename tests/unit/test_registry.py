"""Engines by name, profiles, and the licence gate."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from pitchgen.core.engines import Licence
from pitchgen.core.errors import InputError, LicenceError, MissingWeights
from pitchgen.edges.weights import WeightsFolder
from pitchgen.engines import registry
from pitchgen.engines.translate.fake import FakeTranslator


@pytest.fixture
def not_for_sale(monkeypatch: pytest.MonkeyPatch) -> str:
    """An engine whose licence excludes commerce, registered as a third party's would be."""
    module = ModuleType("not_for_sale")

    class Engine(FakeTranslator):
        name = "not-for-sale"
        licence = Licence("CC-BY-NC-4.0", commercial=False)

    module.load = Engine  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "not_for_sale", module)
    monkeypatch.setitem(registry.registered()["translate"], "not-for-sale", "not_for_sale:load")
    return "not-for-sale"


def test_a_near_name_is_suggested(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean phrasebook"):
        registry.load("translate", "phrasbook")
    with pytest.raises(InputError, match="did you mean embedded"):
        registry.profile("embeded", WeightsFolder(tmp_path))


def test_auto_takes_what_can_be_run(tmp_path: Path) -> None:
    assert registry.profile("auto", WeightsFolder(tmp_path)).name == "embedded"


def test_a_missing_package_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(registry.NEEDS, "espeak", ("no_such_module", "pip install it"))
    with pytest.raises(MissingWeights, match="pip install it"):
        registry.load("synthesize", "espeak")
    with pytest.raises(MissingWeights, match="doctor"):
        registry.profile("auto", WeightsFolder(tmp_path))


def test_commerce_is_refused_where_the_licence_refuses_it(not_for_sale: str) -> None:
    with pytest.raises(LicenceError, match=r"CC-BY-NC.*use = "):
        registry.load("translate", not_for_sale)
    assert registry.load("translate", not_for_sale, use="research").name == not_for_sale
