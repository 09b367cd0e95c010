"""Killed anywhere, the same command goes on; what is made is not made twice; an edit remakes one line."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from conftest import FfmpegCall

import pitchgen
from pitchgen.core.errors import PitchgenError, StorageError
from pitchgen.core.events import Advanced, Event
from pitchgen.edges.project import opened
from pitchgen.edges.store import Store
from pitchgen.recipes.outcome import Outcome

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "samples" / "umbrella.mp4"
LANGUAGES = ["en", "fr"]

KILLED = """
import json, os, signal, sys
import pitchgen
from pathlib import Path
out, store, at, log = sys.argv[1:]
seen = 0
def listen(event):
    global seen
    if seen == int(at):
        os.kill(os.getpid(), signal.SIGKILL)
    seen += 1
pitchgen.make(os.environ["SAMPLE"], ["en", "fr"], out=out, store=store, listen=listen)
Path(log).write_text(json.dumps(seen))
"""


class Work:
    """Counts what engines did, from the events."""

    def __init__(self) -> None:
        self.last: dict[str, Advanced] = {}

    def __call__(self, event: Event) -> None:
        if isinstance(event, Advanced):
            self.last[event.stage] = event

    def done(self, stage: str) -> int:
        event = self.last.get(stage)
        return round(event.done - event.reused) if event else 0


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "out", tmp_path / "store"


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folders of a whole run, made once for all tests that begin with one."""
    folder = tmp_path_factory.mktemp("once")
    make((folder / "out", folder / "store"))
    return folder / "out", folder / "store"


@pytest.fixture
def made(once: tuple[Path, Path], folders: tuple[Path, Path]) -> tuple[Path, Path]:
    """A copy of them."""
    for kept, copy in zip(once, folders, strict=True):
        shutil.copytree(kept, copy)
    return folders


def make(folders: tuple[Path, Path], work: Work | None = None, **more: object) -> Outcome:
    out, store = folders
    return pitchgen.make(SAMPLE, LANGUAGES, out=out, store=store, listen=work or Work(), **more)


def run_child(folders: tuple[Path, Path], at: int, log: Path) -> int:
    command = [sys.executable, "-c", KILLED, str(folders[0]), str(folders[1]), str(at), str(log)]
    return subprocess.run(command, env={**os.environ, "SAMPLE": str(SAMPLE)}, check=False, timeout=300).returncode


SMALL = """
import os, signal, sys, time
import pitchgen
video, script, out, store, at = sys.argv[1:]
def listen(event):
    stage = getattr(event, "stage", "opened")
    if stage == at:
        os.kill(os.getpid(), signal.SIGKILL)
    if at == "wait" and stage == "translate":
        print("ready", flush=True)
        sys.stdin.read()
pitchgen.make(video, ["en", "fr"], script=script, out=out, store=store, profile="fake", listen=listen)
"""
STAGES = ["opened", "decode", "detect", "transcribe", "translate", "synthesize", "render", "picture"]
"""In the order of their first events; picture and render overlap."""


class Small:
    """A small video made by the fakes, in this process or in one that is killed."""

    def __init__(self, pitch: FfmpegCall, script: Path, folder: Path) -> None:
        self.video, self.script = pitch(), script
        self.out, self.store = folder / "out", folder / "store"
        self.folder = self.out / self.video.stem

    def make(self, work: Work | None = None, *languages: str) -> Outcome:
        return pitchgen.make(
            self.video, languages or LANGUAGES, script=self.script, out=self.out, store=self.store, profile="fake",
            listen=work or Work(),
        )  # fmt: skip

    def child(self, at: str) -> subprocess.Popen[str]:
        arguments = [str(p) for p in (self.video, self.script, self.out, self.store)]
        command = [sys.executable, "-c", SMALL, *arguments, at]
        return subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def killed_at(self, stage: str) -> bool:
        with self.child(stage) as child:
            child.communicate(timeout=60)
            return child.returncode == -signal.SIGKILL


