"""What a file says of itself is read back: letters in the picture measured, labels that were stripped found out."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest
from checkpoints import TinyShelf
from conftest import FfmpegCall, run
from typer.testing import CliRunner

import pitchgen
from pitchgen.core.clock import Clock
from pitchgen.core.config import Settings
from pitchgen.core.picture import Look
from pitchgen.core.provenance import Holding, Layer
from pitchgen.edges.carriers import write
from pitchgen.edges.chunks import write_wav
from pitchgen.edges.content import content_digest
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.labels import aigc, wording
from pitchgen.edges.probe import probe
from pitchgen.edges.settings import read_settings
from pitchgen.edges.visible import ALIKE, look
from pitchgen.recipes.inspecting import Inspection, inspect
from pitchgen.shells.cli import app

FRAMES = [
    (1080, 1920, 0),
    (1280, 720, 0),
    (360, 640, 0),
    (480, 480, 0),
    (1280, 544, 0),
    (640, 360, 90),
    (640, 360, 270),
]
"""Width, height and clockwise turn in degrees, as cameras write them."""


def labelled(ffmpeg: str, folder: Path, width: int, height: int, turn: int, seconds: float = 4) -> Path:
    """A labelled picture made of a grey one."""
    flat, source, made = folder / "flat.mp4", folder / "source.mp4", folder / "labelled.mp4"
    grey = ["-f", "lavfi", "-i", f"color=gray:size={width}x{height}:rate=10:duration={seconds}"]
    run(ffmpeg, *grey, "-f", "lavfi", "-i", f"sine=duration={seconds}", "-c:v", "libx264", "-preset", "ultrafast", flat)
    run(ffmpeg, "-display_rotation", -turn, "-i", flat, "-c", "copy", source)
    Ffmpeg().encode_picture(probe(source), Look(clock=Clock()), made, lambda _: None)
    return made


@pytest.mark.parametrize(("width", "height", "turn"), FRAMES)
def test_letters_and_seconds_on_decoded_frames(width: int, height: int, turn: int, ffmpeg: str, tmp_path: Path) -> None:
    """Independent of how `inspect` looks: white ink is counted row by row."""
    made = labelled(ffmpeg, tmp_path, width, height, turn)
    shown = []
    with av.open(str(made)) as container:
        for frame in container.decode(video=0):
            pixels = frame.to_ndarray(format="gray")
            high, wide = pixels.shape
            left, top, label_wide, label_high = wording().place(wide, high)
            ink = pixels[top : top + label_high, left : left + label_wide] > 190
            shown.append(ink)
    assert (wide, high) == ((height, width) if turn % 180 else (width, height))
    seconds = sum(ink.any() for ink in shown) / 10
    assert 2.0 <= seconds <= 3.1
    assert shown[0].any(), "from the first frame on"
    columns = np.flatnonzero(shown[5].any(axis=0))
    letters = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    rows = [np.flatnonzero(shown[5][:, letter].any(axis=1)) for letter in letters]
    capital = rows[0][-1] - rows[0][0] + 1  # A, the lowest of AI生成
    assert capital >= 0.05 * min(wide, high)
    found = look(made)
    assert found
    assert found.seconds == pytest.approx(seconds, abs=0.11)
    assert found.letters == pytest.approx(capital / min(wide, high), abs=0.01)


def test_a_picture_without_the_label(pitch: FfmpegCall) -> None:
    found = look(pitch())
    assert found
    assert found.seconds == 0
    assert found.likeness < ALIKE / 1.5


def test_a_label_that_is_too_short_is_broken(ffmpeg: str, tmp_path: Path) -> None:
    made = labelled(ffmpeg, tmp_path, 640, 360, 0)
    run(ffmpeg, "-ss", "1.5", "-i", made, "-c:v", "libx264", tmp_path / "cut.mp4")
    layer = layers(inspect(tmp_path / "cut.mp4", Settings()))["visible"]
    assert layer.holding is Holding.BROKEN
    assert "less than the standard asks" in layer.said


def layers(inspection: Inspection) -> dict[str, Layer]:
    return {layer.name: layer for layer in inspection.layers}


@pytest.fixture
def output(pitch: FfmpegCall, script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A video as `make` leaves it."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    engines = {"translate": "fake", "synthesize": "fake", "profile": "embedded"}
    outcome = pitchgen.make(
        pitch(), ["fr"], script=script, out=tmp_path / "out", store=tmp_path / "store", producer="shop-7", **engines
    )
    return outcome.outputs[0].video


def test_what_make_makes_holds(output: Path) -> None:
    found = inspect(output, read_settings({}))
    assert found.holds
    assert {layer.holding for layer in found.layers if layer.name != "watermark"} == {Holding.HOLDS}
    assert found.produce_id.startswith("fr-")
    assert "words: fr" in layers(found)["visible"].said
    assert "shop-7" in layers(found)["AIGC"].said
    assert "c2pa.translated" in layers(found)["C2PA"].said
    assert "NOTE AIGC" in output.with_suffix(".vtt").read_text("utf-8")
    assert inspect(output.with_suffix(".vtt"), read_settings({})).holds


def test_a_label_that_was_stripped_is_known_by_the_log(output: Path, ffmpeg: str, tmp_path: Path) -> None:
    number = inspect(output, read_settings({})).produce_id
    for name in ("stripped.mp4", "stripped.mkv"):
        run(ffmpeg, "-i", output, "-map", "0:v", "-map", "0:a", "-c", "copy", "-map_metadata", "-1", tmp_path / name)
        found = inspect(tmp_path / name, read_settings({}))
        assert not found.holds
        assert layers(found)["AIGC"].holding is Holding.ABSENT
        assert layers(found)["C2PA"].holding is Holding.ABSENT
        assert layers(found)["visible"].holding is Holding.HOLDS
        assert "changed since" in layers(found)["audit"].said
        assert found.produce_id == number
    run(ffmpeg, "-i", output, "-t", "3", "-c:v", "libx264", tmp_path / "other.mp4")
    assert layers(inspect(tmp_path / "other.mp4", read_settings({})))["audit"].holding is Holding.ABSENT
    assert content_digest(tmp_path / "other.mp4") != content_digest(output)


def test_the_label_of_the_source_is_gone_on_with(pitch: FfmpegCall, script: Path, tmp_path: Path) -> None:
    write(pitch("raw.mp4"), tmp_path / "source.mp4", aigc("studio-3", "zh-42"))
    outcome = pitchgen.make(
        tmp_path / "source.mp4", ["de"], script=script, out=tmp_path / "out", store=tmp_path / "store",
        producer="agency-1", translate="fake", synthesize="fake", profile="embedded",
    )  # fmt: skip
    found = layers(inspect(outcome.outputs[0].video, read_settings({})))["AIGC"]
    assert "producer agency-1" in found.said
    assert "made from zh-42 of studio-3" in found.said
    assert outcome.outputs[0].video.read_bytes().count(b"zh-42") == 1


def test_a_damaged_label_of_the_source_is_said(pitch: FfmpegCall, script: Path, tmp_path: Path) -> None:
    video = pitch("raw.mp4", "-c:v", "mpeg4", "-c:a", "aac", "-movflags", "use_metadata_tags", "-metadata", "AIGC={x")
    folders = {"out": tmp_path / "out", "store": tmp_path / "store"}
    outcome = pitchgen.make(
        video, ["fr"], script=script, translate="fake", synthesize="fake", profile="embedded", **folders
    )
    assert any("cannot say from whom it came" in warning for warning in outcome.warnings)


def test_the_command(output: Path, tmp_path: Path) -> None:
    runner = CliRunner()
    good = runner.invoke(app, ["inspect", str(output), "--json"])
    assert good.exit_code == 0, good.output
    document = json.loads(good.output)["files"][0]
    assert document["holds"]
    assert {row["layer"] for row in document["layers"]} >= {"visible", "AIGC", "C2PA", "audit"}
    bad = tmp_path / "bad.mp4"
    data = bytearray(output.read_bytes())
    data[-3000] ^= 0xFF
    bad.write_bytes(data)
    shown = runner.invoke(app, ["inspect", str(bad)])
    assert shown.exit_code == 12
    assert "broken" in shown.output


@pytest.mark.parametrize("suffix", [".mp4", ".jpg", ".md", ".srt", ".bin", ".wav"])
def test_any_file_gets_an_answer(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"junk{suffix}"
    path.write_bytes(b"\xff\xfe\x00 junk" * 200)
    found = inspect(path, read_settings({}))
    assert not found.holds
    assert all(layer.said for layer in found.layers)


def test_metadata_that_floods_or_injects_is_broken_and_one_line(pitch: FfmpegCall, ffmpeg: str, tmp_path: Path) -> None:
    source = pitch("sound.wav", "-vn", "-c:a", "pcm_s16le")
    forged = '{"Label":"1","ContentProducer":"义乌\\n\\"x","ProduceID":"a b","ReservedCode1":"","ContentPropagator":"",'
    for label in (f'{forged}"PropagateID":"","ReservedCode2":""}}', "9" * 10_000_000, "\n'\";--", '{"Label":[]}'):
        write_wav(source, tmp_path / "forged.wav", label)
        found = inspect(tmp_path / "forged.wav", read_settings({}))
        assert layers(found)["AIGC"].holding is Holding.BROKEN
        assert "\n" not in layers(found)["AIGC"].said
        assert len(layers(found)["AIGC"].said) < 300


def test_without_weights_the_watermark_is_unknown(output: Path) -> None:
    found = layers(inspect(output, read_settings({})))["watermark"]
    assert found.holding is Holding.UNKNOWN
    assert "pitchgen models pull audioseal" in found.said


def test_a_watermark_is_put_in_and_told_of(
    pitch: FfmpegCall, script: Path, shelf: TinyShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its small network has random weights: it is run, and what it finds is no matter."""
    shelf.weights("audioseal")
    monkeypatch.setenv("PITCHGEN_WEIGHTS", str(shelf.root))
    engines = {"translate": "fake", "synthesize": "fake", "profile": "embedded"}
    folders = {"script": script, "out": tmp_path / "out", "store": tmp_path / "store"}
    video = pitch()
    plain = content_digest(pitchgen.make(video, ["fr"], **folders, **engines).outputs[0].video)
    marked = pitchgen.make(video, ["fr"], watermark="audioseal", **folders, **engines).outputs[0].video
    assert content_digest(marked) != plain
    assert b"audioseal" in marked.read_bytes(), "the credentials say so"
    assert "finds our mark in" in layers(inspect(marked, read_settings({})))["watermark"].said


def test_sound_alone_needs_no_picture(pitch: FfmpegCall, tmp_path: Path) -> None:
    write(pitch("sound.wav", "-vn", "-c:a", "pcm_s16le"), tmp_path / "out.wav", aigc("shop", "fr-1"))
    found = inspect(tmp_path / "out.wav", read_settings({}))
    assert found.holds
    assert "visible" not in layers(found)
