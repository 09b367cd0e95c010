"""docs/licences.md says what the installed packages say, of all that is ever installed."""

from __future__ import annotations

import importlib.util
import re
import sys
from email.message import Message
from pathlib import Path
from types import ModuleType

import pytest

from pitchgen.engines.worker.environment import ENVIRONMENTS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "licences.md").read_text("utf-8")
PATTERN = re.compile(r"^\| ([a-z0-9-]+) \| (.*?)(?: \*\*\(copyleft\)\*\*)? \|$", re.MULTILINE)
OURS, *OTHERS = DOCUMENT.split("## Environment")
ROWS = dict(PATTERN.findall(OURS))


@pytest.fixture(scope="module")
def program() -> ModuleType:
    pytest.importorskip("packaging")
    spec = importlib.util.spec_from_file_location("licences", ROOT / "scripts" / "licences.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["licences"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="others need other packages; it was written with this one")
def test_it_is_not_stale(program: ModuleType) -> None:
    wrong = {row.name for rows in program.installed().values() for row in rows if ROWS.get(row.name) != row.licence}
    assert not wrong, "run scripts/licences.py where all extras are installed"
    assert DOCUMENT.startswith(program.REASONING.read_text("utf-8").rstrip())


def test_all_that_we_ask_for_is_in_it(program: ModuleType) -> None:
    asked = {program.normal(re.split(r"[<>=!;\[ ]", text)[0]) for texts in program.project().values() for text in texts}
    elsewhere = {"tomli", "torchcodec", "resemblyzer", "pocketsphinx"}  # of other Pythons, and of benchmarks
    assert asked - elsewhere <= set(ROWS)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_environments_are_in_it(name: str) -> None:
    assert f"## Environment `{name}`" in DOCUMENT
    for requirement in ENVIRONMENTS[name].requirements:
        name = re.split(r"[<>=]", requirement)[0]
        assert name == "setuptools" or name in dict(PATTERN.findall("".join(OTHERS)))  # a new environment has that


def test_copyleft_is_named_in_the_notice(program: ModuleType) -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    for name in ("espeak-ng", "ffmpeg", "x264", "x265", "piper-tts", "pykakasi"):
        assert name in notice
    gpl = {name for name, licence in PATTERN.findall(DOCUMENT) if re.search(r"(?<!L)GPL|GNU General", licence)}
    explained = {"av", "espeakng-loader", "imageio-ffmpeg", "piper-tts", "pykakasi"}
    assert gpl <= explained, "a new package under the GPL: keep it out of our process, or say how"


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ({"License-Expression": "MIT"}, "MIT"),
        ({"Classifier": "License :: OSI Approved :: BSD License"}, "BSD License"),
        ({"License": "Apache 2.0\n\nand its whole text"}, "Apache 2.0"),
        ({"License": "x" * 200}, "not stated"),
        ({}, "not stated"),
    ],
)
def test_what_a_package_says(program: ModuleType, fields: dict[str, str], licence: str) -> None:
    found = Message()
    found["Name"] = "package"
    for field, value in fields.items():
        found[field] = value if "\n" not in value else value.replace("\n", "\n ")
    assert program.licence(found) == licence
