"""What a run puts on screen, from the command's settings to the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import FfmpegCall

import pitchgen
from pitchgen.core.errors import MissingWeights, UnsupportedError
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.fonts import Fonts
from pitchgen.edges.probe import measured, probe
from pitchgen.edges.subtitles import read_subtitles
from pitchgen.recipes.outcome import Outcome


@pytest.fixture
def make(pitch: FfmpegCall, script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Makes a small video with these settings; counts the pictures that are encoded."""
    video = pitch("pitch.mp4")
    monkeypatch.chdir(tmp_path)
    encoded: list[Path] = []
    real = Ffmpeg.encode_picture

    def counted(self: Ffmpeg, media: object, look: object, target: Path, progress: object) -> None:
        encoded.append(target)
        real(self, media, look, target, progress)  # type: ignore[arg-type]

    monkeypatch.setattr(Ffmpeg, "encode_picture", counted)

    def made(*languages: str, **settings: object) -> tuple[Outcome, int]:
        encoded.clear()
        outcome = pitchgen.make(
            video, languages, script=script, profile="embedded", out="out", store="store", verify="text", **settings
        )
        return outcome, len(encoded)

    return made


def tracks(video: Path) -> list[str]:
    return [stream.kind for stream in probe(video).streams]


def test_burned_captions_are_each_languages_own(make, fonts: Fonts) -> None:  # type: ignore[no-untyped-def]
    soft, pictures = make("en", "ar")
    assert pictures == 2, "so short a picture is encoded as a whole in the words of each language"
    assert tracks(soft.outputs[0].video).count("subtitle") == 2
    burned, pictures = make("en", "ar", captions="burn", bilingual=True)
    assert pictures == 2
    assert tracks(burned.outputs[0].video) == ["video", "audio"]
    again, pictures = make("en", "ar", captions="burn", bilingual=True)
    assert pictures == 0
    assert all(output.reused for output in again.outputs)
    _, pictures = make("en", "ar", captions="burn", bilingual=True, caption_style="boxed")
    assert pictures == 2
    none, pictures = make("en", "ar", captions="none")
    assert pictures == 0, "the picture without captions is there already"
    assert tracks(none.outputs[1].video) == ["video", "audio"]
    assert all(path.exists() for path in none.outputs[1].subtitles), "what is edited is always written"


def test_a_missing_font_stops_before_any_output(make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(Fonts, "_machine", ())
    with pytest.raises(MissingWeights, match="fonts-noto-core"):
        make("en", captions="burn")
    assert not list(tmp_path.rglob("*.mp4.*")) + list((tmp_path / "out").rglob("*.mp4"))


def test_files_in_every_format_say_the_same(make) -> None:  # type: ignore[no-untyped-def]
    outcome, _ = make("he", subtitles="ttml,ass,vtt")
    paths = outcome.outputs[0].subtitles
    assert [path.suffix for path in paths] == [".srt", ".ttml", ".ass", ".vtt"]
    said = {tuple(cue.lines for cue in read_subtitles(path)) for path in paths}
    assert len(said) == 1


def test_a_platform_shapes_the_video_and_tells_what_it_cannot_keep(make, fonts: Fonts) -> None:  # type: ignore[no-untyped-def]
    outcome, _ = make("en", platform="amazon", fill="pad")
    (output,) = outcome.outputs
    found = measured(output.video)
    assert (found.width_px, found.height_px) == (1280, 720)
    assert found.rate_hz == pytest.approx(23.976, abs=0.01)
    assert found.bits_per_second >= 1_000_000
    assert output.unmet == (f"{found.seconds:.1f} s long, Amazon takes 6 and more",)
    assert any("do not allow prices" in warning for warning in outcome.warnings)
    assert tracks(output.video) == ["video", "audio"], "captions are burned there"


def test_what_no_platform_can_show_is_an_error(make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("pitchgen.recipes.platform.LEAST_BITS", 10**9)
    with pytest.raises(UnsupportedError, match="cut the video"):
        make("en", platform="alibaba", captions="soft")
    assert not list((tmp_path / "out").rglob("*.mp4"))


def test_somebody_elses_translation_is_said(make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    theirs = tmp_path / "agency.ttml"
    make("en", subtitles="ttml")
    written = (tmp_path / "out" / "pitch" / "en.ttml").read_text("utf-8")
    theirs.write_text(written.replace("Xiao Wang", "Wang the Younger"), "utf-8")
    assert theirs.read_text("utf-8") != written
    outcome, _ = make("en", translations={"en": theirs})
    assert outcome.outputs[0].edited
    assert "Wang the Younger" in (tmp_path / "out" / "pitch" / "en.srt").read_text("utf-8").replace("\n", " ")
