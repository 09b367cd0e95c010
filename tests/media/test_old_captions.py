"""Captions that are in the picture already: found, read, and made into the whole job without a script."""

from __future__ import annotations

import json
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import FONT_PACKAGES, SAMPLES, FfmpegCall, run

import pitchgen
from pitchgen.core.box import WHOLE, Box
from pitchgen.core.errors import MissingWeights
from pitchgen.core.footage import OldCaption, OldCaptions, Reading
from pitchgen.core.picture import Look
from pitchgen.core.transcript import Span
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.frames import Viewer
from pitchgen.edges.probe import probe
from pitchgen.engines import registry
from pitchgen.engines.read.ppocr import PaddleReader
from pitchgen.recipes.outcome import Outcome
from pitchgen.stages.cover import covering
from pitchgen.stages.read import read
from pitchgen.stages.strip import chinese

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "benchmarks"))

from captions import probe_size, score  # noqa: E402
from captions_rendering import LINES, SANS, STYLES, Line, Style, burn, script  # noqa: E402

START, SECONDS = 12.6, 7.9  # of the sample: a price, and colours
SPOKEN = [
    {**row, "start": row["start"] - START, "end": row["end"] - START}
    for row in json.loads((ROOT / "tests/golden/samples.json").read_text("utf-8"))["umbrella"][3:5]
]
NEAR = 0.15  # seconds
CLOTH = "a figure is hard to read: '单价十二块八"
"""White cloth is behind these letters, which have a white edge: their 二 is read rightly, and a person is to look."""


