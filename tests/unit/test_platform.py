"""Platforms: every value has its source, frames are of the asked shape, and what a file does not keep is named."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from pitchgen.core.errors import InputError, UnsupportedError
from pitchgen.core.media import Stream
from pitchgen.core.picture import Frame
from pitchgen.core.preset import Measured, Preset
from pitchgen.edges.presets import preset, presets
from pitchgen.recipes.platform import bounded, framed, rated, unmet

DEFAULT = Preset("")
DOCS = (Path(__file__).resolve().parents[2] / "docs" / "presets.md").read_text("utf-8")
GOOD = Measured(720, 1280, 30.0, 30.0, 5_000_000, "h264")


@pytest.mark.parametrize("name", presets())
def test_every_value_has_a_source_and_is_in_the_documents(name: str) -> None:
    found = preset(name)
    given = {f.name for f in fields(Preset) if getattr(found, f.name) != getattr(DEFAULT, f.name)} - {"name", "sources"}
    assert given <= set(found.sources)
    assert all(found.sources.values())
    assert f"`{name}`" in DOCS
    for source in found.sources.values():
        assert source in DOCS


def test_an_unknown_platform_is_an_error() -> None:
    with pytest.raises(InputError, match="did you mean tiktok"):
        preset("tictok")


@pytest.mark.parametrize(
    ("name", "shown", "fill", "frame"),
    [
        ("tiktok", (720, 1280), None, None),  # never enlarged
        ("tiktok", (360, 640), None, Frame(540, 960, "blur")),  # but to what is asked for at least
        ("tiktok", (2160, 3840), None, Frame(1080, 1920, "blur")),
        ("tiktok", (1280, 720), None, Frame(1080, 1920, "blur")),
        ("tiktok", (1280, 720), "crop", Frame(540, 960, "crop")),
        ("tiktok", (500, 500), "pad", Frame(540, 960, "pad")),
        ("alibaba", (1920, 1080), None, Frame(1280, 720, "blur")),
        ("amazon", (1280, 720), None, None),
        ("youtube", (721, 1281), None, None),
    ],
)
def test_frames(name: str, shown: tuple[int, int], fill: str | None, frame: Frame | None) -> None:
    assert framed(preset(name), shown, fill) == frame  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("own", "wanted"), [(29.97, None), (30.0, None), (23.976, None), (15.0, 23.976), (59.94, 30.0), (0.0, None)]
)
def test_frame_rates_of_amazon(own: float, wanted: float | None) -> None:
    assert rated(preset("amazon"), Stream(0, "video", "h264", frames_hz=own)) == wanted


VIDEO = Path("a.mp4")


def test_the_bitrate_keeps_the_file_below_the_limit() -> None:
    alibaba = preset("alibaba")
    for seconds in (10.0, 45.0, 600.0):
        bits = bounded(alibaba, VIDEO, seconds)
        assert bits is not None
        assert (bits + 128_000) * seconds * 1.1 / 8 < 100_000_000
    assert bounded(preset("chinagoods"), VIDEO, 1e4) is None


def test_a_video_that_cannot_be_seen_in_the_size_is_an_error() -> None:
    with pytest.raises(UnsupportedError, match=r"100 MB that Alibaba\.com takes"):
        bounded(preset("alibaba"), VIDEO, 3600)


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("alibaba", {"seconds": 46.0}, "Alibaba.com takes 45"),
        ("alibaba", {"bytes": 100_000_001}, "Alibaba.com takes 100"),
        ("tiktok", {"seconds": 2.0}, "takes 3 and more"),
        ("tiktok", {"seconds": 61.0}, "advertisements"),
        ("tiktok", {"bytes": 100_000}, "asks for 516"),
        ("tiktok", {"width_px": 300}, "540 at least"),
        ("amazon", {"rate_hz": 60.0}, "takes 30"),
        ("amazon", {"rate_hz": 20.0}, "asks for 23.976"),
        ("youtube", {"codec": "vp9"}, "asks for h264"),
    ],
)
def test_what_is_not_kept_is_named(name: str, change: dict[str, object], words: str) -> None:
    assert unmet(preset(name), GOOD) == ()
    (found,) = unmet(preset(name), replace(GOOD, **change))  # type: ignore[arg-type]
    assert words in found