@pytest.fixture
def small(pitch: FfmpegCall, script: Path, tmp_path: Path) -> Small:
    return Small(pitch, script, tmp_path)


@pytest.mark.parametrize("stage", STAGES)
def test_killed_at_each_stage_the_ones_before_are_not_done_again(stage: str, small: Small) -> None:
    assert small.killed_at(stage)
    work = Work()
    outcome = small.make(work)
    assert [o.language for o in outcome.outputs] == LANGUAGES
    for before in STAGES[1 : max(1, STAGES.index(stage))]:
        assert work.done(before) == 0 or before in ("synthesize", "render"), before
    assert not list(small.out.rglob(".part-*"))
    for code in LANGUAGES:
        with av.open(str(small.folder / f"{code}.mp4")) as container:
            assert sum(1 for _ in container.decode(video=0)) == 40
    assert all(output.reused for output in small.make().outputs)


def test_two_runs_at_once_of_one_project(small: Small) -> None:
    with small.child("wait") as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        with pytest.raises(StorageError, match="another run"):
            small.make()
        child.communicate(timeout=60)
        assert child.returncode == 0
    assert all(output.reused for output in small.make().outputs), "free again, and nothing was spoilt"


def test_two_runs_at_once_on_one_store(small: Small) -> None:
    children = []
    for name in ("a", "b", "c"):
        small.out = small.out.with_name(name)
        children.append(small.child("never"))
    for child in children:
        child.communicate(timeout=120)
    assert [child.returncode for child in children] == [0, 0, 0]
    assert not list(small.store.rglob(".part-*"))
    work = Work()
    small.make(work)
    assert [work.done(stage) for stage in ("transcribe", "translate", "synthesize", "picture")] == [0] * 4


def test_another_language_later_shares_what_is_there(small: Small) -> None:
    small.make(None, "en")
    work = Work()
    assert [o.reused for o in small.make(work, "en", "fr").outputs] == [True, False]
    assert [work.done(stage) for stage in ("decode", "transcribe")] == [0] * 2
    assert (work.done("translate"), work.done("synthesize")) == (2, 2)


def test_a_sentence_edited_in_the_source_is_the_only_one_made_anew(small: Small) -> None:
    small.make()
    path = small.folder / "transcript.zh.srt"
    path.write_text(path.read_text("utf-8").replace("我是小王", "我是小李"), "utf-8")
    work = Work()
    small.make(work)
    assert (work.done("transcribe"), work.done("picture")) == (0, 0)
    assert (work.done("translate"), work.done("synthesize")) == (len(LANGUAGES), len(LANGUAGES))
    for code in LANGUAGES:
        assert "我是小李" in (small.folder / f"{code}.srt").read_text("utf-8")


@pytest.mark.parametrize("content", ["", "\n"])
def test_a_subtitle_file_emptied_altogether(content: str, small: Small) -> None:
    small.make()
    (small.folder / "fr.srt").write_text(content)
    try:
        outcome = small.make()
    except PitchgenError as error:
        words = str(error)
        assert "fr.srt" in words
        assert "\n" not in words
    else:
        assert outcome.outputs[1].segments == 0
        assert all(output.reused for output in small.make().outputs)


def test_an_edit_survives_a_kill(small: Small) -> None:
    small.make()
    path = small.folder / "fr.srt"
    path.write_text(path.read_text("utf-8").replace("fr: 各位老板好", "Bonjour"), "utf-8")
    for stage in ("opened", "synthesize", "render"):
        assert small.killed_at(stage)
        assert "Bonjour" in path.read_text("utf-8")
    assert small.make().outputs[1].edited == 1
    assert "Bonjour" in path.read_text("utf-8")


