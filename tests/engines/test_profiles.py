"""The whole job with real engines: `pitchgen models pull`, then `pitchgen make`, as processes without a network.

The weights are small checkpoints of the true layout. Whisper has learnt the sentences of the clip, the translators
their translations; XTTS and OpenVoice have real shapes and random weights, so their sound means nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import pytest
from checkpoints import TinyShelf, lessons
from conftest import SAMPLES, run

from pitchgen.core.config import Settings
from pitchgen.core.events import Advanced
from pitchgen.edges.weights import WeightsFolder
from pitchgen.engines.registry import PROFILES
from pitchgen.recipes.ahead import hear_ahead
from pitchgen.recipes.make import Studio
from pitchgen.recipes.pull import models_of

CONSENT = "Wang Li, signed 2026-11-24"
OFFLINE = ("unshare", "--net", "--map-root-user")
"""Run a program where there is no network at all."""


def can_unshare() -> bool:
    return subprocess.run([*OFFLINE, "true"], capture_output=True, check=False).returncode == 0


class Machine:
    """A user's machine: folders of its own, no network."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.weights = folder / "weights"
        self.environment = {
            **os.environ,
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "PITCHGEN_WEIGHTS": str(self.weights),
            "OMP_NUM_THREADS": "2",
        }

    def pitchgen(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        command = [*(OFFLINE if can_unshare() else ()), sys.executable, "-m", "pitchgen", *map(str, arguments)]
        return subprocess.run(
            command, capture_output=True, text=True, cwd=self.folder, env=self.environment, timeout=600, check=False
        )

    def pull(self, shelf: TinyShelf, *models: str) -> None:
        for model in models:
            done = self.pitchgen("models", "pull", model, "--from", shelf.source(model), "--use", "research")
            assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return Machine(tmp_path_factory.mktemp("machine"))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, ffmpeg: str) -> Path:
    """The first sentences of a sample, without a script beside it."""
    path = tmp_path_factory.mktemp("clip") / "umbrella.mp4"
    run(ffmpeg, "-i", SAMPLES / "umbrella.mp4", "-t", lessons.UMBRELLA_SECONDS, "-c:v", "copy", "-c:a", "aac", path)
    return path


