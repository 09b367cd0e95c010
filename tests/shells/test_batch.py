"""`pitchgen batch`: a catalog is made stage by stage, a failed video stops no other, and running it again resumes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SAMPLES, run

from pitchgen.core.catalog import Row
from pitchgen.core.config import Settings
from pitchgen.engines.translate.fake import FakeTranslator
from pitchgen.recipes.batch import Batch


def pitchgen(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pitchgen", "batch", *arguments, "--store", str(folder / "store")]
    return subprocess.run([*command, "--out", str(folder / "out")], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory, ffmpeg: str) -> Path:
    """Two parts of a sample under names of their own, each with its script."""
    folder = tmp_path_factory.mktemp("videos")
    lines = (SAMPLES / "umbrella.txt").read_text("utf-8").splitlines()
    for name, start, said in (("socks", 0, lines[:2]), ("umbrella", 20, lines[5:])):
        cut = ("-ss", start, "-t", 8.5, "-i", SAMPLES / "umbrella.mp4")
        run(ffmpeg, *cut, "-s", "180x320", "-preset", "ultrafast", folder / f"{name}.mp4")
        (folder / f"{name}.txt").write_text("\n".join(said), "utf-8")
    return folder


@pytest.fixture
def shop(tmp_path: Path, videos: Path) -> Path:
    shutil.copytree(videos, tmp_path, dirs_exist_ok=True)
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    table = "video,sku,title\nsocks.mp4,S-1,袜子\nbroken.mp4,S-2,<b>\numbrella.mp4,S-3,雨伞\n"
    (tmp_path / "catalog.csv").write_text(table, "utf-8")
    return tmp_path


def test_one_that_fails_stops_no_other_and_can_be_made_alone(shop: Path) -> None:
    catalog = str(shop / "catalog.csv")
    done = pitchgen(shop, catalog, "--langs", "en,fr", "--name", "all/{sku}.{lang}.mp4")
    assert done.returncode == 6, done.stderr
    assert "2 of 3 videos made, 4 outputs" in done.stdout
    assert "row 3 failed (6)" in done.stdout
    assert f"pitchgen batch {catalog} --langs en,fr --rows 3" in done.stdout
    assert "Traceback" not in done.stderr
    record = json.loads((shop / "out" / "batch.json").read_text("utf-8"))
    assert (record["made"], record["failed"]) == (2, [3])
    assert sorted(path.name for path in (shop / "out" / "all").iterdir()) == [
        "S-1.en.mp4", "S-1.fr.mp4", "S-3.en.mp4", "S-3.fr.mp4",
    ]  # fmt: skip
    page = (shop / "out" / "index.html").read_text("utf-8")
    assert "S-1/en.mp4" in page
    assert "S-1/report.html" in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    again = json.loads(pitchgen(shop, catalog, "--langs", "en,fr", "--rows", "2,4", "--json").stdout)
    assert [output["reused"] for row in again["rows"] for output in row["outcome"]["outputs"]] == [True] * 4


def test_a_bad_row_is_found_before_anything_is_made(shop: Path) -> None:
    (shop / "catalog.csv").write_text("video\nsocks.mp4\nmissing.mp4\n", "utf-8")
    done = pitchgen(shop, str(shop / "catalog.csv"), "--langs", "en")
    assert done.returncode == 3
    assert "row 3" in done.stderr
    assert "nothing was" in " ".join(done.stderr.split())
    assert not (shop / "out").exists()


def test_the_quote_makes_nothing(shop: Path) -> None:
    (shop / "catalog.csv").write_text("video\nsocks.mp4\numbrella.mp4\n", "utf-8")
    done = pitchgen(shop, str(shop / "catalog.csv"), "--langs", "en,fr", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "4 of 4 to be made" in done.stdout
    assert "none: no paid engine" in done.stdout
    assert not (shop / "out").exists()


@pytest.mark.parametrize("template", ["{sku}.mp4", "{colour}/{lang}.mp4", "{sku.x}", "{0}"])
def test_a_template_that_cannot_work(shop: Path, template: str) -> None:
    done = pitchgen(shop, str(shop / "catalog.csv"), "--langs", "en", "--name", template)
    assert done.returncode == 3
    assert "--name" in done.stderr
    assert "Traceback" not in done.stderr


def test_all_are_translated_before_any_is_spoken(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So a machine that holds one network at a time loads each once."""
    events: list[str] = []
    translate, said = FakeTranslator.translate, []

    def translated(self: FakeTranslator, requests: object) -> object:
        events.append("translate")
        return translate(self, requests)  # type: ignore[arg-type]

    from pitchgen.engines.synthesize.fake import FakeSynthesizer

    synthesize = FakeSynthesizer.synthesize

    def spoken(self: FakeSynthesizer, utterances: object) -> object:
        events.append("synthesize")
        return synthesize(self, utterances)  # type: ignore[arg-type]

    monkeypatch.setattr(FakeTranslator, "translate", translated)
    monkeypatch.setattr(FakeSynthesizer, "synthesize", spoken)
    settings = Settings(
        profile="fake", out=shop / "out", store=shop / "store", audit=shop / "audit", untranslated="keep"
    )
    rows = [Row(i, shop / f"{name}.mp4", name) for i, name in enumerate(("socks", "umbrella"), 1)]
    results = Batch(settings, ("en", "fr")).run(rows, said.append)
    assert [result.error for result in results] == ["", ""]
    assert said == list(results)
    assert {"translate", "synthesize"} == set(events)
    assert events == sorted(events, reverse=True), events
