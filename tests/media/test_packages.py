"""All languages in one file, and in one stream: as ffmpeg reads them; test_browser.py has a browser play the stream."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest
from conftest import SAMPLES, run

from pitchgen.core.audio import Samples
from pitchgen.core.errors import InputError
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.hls import segments
from pitchgen.edges.labels import AIGC_KEY, read_aigc
from pitchgen.edges.probe import metadata
from pitchgen.edges.sound import decoded
from pitchgen.edges.store import folder_atomically
from pitchgen.recipes.make import make
from pitchgen.recipes.outcome import Outcome

RATE = 48_000
LANGUAGES = ["en", "fr", "ar"]


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory, ffmpeg: str) -> Path:
    """She says two sentences in 14 s: three segments. The picture has no frame rate that divides evenly."""
    path = tmp_path_factory.mktemp("packages") / "pitch.mp4"
    run(ffmpeg, "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=24000/1001:duration=14", "-i", SAMPLES / "umbrella.mp4",
        "-t", 14, "-map", "0:v", "-map", "1:a", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
        "-c:a", "aac", path)  # fmt: skip
    path.with_suffix(".txt").write_text("各位老板好，我是小王。\n这是我们最新款的雨伞，可以折叠。\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def outcome(video: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Every package, made once."""
    return made(video, tmp_path_factory.mktemp("made"))


def made(video: Path, folder: Path, **settings: object) -> Outcome:
    given = {"package": "video,tracks,tracks.mkv,hls", **settings}
    return make(video, LANGUAGES, out=folder / "out", store=folder / "store", profile="fake", **given)


def whole(path: Path) -> Samples:
    return np.concatenate(list(decoded(path, Ffmpeg(), 1)))


