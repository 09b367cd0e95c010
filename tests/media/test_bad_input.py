"""Bad input gets one clear line that names the file, and leaves nothing half-made behind."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import av
import pytest
from conftest import SAMPLES, SHARED, FfmpegCall, run

import pitchgen
from pitchgen.core.errors import InputError, MediaError, MissingWeights, PitchgenError, StorageError
from pitchgen.recipes.outcome import Outcome

ODD = sorted(p.name for p in (SHARED / "odd").glob("*") if p.suffix != ".tsv") if SHARED.is_dir() else []


def make(video: Path, tmp_path: Path, **more: object) -> Outcome:
    folders = {"out": tmp_path / "out", "store": tmp_path / "store"}
    outcome = None
    try:
        outcome = pitchgen.make(video, ["en"], **{**folders, **more})
    finally:
        assert not list(tmp_path.rglob(".part-*"))
        assert outcome or not list(tmp_path.rglob("out/*/*.mp4"))
    return outcome


@pytest.mark.parametrize("name", ODD)
def test_odd_files(name: str, shared_media: Path, script: Path, tmp_path: Path) -> None:
    with pytest.raises(PitchgenError) as caught:
        make(shared_media / "odd" / name, tmp_path, script=script)
    assert "\n" not in str(caught.value)
    assert name in str(caught.value)


@pytest.mark.parametrize("name", ODD)
def test_odd_files_through_the_whole_flow(name: str, shared_media: Path, script: Path, tmp_path: Path) -> None:
    """With engines that hear something in everything: a video that every player shows, or one line."""
    out = tmp_path / "out"
    try:
        outcome = pitchgen.make(
            shared_media / "odd" / name, ["en"], script=script, out=out, store=tmp_path / "store", profile="fake"
        )
    except PitchgenError as error:
        words = str(error)
        assert name in words
        assert "\n" not in words
        assert not list(out.rglob("*"))
    else:
        with av.open(str(outcome.outputs[0].video)) as container:
            picture = container.streams.video[0]
            assert (picture.codec_context.name, picture.codec_context.pix_fmt) == ("h264", "yuv420p")
            assert sum(1 for _ in container.decode(video=0)) > 10
    assert not list(tmp_path.rglob(".part-*"))


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ([], "no language is named"),
        (["frr"], "did you mean fr"),
        (["fr", "FR"], "fr is named twice"),
        (["zh"], "speaks already"),
        (["tlh"], "unknown language"),
        ([""], "unknown language"),
    ],
)
def test_languages_that_cannot_be_made(codes: list[str], words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        pitchgen.make(SAMPLES / "umbrella.mp4", codes, out=tmp_path / "out", store=tmp_path / "store")
    assert list(tmp_path.iterdir()) == [], "nothing is begun"


def test_a_video_without_sound(shared_media: Path, script: Path, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"face_zh_selfie_noaudio.mp4: has no sound"):
        make(shared_media / "face_zh_selfie_noaudio.mp4", tmp_path, script=script)


def test_files_that_are_no_video(tmp_path: Path, script: Path) -> None:
    cases = {"empty.mp4": b"", "text.mp4": b"I am no video.", "zeros.mp4": bytes(5000), "half.mp4": None}
    for name, content in cases.items():
        path = tmp_path / name
        path.write_bytes((SAMPLES / "umbrella.mp4").read_bytes()[:200_000] if content is None else content)
        with pytest.raises(MediaError, match=name):
            make(path, tmp_path, script=script)


def test_no_such_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no such file"):
        make(tmp_path / "none.mp4", tmp_path)
    with pytest.raises(MediaError, match="is a folder"):
        make(tmp_path, tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file(tmp_path: Path) -> None:
    path = tmp_path / "locked.mp4"
    path.write_bytes(b"x")
    path.chmod(0)
    with pytest.raises(StorageError, match="locked"):
        make(path, tmp_path)


def test_silence(ffmpeg: str, script: Path, tmp_path: Path) -> None:
    video = tmp_path / "silence.mp4"
    run(
        ffmpeg,
        "-f",
        "lavfi",
        "-i",
        "color=gray:size=64x64:rate=10",
        "-f",
        "lavfi",
        "-i",
        "anullsrc",
        "-t",
        "4",
        video,
    )
    with pytest.raises(MediaError, match="nobody is heard"):
        make(video, tmp_path, script=script)


def test_no_words_at_all(tmp_path: Path) -> None:
    video = tmp_path / "wordless.mp4"
    video.write_bytes((SAMPLES / "umbrella.mp4").read_bytes())
    with pytest.raises(MissingWeights, match="--script"):
        make(video, tmp_path, transcribe="script")


@pytest.fixture(scope="module")
def heard_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store for all encodings: the sentences are the same, so they are said once."""
    return tmp_path_factory.mktemp("store")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_scripts_in_any_chinese_encoding(encoding: str, tmp_path: Path, heard_before: Path) -> None:
    script = tmp_path / "pitch.txt"
    script.write_bytes((SAMPLES / "umbrella.txt").read_text("utf-8").encode(encoding))
    outcome = make(SAMPLES / "umbrella.mp4", tmp_path, script=script, store=heard_before)
    heard = [line for line in outcome.transcript.read_text("utf-8").splitlines() if "。" in line]
    assert heard == (SAMPLES / "umbrella.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.txt", ""),
        ("marks.txt", "。。。\n…\n"),
        ("noise.txt", "\x00\x01\x02\x03" * 50),
        ("backwards.srt", "1\n00:00:05,000 --> 00:00:02,000\n大家好。\n"),
        ("badtime.srt", "1\n00:99:xx --> 00:00:02,000\n大家好。\n"),
    ],
)
def test_scripts_that_are_none(name: str, content: str, tmp_path: Path) -> None:
    script = tmp_path / name
    script.write_text(content, "utf-8")
    with pytest.raises(InputError, match=name):
        make(SAMPLES / "umbrella.mp4", tmp_path, script=script)