def outcome_of(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["videos"][0]


def lines(path: Path) -> list[str]:
    """The words of a subtitle file."""
    blocks = path.read_text("utf-8").strip().split("\n\n")
    return [" ".join(block.splitlines()[2:]) for block in blocks]


@pytest.mark.parametrize(
    ("profile", "choices", "timbre"),
    [
        ("research", (), "cloned"),
        # the cloner of `standard` lives in an environment too large for a test: test_worker.py tests how it is reached
        ("standard", ("--synthesize", "openvoice"), "converted"),
    ],
)
def test_a_clip_is_heard_translated_and_said(
    profile: str, choices: tuple[str, ...], timbre: str, machine: Machine, shelf: TinyShelf, clip: Path
) -> None:
    engines = {**PROFILES[profile].engines, **({"synthesize": choices[1]} if choices else {})}
    machine.pull(shelf, *(m for e in engines.values() for m in models_of_engine(e)))
    arguments = (clip, "--langs", "en,fr,ru", "--profile", profile, *choices, "--consent", CONSENT, "--json")
    use = "research" if profile == "research" else "commercial"
    outcome = outcome_of(machine.pitchgen("make", *arguments, "--out", machine.folder / profile, "--use", use))
    assert outcome["transcript_origin"] == engines["transcribe"]
    heard = "".join(lines(Path(outcome["transcript"])))
    assert heard.startswith("各位老板好")
    for output in outcome["outputs"]:
        assert output["timbre"] == timbre
        with av.open(output["video"]) as made:
            assert made.streams.audio[0].rate == 48_000
            assert (
                made.streams.audio[0].metadata["language"]
                == {"en": "eng", "fr": "fra", "ru": "rus"}[output["language"]]
            )
    said = {output["language"]: " ".join(lines(Path(output["subtitles"][0]))) for output in outcome["outputs"]}
    assert "umbrella" in said["en"].lower()
    assert "parapluie" in said["fr"].lower()
    assert "зонт" in said["ru"].lower()
    again = outcome_of(machine.pitchgen("make", *arguments, "--out", machine.folder / profile, "--use", use))
    assert all(output["reused"] for output in again["outputs"])


def test_each_network_is_loaded_once_for_all_videos_and_languages(
    shelf: TinyShelf, clip: Path, ffmpeg: str, tmp_path: Path
) -> None:
    videos = [tmp_path / f"{number}.mp4" for number in range(3)]
    for number, video in enumerate(videos):
        filters = ("-vf", f"scale=90:160,hue=h={number}", "-af", f"volume=-{number}dB")
        run(ffmpeg, "-i", clip, *filters, "-preset", "ultrafast", "-c:a", "aac", video)
    engines = {"transcribe": "faster-whisper", "translate": "nllb", "synthesize": "openvoice"}
    heard: list[Advanced] = []
    studio = Studio(
        listen=lambda event: heard.append(event) if isinstance(event, Advanced) else None,
        settings=Settings(out=tmp_path / "out", store=tmp_path / "store", use="research", consent=CONSENT,
                          voices=tmp_path / "voices", audit=tmp_path / "audit.jsonl", profile="embedded",
                          weights=shelf.root, device="cpu", **engines),  # type: ignore[arg-type]
    )  # fmt: skip
    for model in map(models_of_engine, engines.values()):
        shelf.weights(model[0])
    hear_ahead(studio, [*videos, tmp_path / "missing.mp4"], ["en", "fr", "ru"])
    assert [(e.done, e.total) for e in heard if e.stage == "transcribe"][-1] == (3, 3), "all videos as one batch"
    for video in videos:
        studio.make(video, ["en", "fr", "ru"])
    assert [e.reused for e in heard if e.stage == "transcribe"][-1] == 1, "what was heard ahead is found"
    loads = studio.casting.rack.loads
    assert len(loads) == 3
    assert set(loads.values()) == {1}, loads


def models_of_engine(engine: str) -> list[str]:
    return models_of(engine, WeightsFolder(Path("nowhere"))) if engine not in ("silero", "ppocr", "none") else []


def test_commerce_is_refused_what_its_licence_refuses(machine: Machine, shelf: TinyShelf, clip: Path) -> None:
    machine.pull(shelf, "xtts-v2")
    done = machine.pitchgen("make", clip, "--langs", "en", "--synthesize", "xtts", "--consent", CONSENT)
    assert done.returncode == 10
    assert "CPML" in done.stderr
    assert "research" in done.stderr


def test_nobody_is_cloned_who_has_not_agreed(machine: Machine, shelf: TinyShelf) -> None:
    machine.pull(shelf, "openvoice-v2")
    done = machine.pitchgen(
        "make", SAMPLES / "umbrella.mp4", "--langs", "en", "--profile", "embedded", "--synthesize", "openvoice"
    )
    assert done.returncode == 0, done.stderr
    assert "a stock voice speaks" in " ".join(done.stderr.split())
    assert "voice (en): a stock voice, not hers" in done.stdout
    assert "Traceback" not in done.stderr


def test_weights_that_are_missing_are_named_with_the_command(machine: Machine, clip: Path) -> None:
    done = machine.pitchgen("make", clip, "--langs", "en", "--translate", "m2m100", "--profile", "embedded")
    assert done.returncode == 9
    assert "pitchgen models pull m2m100-1.2b" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_pull_without_a_network_gives_the_offline_way(machine: Machine) -> None:
    if not can_unshare():
        pytest.skip("network namespaces are not permitted here")
    done = machine.pitchgen("models", "pull", "openvoice-v2", "--weights", machine.folder / "other")
    assert done.returncode == 9
    assert "--from" in done.stderr