@pytest.fixture(scope="module")
def captioned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video with captions, and no script beside it."""
    if not SANS.exists():
        pytest.skip(FONT_PACKAGES)
    return burned("red on white outline", tmp_path_factory.mktemp("captioned") / "umbrella.mp4")


def burned(name: str, path: Path) -> Path:
    """A part of a sample with what is said in it burned in, in a style."""
    lines = [Line(row["start"], row["end"], row["text"].rstrip("。")) for row in SPOKEN]
    sample = ("-ss", START, "-t", SECONDS, "-i", SAMPLES / "umbrella.mp4", "-s", "540x960")
    burn(sample, script(style(name), lines, 540, 960), path)
    return path


def style(name: str) -> Style:
    return next(style for style in STYLES if style.name == name)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("made")
    return {"out": folder / "out", "store": folder / "store"}


@pytest.fixture(scope="module")
def made(captioned: Path, folders: dict[str, Path]) -> Outcome:
    return pitchgen.make(captioned, ["en"], profile="embedded", **folders)


def test_the_whole_job_without_a_script(made: Outcome) -> None:
    assert (made.transcript_origin, made.words) == ("captions", "captions in the picture")
    assert made.engines["transcribe"] == "ppocr"
    assert [doubt for doubt in doubts(made) if CLOTH not in doubt] == []
    (english,) = made.outputs
    assert not english.unsound
    assert [sentence.source for sentence in english.sentences] == [row["text"] for row in SPOKEN]
    assert "12.8" in english.sentences[0].text
    assert all(check.state.value == "same" for sentence in english.sentences for check in sentence.facts)
    assert sum(len(sentence.facts) for sentence in english.sentences) >= 2
    for sentence, row in zip(english.sentences, SPOKEN, strict=True):
        assert sentence.source_span.start == pytest.approx(row["start"], abs=NEAR)
        assert sentence.source_span.end == pytest.approx(row["end"], abs=2 * NEAR)
    report = (made.folder / "report.html").read_text("utf-8")
    assert "captions in the picture" in report


def doubts(outcome: Outcome) -> list[str]:
    """What is said of the words: that the short clip leaves the last sentence too little time is left out."""
    return [warning for warning in outcome.warnings if "late even at" not in warning]


def test_what_was_read_is_not_read_again(
    made: Outcome, captioned: Path, folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PaddleReader, "_networks", lambda self: pytest.fail("a network was loaded"))
    again = pitchgen.make(captioned, ["en"], profile="embedded", **folders)
    assert again.outputs[0].reused
    assert again.words == made.words


def test_a_script_beside_kept_captions_is_compared(
    made: Outcome, captioned: Path, folders: dict[str, Path], tmp_path: Path
) -> None:
    video = Path(shutil.copy(captioned, tmp_path))
    words = "\n".join(row["text"] for row in SPOKEN)
    video.with_suffix(".txt").write_text(words.replace("十二块八", "12块6"), "utf-8")
    (warning,) = doubts(pitchgen.make(video, ["en"], profile="embedded", **{**folders, "out": tmp_path / "out"}))
    assert re.search(r"at [01]\.\d s", warning)
    assert "12块6" in warning
    assert "captions in the picture" in warning
    video.with_suffix(".txt").write_text(words.replace("十二块八", "12.8元"), "utf-8")
    outcome = pitchgen.make(video, ["en"], profile="embedded", **{**folders, "out": tmp_path / "same"})
    assert (outcome.words, doubts(outcome)) == ("a script", [])


def test_without_any_source_the_ways_forward_are_named(pitch: FfmpegCall, tmp_path: Path) -> None:
    folders = {"out": tmp_path / "out", "store": tmp_path / "store"}
    with pytest.raises(MissingWeights, match=r"no captions were found.*pitch\.txt.*--script.*pitchgen\[models\]"):
        pitchgen.make(pitch(), ["en"], profile="embedded", transcribe="script", **folders)
    assert not list(tmp_path.glob("out/*/*.mp4"))


def found_in(video: Path) -> OldCaptions:
    return read([probe(video)], Viewer(Ffmpeg(), registry.load("read", "ppocr")))[0]


@pytest.mark.parametrize("name", ["bilingual", "letter by letter", "signs around"])
def test_captions_are_told_from_what_is_beside_them(name: str, ffmpeg: str, tmp_path: Path) -> None:
    if not SANS.exists():
        pytest.skip(FONT_PACKAGES)
    worn = style(name)
    moving = ("-f", "lavfi", "-i", "testsrc2=s=540x960:r=15:d=6", "-f", "lavfi", "-i", "anullsrc=d=6")
    lines = [line for line in LINES if line.end < 6]
    burn(moving, script(worn, lines, 540, 960), tmp_path / "video.mp4")
    captions = found_in(tmp_path / "video.mp4").captions
    made = score(lines, captions)
    assert made.wrong == 0
    assert max(made.errors) <= NEAR
    if worn.english:
        assert [caption.other.replace(" ", "") for caption in captions] == [s.english.replace(" ", "") for s in lines]


def test_a_figure_that_looks_like_another_is_doubted(tmp_path: Path) -> None:
    """Thick white letters with black outlines over white: 二 is read as 三, and nobody is told that this is sure."""
    if not SANS.exists():
        pytest.skip(FONT_PACKAGES)
    price = found_in(burned("plain", tmp_path / "video.mp4")).captions[0]
    assert price.reading.text == "单价十二块八，两打起批" or price.unsure


def test_captions_over_real_footage(shared_media: Path, tmp_path: Path) -> None:
    if not SANS.exists():
        pytest.skip(FONT_PACKAGES)
    clip = ("-i", shared_media / "face_zh_selfie_noaudio.mp4", "-f", "lavfi", "-i", "anullsrc=d=6", "-t", "6")
    lines = [line for line in LINES if line.end < 6]
    burn(clip, script(STYLES[1], lines, 720, 1280), tmp_path / "video.mp4")
    made = score(lines, found_in(tmp_path / "video.mp4").captions)
    assert made.wrong == 0
    assert max(made.errors) <= NEAR


def test_letters_that_are_lost_in_what_is_behind_are_told_of(shared_media: Path, tmp_path: Path) -> None:
    """White without an edge over white blinds: what is left of a line reads well, and may be another price."""
    if not SANS.exists():
        pytest.skip(FONT_PACKAGES)
    clip = ("-i", shared_media / "face_en_talk.mp4", "-f", "lavfi", "-i", "anullsrc=d=6", "-map", "0:v", "-map", "1:a")
    lines = [line for line in LINES if line.end < 6]
    burn((*clip, "-t", "6"), script(style("bare white"), lines, 1080, 720), tmp_path / "video.mp4")
    captions = found_in(tmp_path / "video.mp4").captions
    assert captions
    assert all(caption.hidden for caption in captions)


def test_a_bar_in_another_colour_than_the_letters_is_no_bar(tmp_path: Path) -> None:
    """Between the black outlines of 二 the cream cloth behind was read as one bar more."""
    if not SANS.exists():
        pytest.skip(FONT_PACKAGES)
    texts = (
        "单价十二块八",
        "一百二十双一箱",
        "满二百减三十",
        "三十二码都有",
        "第二件半价",
        "二两装的一块二",
        "十三块二毛",
    )
    lines = [Line(0.3 + 1.2 * i, 1.5 + 1.2 * i, text) for i, text in enumerate(texts)]
    sample = ("-i", SAMPLES / "umbrella.mp4", "-t", 9, "-s", "540x960")
    burn(sample, script(style("yellow"), lines, 540, 960), tmp_path / "video.mp4")
    assert [caption.reading.text for caption in found_in(tmp_path / "video.mp4").captions] == list(texts)


CLIPS = ("face_en_talk.mp4", "face_f_talk.mp4", "face_zh_selfie_noaudio.mp4", "noface_autocut_zh_en.mp4",
         "odd/SAR-2by3.mp4", "odd/h264-png.mp4", "odd/no_audio_video.mp4",
         "odd/no_duration.webm", "odd/test_yuv422p.mp4", "odd/video_with_failing_audio.mp4")  # fmt: skip
"""Every clip of ../shared/media whose picture can be decoded and has more than one pixel; none has captions."""


def silent(clip: Path, ffmpeg: str, target: Path) -> Path:
    """Its picture with silence: some have no sound, and captions are not looked for in what nobody can dub."""
    looped = ("-stream_loop", "1", "-i", clip, "-f", "lavfi", "-i", "anullsrc=d=8", "-map", "0:v:0", "-map", "1:a")
    run(ffmpeg, *looped, "-t", "8", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p", target)
    return target


@pytest.mark.parametrize("name", CLIPS)
def test_a_clip_without_captions_has_none(name: str, shared_media: Path, tmp_path: Path, ffmpeg: str) -> None:
    assert found_in(silent(shared_media / name, ffmpeg, tmp_path / "video.mp4")) == OldCaptions(())


def test_every_clip_with_a_picture_is_listed(shared_media: Path) -> None:
    left_out = {"dashinit.mp4", "result.webm", "dash_-video-with-dash-.mp4"}
    there = {str(p.relative_to(shared_media)) for p in shared_media.rglob("*") if p.suffix in (".mp4", ".webm")}
    assert {name for name in there if Path(name).name not in left_out} == set(CLIPS)


@pytest.mark.parametrize("name", CLIPS[:4])
def test_price_tags_logos_and_print_on_goods_are_no_captions(name: str, shared_media: Path, tmp_path: Path) -> None:
    """All the time, for a while, and moving, over real clips."""
    if not SANS.exists():
        pytest.skip(FONT_PACKAGES)
    clip = ("-stream_loop", 1, "-i", shared_media / name, "-f", "lavfi", "-i", "anullsrc=d=10")
    source = (*clip, "-map", "0:v:0", "-map", "1:a", "-t", 10)
    burn(source, script(style("signs around"), (), *probe_size(shared_media / name)), tmp_path / "video.mp4")
    assert found_in(tmp_path / "video.mp4") == OldCaptions(())


def test_covered_captions_cannot_be_read(captioned: Path, tmp_path: Path) -> None:
    """A strip is blurred while they stand, and at no other time; what is around it stays."""
    media = probe(captioned)
    viewer = Viewer(Ffmpeg(), registry.load("read", "ppocr"))
    lines = [row for row in SPOKEN if row["end"] < SECONDS]
    captions = tuple(
        OldCaption(Span(row["start"], row["end"]), Reading(row["text"], ()), "", Box(0.05, 0.755, 0.95, 0.81))
        for row in lines
    )
    cover = covering(OldCaptions(captions))
    assert cover
    Ffmpeg().encode_picture(media, Look(), tmp_path / "plain.mp4", lambda _: None)
    Ffmpeg().encode_picture(media, Look(cover=cover), tmp_path / "covered.mp4", lambda _: None)
    made = [replace(media, path=tmp_path / name) for name in ("plain.mp4", "covered.mp4")]
    shown = [viewer.stills(video, rate_hz=1.0, longer_px=960, part=WHOLE, coarse=False) for video in made]
    pairs = list(zip(*shown, strict=True))
    left, top, width, height = cover.place.pixels((540, 960))
    for plain, covered in pairs:
        change = np.abs(plain.pixels.astype(int) - covered.pixels).max(axis=2)
        strip = change[top : top + height, left : left + width]
        stands = any(row["start"] <= plain.at < row["end"] for row in lines)
        away = not any(span.start - 0.1 <= plain.at <= span.end + 0.1 for span in cover.spans)
        assert not (stands and strip.mean() < 5), plain.at
        assert not (away and strip.mean() > 2), plain.at
        change[top : top + height, left : left + width] = 0
        assert change.mean() < 1
        if stands:
            part = covered.pixels[top : top + height, left : left + width]
            assert not viewer.reader.find([part])[0] or chinese(viewer.reader.read([part])[0].text) == 0