def test_a_script_far_too_long_is_refused(tmp_path: Path) -> None:
    script = tmp_path / "novel.txt"
    script.write_text("大家好，欢迎来到我们的店铺。\n" * 200, "utf-8")
    with pytest.raises(InputError):
        make(SAMPLES / "umbrella.mp4", tmp_path, script=script)


def test_an_output_folder_that_is_a_file(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("not a folder")
    with pytest.raises(StorageError, match="taken"):
        make(SAMPLES / "umbrella.mp4", tmp_path, out=taken)
    assert taken.read_text() == "not a folder"


@pytest.mark.parametrize("place", ["out", "store"])
@pytest.mark.parametrize("kilobytes", [16, 60, 200, 700, 4000])
def test_a_small_disk(place: str, kilobytes: int, pitch: FfmpegCall, script: Path, tmp_path: Path) -> None:
    """A real file system that fills up at another step each time."""
    video, disk = pitch(), tmp_path / "disk"
    folders = {"out": tmp_path / "out", "store": tmp_path / "store"} | {place: disk}
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount a small disk")
    words, made = "", False
    try:
        made = bool(pitchgen.make(video, ["en", "fr"], script=script, profile="fake", **folders))
    except StorageError as error:
        words = str(error)
    finally:
        outputs = list(folders["out"].rglob("*.mp4"))
        torn = [path for path in outputs if not is_whole(path)]
        left = list(tmp_path.rglob(".part-*"))
        subprocess.run(["umount", str(disk)], check=True)
    assert (torn, left) == ([], [])
    assert made == (len(outputs) == 2)
    assert made or "disk is full" in words
    assert "\n" not in words
    assert kilobytes > 16 or not made
    assert kilobytes < 4000 or made


def is_whole(video: Path) -> bool:
    """Whether the picture and the sound are there to the end."""
    with av.open(str(video)) as container:
        ends = [max(float(f.time) for f in container.decode(video=0)), container.duration / av.time_base]
    return min(ends) > 3.5


def test_a_full_disk(tmp_path: Path) -> None:
    """Files larger than 600 kB cannot be written, as on a disk that is full."""

    def limited() -> None:
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))

    command = [sys.executable, "-m", "pitchgen", "make", str(SAMPLES / "umbrella.mp4"), "--langs", "en",
               "--out", str(tmp_path / "out"), "--store", str(tmp_path / "store")]  # fmt: skip
    done = subprocess.run(command, preexec_fn=limited, capture_output=True, text=True, check=False)
    assert done.returncode in {6, 7}, done.stderr
    assert "Traceback" not in done.stderr
    assert not list((tmp_path / "out").rglob("*.mp4"))
    assert not list(tmp_path.rglob(".part-*"))
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0, "room was made: it goes on"
