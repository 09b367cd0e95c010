"""The documents speak of everything that there is, and the README's tree is the tree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pitchgen.core.config import Settings
from pitchgen.core.errors import CODES
from pitchgen.engines import registry
from pitchgen.languages import LANGUAGES
from pitchgen.shells.cli import app

ROOT = Path(__file__).resolve().parents[2]
DOCS = "\n".join(path.read_text("utf-8") for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
USAGE = (ROOT / "docs" / "usage.md").read_text("utf-8")


@pytest.mark.parametrize("command", [c.callback.__name__ for c in app.registered_commands if c.callback])
def test_commands(command: str) -> None:
    assert f"`pitchgen {command}" in USAGE


@pytest.mark.parametrize(
    "command",
    [
        f"{group.name} {command.name}"
        for group in app.registered_groups
        if group.typer_instance
        for command in group.typer_instance.registered_commands
        if command.name
    ],
)
def test_commands_of_commands(command: str) -> None:
    assert f"pitchgen {command}" in DOCS


@pytest.mark.parametrize("name", sorted({n for names in registry.BUILT_IN.values() for n in names}))
def test_engines(name: str) -> None:
    assert re.search(rf"\b{name}\b", DOCS)


@pytest.mark.parametrize("name", [*registry.PROFILES, "auto"])
def test_profiles(name: str) -> None:
    assert f"`{name}`" in USAGE


@pytest.mark.parametrize("code", LANGUAGES)
def test_languages(code: str) -> None:
    assert f"`{code}`" in USAGE


@pytest.mark.parametrize("name", Settings.__dataclass_fields__)
def test_settings(name: str) -> None:
    assert f"`{name}`" in USAGE


@pytest.mark.parametrize("error", CODES)
def test_exit_codes(error: type) -> None:
    assert f"| {CODES[error][0]} | `{error.__name__}`" in USAGE  # type: ignore[index]


def test_the_tree_names_every_module() -> None:
    blocks = (ROOT / "README.md").read_text("utf-8").split("```")
    tree = next(block for block in blocks if "kit.py" in block)
    inner = {"espeak", "phrasebook", "worker", "migrations"}
    for path in (ROOT / "pitchgen").rglob("*.py"):
        if path.name.startswith("__") or inner & set(path.parts):
            continue
        assert path.stem in tree, f"{path.relative_to(ROOT)} is not in the README's tree"