def test_both_outputs_lost_and_the_picture_damaged_in_the_store(small: Small) -> None:
    small.make()
    for code in LANGUAGES:
        (small.folder / f"{code}.mp4").unlink()
    whole = {picture: picture.read_bytes() for picture in small.store.rglob("*.mp4")}
    assert len(whole) == len(LANGUAGES), "so short a picture is encoded as a whole in the words of each language"
    for picture, content in whole.items():
        picture.write_bytes(content[:1000] + bytes(1000) + content[2000:])
    small.make()
    for picture, content in whole.items():
        assert picture.read_bytes() == content, "a picture that is not what was put is not passed on"


def test_killed_at_any_event_it_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "events"
    whole = tmp_path / "whole" / "out", tmp_path / "whole" / "store"
    assert run_child(whole, 10**6, log) == 0
    events = json.loads(log.read_text())
    folders = tmp_path / "out", tmp_path / "store"
    kills = 0
    for at in (2, 6, 10, events // 2, events - 2):
        kills += run_child(folders, at, log) == -signal.SIGKILL
        for part in folders[0].rglob("*.mp4"):
            if not part.name.startswith(".part-"):
                assert part.stat().st_size > 100_000, "an output is whole or not there"
    assert kills >= 3
    work = Work()
    outcome = make(folders, work)
    assert work.done("transcribe") == 0, "finished before the kill"
    assert work.done("synthesize") == 0, "finished before the kill"
    assert [o.language for o in outcome.outputs] == LANGUAGES
    assert not list(folders[0].rglob(".part-*"))
    for code in LANGUAGES:
        ours, theirs = (Path(f[0], "umbrella", f"{code}.srt").read_text() for f in (folders, whole))
        assert ours == theirs, "a killed run and an unbroken one say the same"


def test_a_second_run_does_no_engine_work(made: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path: path.stat().st_mtime_ns for path in made[0].rglob("*.mp4")}

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("an engine was asked")

    for engine in (
        "detect.silero:SileroDetector.detect",
        "transcribe.script:ScriptAligner.transcribe",
        "translate.phrasebook:Phrasebook.translate",
        "synthesize.espeak:TintedEspeak.synthesize",
    ):
        monkeypatch.setattr("pitchgen.engines." + engine.replace(":", "."), refuse)
    monkeypatch.setattr("pitchgen.edges.ffmpeg.Ffmpeg.run", refuse)
    outcome = make(made)
    assert all(output.reused for output in outcome.outputs)
    assert before == {path: path.stat().st_mtime_ns for path in made[0].rglob("*.mp4")}


def test_an_edited_line_is_the_only_one_spoken_anew(made: tuple[Path, Path]) -> None:
    first = make(made)
    path = made[0] / "umbrella" / "fr.srt"
    words = path.read_text("utf-8")
    assert "12,8" in words
    path.write_text(words.replace("12,8", "13,5"), "utf-8")
    work = Work()
    second = make(made, work)
    assert work.done("synthesize") == 1
    assert work.done("translate") == 0
    assert work.done("picture") == 0
    english, french = second.outputs
    assert (english.reused, french.reused, french.edited) == (True, False, 1)
    assert "13,5" in path.read_text("utf-8")
    assert first.outputs[1].segments == french.segments
    third = make(made)
    assert third.outputs[1].reused, "an edit is not made again"
    assert third.outputs[1].edited == 1, "and not forgotten"


def test_an_edited_sentence_is_translated_and_spoken_anew(made: tuple[Path, Path]) -> None:
    path = made[0] / "umbrella" / "transcript.zh.srt"
    words = path.read_text("utf-8")
    assert "七天发货" in words
    path.write_text(words.replace("七天发货", "九天发货"), "utf-8")
    work = Work()
    outcome = make(made, work)
    assert outcome.transcript_origin == "edited"
    assert work.done("translate") == len(LANGUAGES)
    assert work.done("synthesize") == len(LANGUAGES)
    assert "9 " in (made[0] / "umbrella" / "en.srt").read_text("utf-8")
    assert make(made).transcript_origin == "edited"


def test_a_line_emptied_in_all_its_captions_is_not_said(made: tuple[Path, Path]) -> None:
    before = make(made).outputs[0].segments
    folder = made[0] / "umbrella"
    cues = json.loads((folder / ".pitchgen.json").read_text())["versions"]["en"]["cues"]
    blocks = (folder / "en.srt").read_text("utf-8").strip().split("\n\n")
    left = [block for block, cue in zip(blocks, cues, strict=True) if cue["segment"] != 2]
    assert len(left) < len(blocks)
    (folder / "en.srt").write_text("\n\n".join(left) + "\n", "utf-8")
    work = Work()
    assert make(made, work).outputs[0].segments == before - 1
    assert work.done("synthesize") == 0
    assert make(made).outputs[0].segments == before - 1


def test_a_lost_output_is_muxed_again(made: tuple[Path, Path]) -> None:
    (made[0] / "umbrella" / "fr.mp4").unlink()
    work = Work()
    outcome = make(made, work)
    assert [o.reused for o in outcome.outputs] == [True, False]
    assert (work.done("synthesize"), work.done("picture")) == (0, 0)


def test_a_damaged_store_heals(made: tuple[Path, Path]) -> None:
    for path in list(made[1].rglob("*.flac"))[::2] + list(made[1].rglob("??*.json"))[::3]:
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
    (made[0] / "umbrella" / "fr.mp4").unlink()
    outcome = make(made)
    assert (made[0] / "umbrella" / "fr.mp4").stat().st_size > 100_000
    assert outcome.outputs[1].segments == outcome.outputs[0].segments


def test_one_project_one_run(folders: tuple[Path, Path]) -> None:
    with opened(folders[0] / "umbrella"), pytest.raises(StorageError, match="another run"):
        make(folders)


def test_a_foreign_subtitle_file_is_kept(folders: tuple[Path, Path]) -> None:
    folder = folders[0] / "umbrella"
    folder.mkdir(parents=True)
    mine = "1\n00:00:00,000 --> 00:00:02,000\nMine.\n"
    (folder / "fr.srt").write_text(mine)
    outcome = make(folders)
    assert (folder / "fr.before.srt").read_text() == mine
    assert any("fr.before.srt" in warning for warning in outcome.warnings)


@pytest.mark.parametrize("name", ["fr.srt", "transcript.zh.srt"])
def test_an_edit_that_cannot_be_read_is_not_lost(made: tuple[Path, Path], name: str) -> None:
    path = made[0] / "umbrella" / name
    broken = path.read_text("utf-8").replace("-->", "->", 1)
    path.write_text(broken, "utf-8")
    with pytest.raises(pitchgen.core.errors.InputError, match=name):  # type: ignore[attr-defined]
        make(made)
    assert path.read_text("utf-8") == broken


def test_two_scripts_cannot_both_win(made: tuple[Path, Path], tmp_path: Path) -> None:
    path = made[0] / "umbrella" / "transcript.zh.srt"
    path.write_text(path.read_text("utf-8").replace("七天发货", "九天发货"), "utf-8")
    script = tmp_path / "other.txt"
    script.write_text("大家好。\n欢迎下单。\n", "utf-8")
    with pytest.raises(pitchgen.core.errors.InputError, match="was edited"):  # type: ignore[attr-defined]
        make(made, script=script)


def test_nothing_is_kept_where_a_write_fails(folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Path] = Store.put_file

    def full(self: Store, *_: object) -> Path:
        raise StorageError("the disk is full")

    monkeypatch.setattr(Store, "put_file", full)
    with pytest.raises(StorageError, match="full"):
        make(folders)
    assert not list(folders[0].rglob("*.mp4"))
    monkeypatch.setattr(Store, "put_file", real)
    assert len(make(folders).outputs) == len(LANGUAGES)
