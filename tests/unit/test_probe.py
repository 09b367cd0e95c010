"""What the header of a file says, and how far it is believed."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import SAMPLES, run

from pitchgen.core.errors import MediaError, PitchgenError, UnsupportedError
from pitchgen.core.fingerprint import key
from pitchgen.edges import probe as probing
from pitchgen.edges.probe import metadata, probe

PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=64x96:rate=10:duration=1"]
SOUND = ["-f", "lavfi", "-i", "sine=duration=1"]
MP4 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, ffmpeg: str) -> Path:
    path = tmp_path_factory.mktemp("probe") / "plain.mp4"
    run(ffmpeg, *PICTURE, *SOUND, *MP4, path)
    return path


def test_a_sample() -> None:
    media = probe(SAMPLES / "umbrella.mp4")
    assert media.picture is not None
    assert media.sound is not None
    assert (media.picture.codec, media.picture.rotation_deg, media.sound.codec) == ("h264", 0, "aac")
    assert media.duration > 10
    assert len(media.sha256) == 64


def test_what_a_plain_file_holds(plain: Path) -> None:
    media = probe(plain)
    assert media.picture is not None
    assert media.sound is not None
    assert media.picture.shown_px == (64, 96)
    assert media.duration == pytest.approx(1.0, abs=0.1)
    assert (media.sound.channels, media.sound.rate_hz) == (1, 44_100)
    assert not media.picture.cover
    assert not media.picture.hdr


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_rotation_is_counted_clockwise(turn: int, plain: Path, ffmpeg: str, tmp_path: Path) -> None:
    path = tmp_path / "turned.mp4"
    run(ffmpeg, "-display_rotation:v:0", turn, "-i", plain, "-c", "copy", path)  # ffmpeg counts counter-clockwise
    picture = probe(path).picture
    assert picture is not None
    assert picture.rotation_deg == (-turn) % 360
    assert picture.shown_px == ((64, 96) if turn == 180 else (96, 64))


@pytest.mark.parametrize(
    ("tags", "default", "expected"),
    [
        (("eng", "chi"), 0, 1),
        (("eng", "zho"), 0, 1),
        (("chi", "zho"), 1, 1),
        (("eng", "fra"), 1, 1),
        (("eng", "fra"), None, 0),
        (("und", "eng"), 0, 0),
    ],
)
def test_which_track_carries_the_speech(
    tags: tuple[str, str], default: int | None, expected: int, ffmpeg: str, tmp_path: Path
) -> None:
    path = tmp_path / "tracks.mkv"
    tagged = [w for i, tag in enumerate(tags) for w in (f"-metadata:s:a:{i}", f"language={tag}")]
    marked = [w for i in range(2) for w in (f"-disposition:a:{i}", "default" if i == default else "0")]
    run(ffmpeg, *PICTURE, *SOUND, *SOUND, "-map", 0, "-map", 1, "-map", 2, *tagged, *marked, *MP4, path)
    media = probe(path)
    sounds = [s for s in media.streams if s.kind == "audio"]
    assert media.sound == sounds[expected]
    chosen = probe(path, audio_track=1)
    assert chosen.sound == sounds[0]
    assert (key(chosen) == key(media)) == (expected == 0), "another track is another recording"
    for wrong in (0, 3, -1):
        with pytest.raises(MediaError, match=f"has 2 audio track\\(s\\), no number {wrong}"):
            probe(path, audio_track=wrong)


def test_where_streams_begin(ffmpeg: str, tmp_path: Path) -> None:
    path = tmp_path / "late.mkv"
    run(ffmpeg, *PICTURE, "-itsoffset", 0.5, *SOUND, "-map", 0, "-map", 1, *MP4, path)
    media = probe(path)
    assert media.picture is not None
    assert media.sound is not None
    assert media.sound.start - media.picture.start == pytest.approx(0.5, abs=0.05)
    assert media.duration == pytest.approx(1.5, abs=0.1)


def test_high_dynamic_range_is_seen(ffmpeg: str, tmp_path: Path) -> None:
    path = tmp_path / "hdr.mp4"
    colours = ["-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc"]
    run(ffmpeg, *PICTURE, *SOUND, *MP4, *colours, "-bsf:v",
        "h264_metadata=colour_primaries=9:transfer_characteristics=16:matrix_coefficients=9", path)  # fmt: skip
    picture = probe(path).picture
    assert picture is not None
    assert picture.hdr


def test_limits(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value, words in (
        ("MAX_BYTES", 100, "GiB"),
        ("MAX_DURATION", 0.5, "hours long"),
        ("MAX_PIXELS", 64 * 95, "larger than 8K"),
        ("MAX_STREAMS", 1, "2 streams"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(probing, name, value)
            with pytest.raises(UnsupportedError, match=words) as caught:
                probe(plain)
            assert str(plain) in str(caught.value)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999])
def test_a_file_cut_anywhere_is_whole_or_refused_in_one_line(share: float, tmp_path: Path) -> None:
    content = (SAMPLES / "umbrella.mp4").read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(content[: int(share * len(content))])
    if share > 0.9:  # only the last packet is missing, which costs nobody a word
        assert probe(path).duration > 1
        return
    with pytest.raises(PitchgenError) as caught:
        probe(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
def test_a_part_cut_out_with_its_times_is_whole(suffix: str, ffmpeg: str, tmp_path: Path) -> None:
    path = tmp_path / f"part.{suffix}"
    run(ffmpeg, *PICTURE, *SOUND, *MP4, "-output_ts_offset", 5, path)
    assert probe(path).duration == pytest.approx(1.0, abs=0.15)


def test_names_are_names_and_no_protocols(plain: Path, tmp_path: Path) -> None:
    for name in ("a:b.mp4", "pipe:0.mp4", "%03d.mp4", "-i.mp4", "concat:x|y.mp4", "袜子 ' \".mp4"):
        path = tmp_path / name
        path.write_bytes(plain.read_bytes())
        assert probe(path).sha256 == probe(plain).sha256


def test_tags_of_the_whole_file(plain: Path, ffmpeg: str, tmp_path: Path) -> None:
    path = tmp_path / "tagged.mp4"
    run(ffmpeg, "-i", plain, "-c", "copy", "-metadata", "title=袜子", path)
    assert metadata(path)["title"] == "袜子"