def lag(one: Samples, other: Samples) -> float:
    """Seconds by which `other` is later."""
    length = 1 << (len(one) + len(other)).bit_length()
    together = np.fft.irfft(np.fft.rfft(other, length) * np.conj(np.fft.rfft(one, length)), length)
    found = int(together.argmax())
    return (found - length if found > length // 2 else found) / RATE


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_the_file_has_every_language_as_a_track(outcome: Outcome, suffix: str, ffmpeg: str) -> None:
    path = outcome.folder / f"all.{suffix}"
    assert path in outcome.packages
    with av.open(str(path)) as container:
        sounds, texts = list(container.streams.audio), list(container.streams.subtitles)
        assert [s.metadata["language"] for s in sounds] == ["eng", "fra", "ara", "zho"]
        assert [av.stream.Disposition.default in s.disposition for s in sounds] == [True, False, False, False]
        assert len(texts) == 4
        assert len(container.streams.video) == 1
        titles = [s.metadata.get("title") or s.metadata.get("handler_name") for s in sounds]
    assert titles == ["English", "français", "العربية", "中文"]
    assert read_aigc(metadata(path)[AIGC_KEY]).produce_id.startswith("tracks")
    for index in range(4):
        heard = subprocess.run([ffmpeg, "-v", "error", "-i", path, "-map", f"0:a:{index}", "-f", "null", "-"],
                               capture_output=True, text=True, check=True)  # fmt: skip
        assert not heard.stderr


def test_the_tracks_are_the_sounds_of_the_videos(outcome: Outcome, ffmpeg: str, tmp_path: Path) -> None:
    for index, output in enumerate(outcome.outputs):
        alone = tmp_path / f"{index}.m4a"
        run(ffmpeg, "-i", outcome.folder / "all.mp4", "-map", f"0:a:{index}", "-c", "copy", alone)
        ours, theirs = whole(alone), whole(output.video)
        assert abs(lag(theirs, ours)) < 0.001


def test_the_stream_says_what_it_has(outcome: Outcome) -> None:
    master = outcome.folder / "hls" / "master.m3u8"
    assert master in outcome.packages
    text = master.read_text("utf-8")
    sounds = re.findall(r'TYPE=AUDIO,GROUP-ID="audio",NAME="(.+?)",LANGUAGE="(.+?)",DEFAULT=(.+?),', text)
    assert sounds == [("English", "en", "YES"), ("français", "fr", "NO"), ("العربية", "ar", "NO"), ("中文", "zh", "NO")]
    assert text.count("TYPE=SUBTITLES") == 4
    assert text.count("#EXT-X-STREAM-INF") == 1
    (peak,) = map(int, re.findall(r"[:,]BANDWIDTH=(\d+)", text))
    (mean,) = map(int, re.findall(r"AVERAGE-BANDWIDTH=(\d+)", text))
    assert 0 < mean <= peak
    largest = [
        max(piece.bits_per_second for piece in segments(master.parent / kind / "index.m3u8"))
        for kind in ("video", "audio/en", "audio/fr", "audio/ar", "audio/zh")
    ]
    assert peak == pytest.approx(largest[0] + max(largest[1:]), abs=2), "what a player has to be able to load"
    (codecs,) = re.findall(r'CODECS="(.+?)"', text)
    with av.open(str(master.parent / "video" / "init.mp4")) as container:
        extradata = container.streams.video[0].codec_context.extradata
    assert codecs == f"avc1.{extradata[1]:02x}{extradata[2]:02x}{extradata[3]:02x},mp4a.40.2"
    assert "RESOLUTION=160x90,FRAME-RATE=23.976" in text


def test_segments_are_aligned_and_whole(outcome: Outcome) -> None:
    stream = outcome.folder / "hls"
    shown = segments(stream / "video" / "index.m3u8")
    assert [round(piece.seconds) for piece in shown] == [6, 6, 2]
    for playlist in sorted(stream.glob("*/*/index.m3u8")):
        pieces = segments(playlist)
        assert len(pieces) == len(shown)
        starts = np.cumsum([[p.seconds, q.seconds] for p, q in zip(shown, pieces, strict=True)], axis=0)[:-1]
        assert np.abs(starts[:, 0] - starts[:, 1]).max() < 0.1, "a frame of picture and one of sound at most"
        assert all(piece.path.stat().st_size for piece in pieces)


@pytest.mark.parametrize("code", LANGUAGES)
def test_ffmpeg_plays_every_rendition_in_time(outcome: Outcome, code: str, ffmpeg: str, tmp_path: Path) -> None:
    master, number = outcome.folder / "hls" / "master.m3u8", LANGUAGES.index(code)
    played = tmp_path / "played.mkv"
    options = ["-allowed_extensions", "ALL", "-i", master]
    run(ffmpeg, *options, "-map", "0:v:0", "-map", f"0:a:{number}", "-c", "copy", played)
    ours, theirs = whole(played), whole(outcome.folder / f"{code}.mp4")
    assert len(ours) == pytest.approx(len(theirs), abs=0.05 * RATE)
    assert abs(lag(theirs, ours)) < 0.03, "a sound frame before the start is lost where there is no edit list"
    with av.open(str(played)) as container:
        frames = [float(frame.time or 0) for frame in container.decode(video=0)]
    assert len(frames) == pytest.approx(14 * 24000 / 1001, abs=1)
    assert np.diff(frames).max() < 0.05, "no frame is missing where segments meet"
    words = ["-allowed_extensions", "ALL", "-i", master.parent / "subtitles" / code / "index.m3u8", "-f", "srt", "-"]
    text = subprocess.run([ffmpeg, "-v", "error", *words], capture_output=True, check=True).stdout.decode()
    cues = set(re.findall(r"^(\d\d:\d\d:\d\d,\d{3}) -->", text, re.M))
    wanted = re.findall(r"^(\d\d:\d\d:\d\d,\d{3}) -->", (outcome.folder / f"{code}.srt").read_text("utf-8"), re.M)
    assert cues == set(wanted)


def test_the_label_is_in_the_stream_and_in_its_file(outcome: Outcome) -> None:
    stream = outcome.folder / "hls"
    label = (stream / "aigc.json").read_text("utf-8")
    assert read_aigc(label).produce_id.startswith("hls-")
    assert 'URI="aigc.json"' in (stream / "master.m3u8").read_text("utf-8")
    for part in sorted(stream.rglob("init.mp4")):
        assert metadata(part)[AIGC_KEY] == label


def test_a_second_run_makes_nothing_and_an_edit_makes_all_anew(
    video: Path, outcome: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = made(video, tmp_path)
    times = {path: path.stat().st_mtime_ns for path in first.packages}
    second = made(video, tmp_path)
    assert second.packages == first.packages
    assert {path: path.stat().st_mtime_ns for path in second.packages} == times
    words = first.folder / "fr.srt"
    words.write_text(words.read_text("utf-8").replace("fr", "français"), "utf-8")
    label = (first.folder / "hls" / "aigc.json").read_text("utf-8")
    with monkeypatch.context() as patched:
        patched.setattr("pitchgen.recipes.packaging.write_stream", _torn)
        with pytest.raises(KeyboardInterrupt):
            made(video, tmp_path)
    assert (first.folder / "hls" / "aigc.json").read_text("utf-8") == label, "the old stream is whole"
    assert not [path.name for path in first.folder.iterdir() if path.name.startswith(".part-")]
    made(video, tmp_path)
    assert (first.folder / "hls" / "aigc.json").read_text("utf-8") != label


def _torn(folder: Path, *arguments: object) -> None:
    (folder / "master.m3u8").write_text("#EXTM3U\n")
    raise KeyboardInterrupt


@pytest.mark.parametrize(("settings", "remedy"), [
    ({"captions": "burn"}, "--captions soft"),
    ({"platform": "tiktok"}, "--captions soft"),
    ({"absorb": "freeze"}, "--absorb"),
])  # fmt: skip
def test_pictures_that_differ_are_refused_with_what_to_change(
    video: Path, tmp_path: Path, settings: dict[str, str], remedy: str
) -> None:
    with pytest.raises(InputError, match=remedy):
        made(video, tmp_path, **settings)
    assert not (tmp_path / "out").exists()


def test_an_unknown_package_is_named(video: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="dash"):
        made(video, tmp_path, package="dash")


def test_a_folder_takes_its_place_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    place = tmp_path / "stream"
    with folder_atomically(place) as part:
        (part / "one").write_text("1")
        assert not place.exists()
    with pytest.raises(ValueError), folder_atomically(place) as part:  # noqa: PT012
        (part / "two").write_text("2")
        raise ValueError
    assert [path.name for path in tmp_path.iterdir()] == ["stream"]
    assert [path.name for path in place.iterdir()] == ["one"]
