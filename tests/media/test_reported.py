"""What a run tells of itself in its report, and what the folder remembers of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from conftest import FfmpegCall

from pitchgen.core.errors import InputError
from pitchgen.core.report import Ear, Level, Origin, Reason, Report
from pitchgen.edges.report import DOCUMENT, MEMORY, PAGE
from pitchgen.recipes.make import make
from pitchgen.recipes.report import rebuild

Made = Callable[..., Report]


@pytest.fixture
def made(pitch: FfmpegCall, script: Path, tmp_path: Path) -> Made:
    """Makes versions of a small video by fake engines: what its report says."""
    pitch()

    def run(*codes: str, **settings: object) -> Report:
        outcome = make(
            tmp_path / "pitch.mp4", codes, script=script, out=tmp_path / "out", store=tmp_path / "store",
            profile="fake", **settings,
        )  # fmt: skip
        return told(outcome.folder)

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out" / "pitch"


def told(folder: Path) -> Report:
    return msgspec.json.decode((folder / DOCUMENT).read_bytes(), type=Report)


def test_a_run_leaves_a_report(made: Made, folder: Path) -> None:
    found = made("en", "fr")
    assert [version.language for version in found.versions] == ["en", "fr"]
    assert (folder / PAGE).read_text("utf-8").startswith("<!doctype html>")
    assert found.video == "pitch.mp4"
    assert found.effort.seconds > 0
    assert {"translate", "synthesize", "picture", "sound"} <= {stage.stage for stage in found.effort.stages}
    english = found.versions[0]
    assert english.bytes == (folder / "en.mp4").stat().st_size
    assert english.mark.holds
    assert english.mark.produce_id.startswith("en-")
    assert english.loudness is not None
    assert english.speech.likeness is not None
    assert {part.verb for part in english.parts} == {"detect", "transcribe", "translate", "synthesize"}
    for sentence in english.sentences:
        assert sentence.span
        assert sentence.origin is Origin.TRANSLATOR
        assert sentence.heard.ear is Ear.NOT_ASKED
        assert not sentence.reused


def test_a_run_that_finds_everything_writes_nothing(made: Made, folder: Path) -> None:
    first = made("en")
    before = (folder / PAGE).stat().st_mtime_ns
    assert made("en") == first
    assert (folder / PAGE).stat().st_mtime_ns == before
    (folder / PAGE).unlink()
    assert made("en").versions[0].reused, "a page that was deleted comes back"
    assert (folder / PAGE).exists()


def test_a_version_of_an_earlier_run_stays_with_its_time(made: Made, folder: Path) -> None:
    first = made("en")
    document = json.loads((folder / MEMORY).read_text("utf-8"))
    document["versions"][0]["made"] = "2026-01-01T00:00:00Z"
    (folder / MEMORY).write_text(json.dumps(document), "utf-8")
    french, english = made("fr").versions
    assert (french.language, english.language) == ("fr", "en")
    assert english.made == "2026-01-01T00:00:00Z"
    assert english.sentences == first.versions[0].sentences
    (folder / "en.mp4").unlink()
    assert [version.language for version in made("fr", "de").versions] == ["fr", "de"], (
        "without its file it is forgotten"
    )


def test_a_report_is_written_again_without_engines(made: Made, folder: Path) -> None:
    first = made("en", "fr")
    (folder / PAGE).unlink()
    (folder / DOCUMENT).unlink()
    assert rebuild(folder) == first == told(folder)
    assert (folder / PAGE).exists()


def test_what_became_of_the_files_is_seen(made: Made, folder: Path) -> None:
    made("en", "fr")
    (folder / "en.mp4").unlink()
    with (folder / "fr.mp4").open("ab") as file:
        file.write(b"\0" * 16)
    english, french = rebuild(folder).versions
    assert [(look.reason, look.found) for look in english.look if look.reason is Reason.GONE] == [
        (Reason.GONE, "missing")
    ]
    assert (Reason.GONE, "changed") in [(look.reason, look.found) for look in french.look]
    assert {english.level, french.level} <= {Level.LOOK, Level.WRONG}
    again = rebuild(folder).versions[0]
    assert sum(look.reason is Reason.GONE for look in again.look) == 1, "it is said once"


def test_a_persons_words_are_told_from_the_machines(made: Made, folder: Path) -> None:
    made("en")
    path = folder / "en.srt"
    text = path.read_text("utf-8")
    line = text.splitlines()[2]
    path.write_text(text.replace(line, "Welcome to the shop."), "utf-8")
    first, second = made("en").versions[0].sentences
    assert first.origin in (Origin.PERSON, Origin.MEMORY)
    assert "Welcome to the shop." in first.text
    assert (first.reused, second.reused) == (False, True), "only that line was spoken anew"


@pytest.mark.parametrize("content", [None, b"{", b'{"schema": 0}'])
def test_a_folder_without_a_report_is_said_to_have_none(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / MEMORY).write_bytes(content)
    with pytest.raises(InputError, match="pitchgen make"):
        rebuild(tmp_path)
    assert not (tmp_path / PAGE).exists()
    with pytest.raises(InputError, match="no such folder"):
        rebuild(tmp_path / "nowhere")
