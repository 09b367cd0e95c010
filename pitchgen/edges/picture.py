"""The one place where a picture's filters are put together, in the order in which they are needed.

upright (by the decoder) > ordinary range > cover > frame > clock > rate > captions > label > pixels that every player
shows
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pitchgen.core.clock import Clock
from pitchgen.core.media import Stream
from pitchgen.core.picture import Burned, Cover, Frame, Look
from pitchgen.edges.labels import LABEL_SECONDS, SHARED, wording
from pitchgen.edges.program import source

MOST_FRAMES = 60  # a second, whatever a header says: some say 1000
CLOSE = 1e-4  # seconds: no two frames are so near each other
BLUR = 0.03  # of the frame's width: no edge of the picture is seen in its own background
UNREADABLE = 0.03  # of the shorter side: as wide as half a letter of usual captions
NO_FONTS = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>'


@dataclass(frozen=True, slots=True)
class Typeset:
    """Captions where ffmpeg finds them: its script, a folder with its fonts, and an environment with no others."""

    script: Path
    fonts: Path
    environment: dict[str, str]


@contextmanager
def laid_out(captions: Burned) -> Iterator[Typeset]:
    """`captions` as files, for as long as the block runs.

    fontconfig gets a file that names no folder: a font that is not among ours is not found, so none can take the
    place of another.
    """
    with TemporaryDirectory(prefix="pitchgen-") as name:
        folder = Path(name)
        fonts = folder / "fonts"
        fonts.mkdir()
        for number, font in enumerate(captions.fonts):
            (fonts / f"{number}{font.path.suffix}").symlink_to(font.path.resolve())
        script, configuration = folder / "captions.ass", folder / "fonts.conf"
        script.write_text(captions.script, "utf-8")
        configuration.write_text(NO_FONTS, "utf-8")
        yield Typeset(script, fonts, {"FONTCONFIG_FILE": str(configuration)})


def frame_of(stream: Stream, look: Look) -> tuple[int, int]:
    """Width and height in pixels of the finished picture: even, as H.264 wants them."""
    if look.frame:
        return look.frame.width_px, look.frame.height_px
    width, height = stream.shown_px
    return width + width % 2, height + height % 2


def filtered(path: Path, stream: Stream, look: Look, typeset: Typeset | None, until: float | None = None) -> Any:
    """The graph from the picture of the file to what is encoded, up to a frame at `until` seconds."""
    picture = source(path)[str(stream.index)]
    if stream.hdr:
        picture = _tone_mapped(picture)
    if look.cover:
        picture = _covered(picture, stream, look.cover)
    picture = _framed(picture, look.frame) if look.frame else picture.filter("pad", "ceil(iw/2)*2", "ceil(ih/2)*2")
    if look.clock.waits:
        picture = _waiting(picture, look.clock)
    if look.rate_hz:
        picture = picture.filter("fps", look.rate_hz)
    if typeset:
        picture = picture.filter("ass", str(typeset.script), fontsdir=str(typeset.fonts), shaping="complex")
    picture = _labelled(picture, stream, frame_of(stream, look), look.label or SHARED)
    if until is not None:
        picture = picture.filter("trim", end=f"{until - CLOSE:.6f}")
    return picture.filter("format", "yuv420p")


def _covered(picture: Any, stream: Stream, cover: Cover) -> Any:
    """The picture with a part of it blurred while that is covered."""
    left, top, width, height = cover.place.pixels(stream.shown_px)
    parts = picture.split()
    sigma = round(UNREADABLE * min(stream.shown_px), 1)
    blurred = parts[1].filter("crop", width, height, left, top).filter("gblur", sigma=sigma, steps=3)
    times = "+".join(f"between(t,{span.start:.3f},{span.end:.3f})" for span in cover.spans)
    return parts[0].overlay(blurred, x=left, y=top, enable=times)


def _waiting(picture: Any, clock: Clock) -> Any:
    """The picture on another clock, with as many frames a second as before: a player shows no frame for seconds."""
    passed = [
        f"{wait.seconds:.6f}*" + (
            f"gte(T,{wait.start:.6f})" if wait.start == wait.end else
            f"clip((T-{wait.start:.6f})/{wait.end - wait.start:.6f},0,1)"
        )
        for wait in clock.waits
    ]  # fmt: skip
    waiting = picture.filter("setpts", f"(T+{'+'.join(passed)})/TB")
    return waiting.filter("fps", f"min(source_fps,{MOST_FRAMES})")


def _framed(picture: Any, frame: Frame) -> Any:
    """The picture in a frame of another size and shape, its pixels square."""
    width, height = frame.width_px, frame.height_px
    picture = picture.filter("scale", "iw*sar", "ih").filter("setsar", 1)  # some cameras' pixels are not square
    size = {"w": width, "h": height, "force_divisible_by": 2}
    if frame.fill == "crop":
        whole = picture.filter("scale", **size, force_original_aspect_ratio="increase")
        return whole.filter("crop", width, height)
    if frame.fill == "blur":
        parts = picture.split()
        behind = parts[0].filter("scale", **size, force_original_aspect_ratio="increase").filter("crop", width, height)
        behind = behind.filter("gblur", sigma=round(BLUR * width, 1))
        inside = parts[1].filter("scale", **size, force_original_aspect_ratio="decrease")
        return behind.overlay(inside, x="(W-w)/2", y="(H-h)/2")
    inside = picture.filter("scale", **size, force_original_aspect_ratio="decrease")
    return inside.filter("pad", width, height, "(ow-iw)/2", "(oh-ih)/2")


def _labelled(picture: Any, stream: Stream, size: tuple[int, int], language: str) -> Any:
    """The picture with the visible label over its first seconds."""
    words = wording(language)
    left, top, width, height = words.place(*size)
    label = source(words.path).filter("scale", width, height)
    until = stream.start + LABEL_SECONDS
    place = {"x": left, "y": top, "enable": f"lt(t,{until:.3f})"}
    return picture.overlay(label, **place)


def _tone_mapped(picture: Any) -> Any:
    """From high dynamic range to what ordinary screens show. Source: ffmpeg's documentation of tonemap."""
    linear = picture.filter("zscale", t="linear", npl=100).filter("tonemap", "hable")
    return linear.filter("zscale", p="bt709", t="bt709", m="bt709", r="tv")
