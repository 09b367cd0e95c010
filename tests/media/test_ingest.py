"""Whatever phones and editors make goes in; what comes out is upright, labelled, tagged and as loud as asked."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from conftest import SAMPLES, run

import pitchgen
from pitchgen.core.events import Advanced, Event
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.labels import AIGC_KEY, read_aigc
from pitchgen.recipes.outcome import Outcome

PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=144x256:rate=15:duration=10"]
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]


def make(video: Path, script: Path | None, tmp_path: Path, *languages: str, **more: object) -> Outcome:
    return pitchgen.make(
        video, languages or ["en"], script=script, out=tmp_path / "out", store=tmp_path / "store", **more
    )


def check(outcome: Outcome) -> av.container.InputContainer:
    """The promises that every output keeps."""
    for output in outcome.outputs:
        with av.open(str(output.video)) as container:
            pictures, sounds = container.streams.video, container.streams.audio
            assert [s.codec_context.name for s in pictures] == ["h264"]
            assert [(s.codec_context.name.removesuffix("float"), s.sample_rate) for s in sounds] == [("aac", 48_000)]
            assert sounds[0].metadata["language"] == {"en": "eng", "fr": "fra", "ru": "rus"}[output.language]
            tracks = [s.metadata["language"] for s in container.streams.subtitles]
            assert tracks == [sounds[0].metadata["language"], "zho"]
            assert read_aigc(container.metadata[AIGC_KEY]).label == "1"
            assert sum(1 for _ in container.decode(sounds[0])) > 10
    return outcome


def size(video: Path) -> tuple[int, int]:
    with av.open(str(video)) as container:
        frame = next(container.decode(video=0))
        assert frame.rotation == 0
        return frame.width, frame.height


def frame_at(video: Path, seconds: float) -> np.ndarray:
    with av.open(str(video)) as container:
        frames = container.decode(video=0)
        return next(f.to_ndarray(format="rgb24") for f in frames if f.time >= seconds)


FORMS = {
    "mp4.mp4": [*X264, "-c:a", "aac"],
    "mov.mov": [*X264, "-c:a", "pcm_s16le"],
    "mkv.mkv": [*X264, "-c:a", "libopus"],
    "hevc.mp4": ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error", "-c:a", "aac"],
    "vp9.webm": ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"],
    "odd.mkv": ["-vf", "format=yuv444p,crop=143:255:0:0:exact=1", "-c:v", "ffv1", "-c:a", "flac"],
    "two.mp4": [*X264, "-c:a", "aac", "-ac", "2"],
    "six.mp4": [*X264, "-c:a", "aac", "-ac", "6"],
    "eight.mkv": [*X264, "-c:a", "flac", "-ac", "8"],
    "stream.ts": [*X264, "-c:a", "aac"],
    "old.avi": ["-c:v", "mpeg4", "-c:a", "mp3"],
    "live.flv": [*X264, "-c:a", "aac"],
    "part.mkv": [*X264, "-c:a", "aac", "-output_ts_offset", "5"],
    "left.mp4": [*X264, "-c:a", "aac", "-af", "pan=stereo|c0=c0|c1=0*c0"],
    "variable.mp4": ["-vf", "select='not(mod(n,3))+lt(t,3)'", "-fps_mode", "vfr", *X264, "-c:a", "aac"],
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_every_container_and_codec(name: str, ffmpeg: str, speech: Path, script: Path, tmp_path: Path) -> None:
    video = tmp_path / name
    run(ffmpeg, *PICTURE, "-i", speech, *FORMS[name], video)
    outcome = check(make(video, script, tmp_path))
    assert outcome.outputs[0].segments == 2
    assert size(outcome.outputs[0].video) == (144, 256)
    assert outcome.score is not None
    assert outcome.score > 0.3


@pytest.mark.parametrize(("turn", "expected"), [(90, (256, 144)), (180, (144, 256)), (270, (256, 144))])
def test_rotation_is_applied(
    turn: int, expected: tuple[int, int], ffmpeg: str, speech: Path, script: Path, tmp_path: Path
) -> None:
    plain, turned = tmp_path / "plain.mp4", tmp_path / "turned.mp4"
    run(ffmpeg, *PICTURE, "-i", speech, *X264, "-c:a", "aac", plain)
    run(ffmpeg, "-display_rotation:v:0", turn, "-i", plain, "-c", "copy", turned)
    outcome = check(make(turned, script, tmp_path))
    video = outcome.outputs[0].video
    assert size(video) == expected
    upright = tmp_path / "upright.png"
    run(ffmpeg, "-ss", "5", "-i", turned, "-frames:v", "1", upright)
    with av.open(str(upright)) as container:
        wanted = next(container.decode(video=0)).to_ndarray(format="rgb24").astype(float)
    assert np.abs(frame_at(video, 5.0).astype(float) - wanted).mean() < 12, "turned as a player would"


def test_the_track_tagged_chinese_is_heard(ffmpeg: str, speech: Path, script: Path, tmp_path: Path) -> None:
    video = tmp_path / "tracks.mkv"
    tone = ["-f", "lavfi", "-i", "sine=frequency=440:duration=10"]
    run(ffmpeg, *PICTURE, *tone, "-i", speech, "-map", "0", "-map", "1", "-map", "2", "-metadata:s:a:1",
        "language=chi", *X264, "-c:a", "aac", video)  # fmt: skip
    check(make(video, script, tmp_path))
    with pytest.raises(pitchgen.core.errors.MediaError, match="nobody"):  # type: ignore[attr-defined]
        make(video, script, tmp_path / "other", audio_track=1)


def test_sound_that_starts_late_stays_in_place(ffmpeg: str, speech: Path, script: Path, tmp_path: Path) -> None:
    starts = []
    for name, offset in (("now", "0"), ("late", "1.5")):
        video = tmp_path / f"{name}.mp4"
        run(ffmpeg, *PICTURE, "-itsoffset", offset, "-i", speech, *X264, "-c:a", "aac", video)
        outcome = check(make(video, script, tmp_path))
        first = outcome.transcript.read_text("utf-8").splitlines()[1].split(" --> ")[0]
        hours, minutes, seconds = first.replace(",", ".").split(":")
        starts.append(float(hours) * 3600 + float(minutes) * 60 + float(seconds))
    assert starts[1] - starts[0] == pytest.approx(1.5, abs=0.15)


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_picture_that_starts_late_stays_in_place(
    suffix: str, ffmpeg: str, speech: Path, script: Path, tmp_path: Path
) -> None:
    video = tmp_path / f"late.{suffix}"
    turns_white = "color=black:size=90x160:rate=10:duration=8,drawbox=c=white:t=fill:enable='gte(t,4)'"
    run(ffmpeg, "-itsoffset", 2, "-f", "lavfi", "-i", turns_white, "-i", speech, *X264, "-c:a", "aac", video)
    made = check(make(video, script, tmp_path, profile="fake")).outputs[0].video
    assert frame_at(made, 5.8)[120:].mean() < 50
    assert frame_at(made, 6.0)[120:].mean() > 200
    assert frame_at(made, 2.0)[:20].mean() > 5, "labelled from its first frame on"


def test_cover_art_is_no_picture(ffmpeg: str, speech: Path, script: Path, tmp_path: Path) -> None:
    cover, video = tmp_path / "cover.png", tmp_path / "cover.mp4"
    run(ffmpeg, "-f", "lavfi", "-i", "color=red:size=64x64", "-frames:v", "1", cover)
    run(ffmpeg, "-i", cover, *PICTURE, "-i", speech, "-map", "0", "-map", "1", "-map", "2", "-c:v:0", "copy",
        "-disposition:v:0", "attached_pic", "-c:v:1", "libx264", "-preset", "ultrafast", "-pix_fmt:v:1", "yuv420p",
        "-c:a", "aac", video)  # fmt: skip
    assert size(check(make(video, script, tmp_path)).outputs[0].video) == (144, 256)


def test_no_duration_in_the_header(ffmpeg: str, speech: Path, script: Path, tmp_path: Path) -> None:
    video = tmp_path / "stream.webm"
    command = [
        ffmpeg,
        "-loglevel",
        "error",
        *PICTURE,
        "-i",
        str(speech),
        *FORMS["vp9.webm"],
        "-f",
        "webm",
        "pipe:1",
    ]
    video.write_bytes(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    assert check(make(video, script, tmp_path)).duration == pytest.approx(10, abs=0.3)


def test_a_soft_subtitle_track_is_the_script(ffmpeg: str, speech: Path, tmp_path: Path) -> None:
    track, video = tmp_path / "words.srt", tmp_path / "soft.mkv"
    track.write_text(
        "1\n00:00:00,000 --> 00:00:03,000\n各位老板好，我是小王。\n\n"
        "2\n00:00:03,000 --> 00:00:09,000\n这是我们最新款的雨伞，可以折叠。\n", "utf-8",
    )  # fmt: skip
    run(ffmpeg, *PICTURE, "-i", speech, "-i", track, "-map", "0", "-map", "1", "-map", "2", *X264, "-c:a", "aac",
        "-c:s", "srt", "-metadata:s:s:0", "language=chi", video)  # fmt: skip
    assert check(make(video, None, tmp_path)).outputs[0].segments == 2


@pytest.mark.parametrize("name", ["-dash.mp4", "with space 'n quote\".mp4", "袜子 videó.mp4", "100%.mp4"])
def test_any_name(
    name: str, ffmpeg: str, speech: Path, script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run(ffmpeg, *PICTURE, "-i", speech, *X264, "-c:a", "aac", f"file:{name}")
    check(make(Path(name), script, tmp_path))


def test_three_languages_from_one_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[float | None] = []
    real = Ffmpeg.encode_picture

    def counted(self: Ffmpeg, *given: Any, until: float | None = None) -> None:
        encoded.append(until)
        real(self, *given, until=until)

    monkeypatch.setattr(Ffmpeg, "encode_picture", counted)
    told: list[Event] = []
    video = SAMPLES / "umbrella.mp4"
    outcome = check(make(video, None, tmp_path, "en", "fr", "ru", listen=told.append))
    assert encoded.count(None) == 1  # the whole picture
    assert len(encoded) == 4  # and its opening, in the words of each language
    stages = {event.stage for event in told if isinstance(event, Advanced)}
    assert stages >= {"decode", "detect", "transcribe", "translate", "synthesize", "picture", "render"}
    for output in outcome.outputs:
        assert 0.9 <= output.tempo[0] <= output.tempo[1] <= 1.25
        loudness, peak = measured(output.video)
        assert loudness == pytest.approx(-16, abs=0.5)
        assert peak <= -1.5
    labelled(outcome.outputs[0].video, video)


def labelled(made: Path, source: Path) -> None:
    """The label is there at 1 s and at 2.5 s, and gone at 4 s: compared with the source's own frames."""

    def change(seconds: float) -> float:
        ours, theirs = (frame_at(path, seconds).astype(float) for path in (made, source))
        top = ours.shape[0] // 8
        return float(np.abs(ours[:top] - theirs[:top]).mean())

    assert change(1.0) > 20
    assert change(2.5) > 20
    assert change(4.0) < 5


def measured(video: Path) -> tuple[float, float]:
    """LUFS and dBTP as ffmpeg's own meter reads them."""
    command = [Ffmpeg().binary, "-nostats", "-i", str(video), "-af", "ebur128=peak=true", "-f", "null", "-"]
    words = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    loudness = re.findall(r"I:\s+(-?[\d.]+) LUFS", words)[-1]
    return float(loudness), float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", words)[-1])


def test_real_clip_with_real_speech(shared_media: Path, tmp_path: Path) -> None:
    script = tmp_path / "autocut.txt"
    script.write_text("大家好,我的名字是AutoCut.\n这是一条用于测试的视频。\n", "utf-8")
    outcome = check(make(shared_media / "noface_autocut_zh_en.mp4", script, tmp_path, "en", "ru", untranslated="keep"))
    assert [o.segments for o in outcome.outputs] == [2, 2]
    assert "这是一条用于测试的视频。" in outcome.outputs[0].kept_original
