"""Burned captions: what libass draws is what HarfBuzz says of the same font, in every script, inside the safe area."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from conftest import run
from numpy.typing import NDArray

from pitchgen.core.caption import Cue
from pitchgen.core.lettering import PHONE, SCREEN, STYLES, CaptionStyle, Page, SafeArea
from pitchgen.core.picture import Burned, Look
from pitchgen.core.timeline import Clip, Timeline
from pitchgen.core.transcript import Segment, Span
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.fonts import Fonts
from pitchgen.edges.picture import Typeset, laid_out
from pitchgen.edges.probe import probe
from pitchgen.languages import language
from pitchgen.stages.typeset import Text, lay_out, typeset

BARE = CaptionStyle("&H00FFFFFF", "&H00FFFFFF", "&H00000000", "&HFF000000", outline=0, shadow=0)
SCRIPTS = [
    "ar",
    "fa",
    "ur",
    "he",
    "hi",
    "bn",
    "ta",
    "te",
    "th",
    "lo",
    "km",
    "my",
    "am",
    "zh",
    "ja",
    "ko",
    "ru",
    "el",
    "vi",
]
WIDE = Page(3000, 1200, SCREEN)
"""Room for any sample in one line."""
INK = 127  # of 255: a pixel that is half covered
NEAR = 2  # pixels, 1/30 em: libass and this test round advances of their own
ALIKE = 0.97  # shaped lines share 0.999 and more, unshaped ones at most 0.88
EDGE = 14  # pixels that an outline, the padding of a box and the encoder add
Mask = NDArray[np.bool_]


def in_one_line(code: str, text: str, fonts: Fonts) -> Burned:
    """`text` as the only line of a caption."""
    lettering = fonts.lettering(language(code), [text])
    cue = Cue(Span(0, 4), (text,), 0)
    return Burned(typeset(Text(language(code), (cue,), lettering), WIDE, BARE), lettering.files)


def drawn(files: Typeset, page: Page, shaping: str = "complex") -> NDArray[np.uint8]:
    """What libass draws on black."""
    graph = f"ass={files.script}:fontsdir={files.fonts}:shaping={shaping}"
    size = f"{page.width_px}x{page.height_px}"
    command = [Ffmpeg().binary, "-v", "error", "-f", "lavfi", "-i", f"color=black:s={size}:d=1", "-vf", graph]
    command += ["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:"]
    done = subprocess.run(command, capture_output=True, check=True, env={**os.environ, **files.environment})
    return np.frombuffer(done.stdout, np.uint8).reshape(page.height_px, page.width_px)


def inked(mask: Mask) -> Mask:
    """The part of a picture that has ink."""
    rows, across = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return mask[rows[0] : rows[-1] + 1, across[0] : across[-1] + 1]


def foreseen(code: str, text: str, fonts: Fonts, em_px: float) -> Mask:
    """The line as HarfBuzz's own outlines fill it: shaped and drawn here, without libass."""
    import uharfbuzz as hb

    lettering = fonts.lettering(language(code), [text])
    (family,) = {part.family for part in lettering.runs(text)}
    font = hb.Font(hb.Face(hb.Blob.from_file_path(str(lettering.files[0].path)), {"zh": 2, "ko": 1}.get(code, 0)))
    assert font.face.get_name(hb.OTNameIdPredefined.FONT_FAMILY) == family
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.language = code
    hb.shape(font, buffer)
    scale, pen = em_px / font.face.upem, 0.0
    width = sum(place.x_advance for place in buffer.glyph_positions) * scale
    turns = np.zeros((round(5 * em_px), round(width + 2 * em_px)), np.int32)
    for glyph, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        outline = Outline(complex(pen + place.x_offset, place.y_offset), scale, complex(em_px, 3 * em_px))
        font.draw_glyph_with_pen(glyph.codepoint, outline)
        for start, end in outline.edges:
            wind(turns, start, end)
        pen += place.x_advance
    return inked(np.cumsum(turns, axis=1) != 0)


class Outline:
    """A pen that notes the edges of a glyph in pixels, curves as eight chords; points are complex, y goes down."""

    def __init__(self, origin: complex, scale: float, base: complex) -> None:
        self.edges: list[tuple[complex, complex]] = []
        self._place = lambda p: (complex(*p) + origin).conjugate() * scale + base
        self._first = self._at = 0j

    def moveTo(self, point: tuple[float, float]) -> None:  # noqa: N802 - the names of the pen protocol
        self._first = self._at = self._place(point)

    def lineTo(self, point: tuple[float, float]) -> None:  # noqa: N802
        self._to(self._place(point))

    def qCurveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802
        a, (b, c) = self._at, map(self._place, points)
        for t in np.linspace(0, 1, 9)[1:]:
            self._to((1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c)

    def curveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802
        a, (b, c, d) = self._at, map(self._place, points)
        for t in np.linspace(0, 1, 9)[1:]:
            self._to((1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * d)

    def closePath(self) -> None:  # noqa: N802
        self._to(self._first)

    def _to(self, point: complex) -> None:
        self.edges.append((self._at, point))
        self._at = point


def wind(turns: NDArray[np.int32], start: complex, end: complex) -> None:
    """Count an edge into the winding numbers of the pixels right of it."""
    upper, lower = sorted((start, end), key=lambda point: point.imag)
    for row in range(int(np.ceil(upper.imag - 0.5)), int(np.ceil(lower.imag - 0.5))):
        share = (row + 0.5 - upper.imag) / (lower.imag - upper.imag)
        x = upper.real + share * (lower.real - upper.real)
        turns[row, int(np.ceil(x - 0.5))] += 1 if upper == start else -1


def likeness(one: Mask, other: Mask) -> float:
    """Share of the ink of either picture that lies near ink of the other; they are laid centre on centre."""
    height, width = np.maximum(one.shape, other.shape) + 2 * NEAR
    laid = []
    for mask in (one, other):
        canvas = np.zeros((height, width), bool)
        top, left = (height - mask.shape[0]) // 2, (width - mask.shape[1]) // 2
        canvas[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
        laid.append(canvas)
    return min(float((a & spread(b)).sum() / a.sum()) for a, b in (laid, laid[::-1]))


def spread(mask: Mask) -> Mask:
    """Everything within `NEAR` pixels of ink, along rows and columns."""
    across = np.logical_or.reduce([np.roll(mask, shift, axis=1) for shift in range(-NEAR, NEAR + 1)])
    return np.logical_or.reduce([np.roll(across, shift, axis=0) for shift in range(-NEAR, NEAR + 1)])


def only_in_one_font(text: str, code: str, fonts: Fonts) -> str:
    """`text` without what the script's own font lacks, so that one shaping foresees the whole line."""
    runs = fonts.lettering(language(code), [text]).runs(text)
    return "".join(run.text for run in runs if run.family == runs[0].family)


@pytest.mark.parametrize("code", SCRIPTS)
def test_every_script_is_shaped(code: str, fonts: Fonts) -> None:
    text = only_in_one_font(language(code).sample, code, fonts)
    with laid_out(in_one_line(code, text, fonts)) as files:
        picture = drawn(files, WIDE)
    assert likeness(inked(picture > INK), foreseen(code, text, fonts, WIDE.em_px)) > ALIKE


@pytest.mark.parametrize("code", ["ar", "fa", "hi", "my", "km", "ta"])
def test_unshaped_text_is_told_from_shaped(code: str, fonts: Fonts) -> None:
    """The comparison above fails where libass is told to shape simply: it can fail."""
    text = only_in_one_font(language(code).sample, code, fonts)
    with laid_out(in_one_line(code, text, fonts)) as files:
        picture = drawn(files, WIDE, shaping="simple")
    assert likeness(inked(picture > INK), foreseen(code, text, fonts, WIDE.em_px)) < ALIKE


@pytest.mark.parametrize(("code", "text"), [("fa", "OEM جوراب"), ("he", "OEM גרביים"), ("ar", "OEM جوارب")])
def test_a_latin_name_that_comes_first_stands_at_the_right(code: str, text: str, fonts: Fonts) -> None:
    pictures = []
    for part in (text, "OEM"):
        with laid_out(in_one_line(code, part, fonts)) as files:
            pictures.append(inked(drawn(files, WIDE) > INK))
    line, name = pictures
    right, left = inked(line[:, -name.shape[1] :]), inked(line[:, : name.shape[1]])
    assert likeness(right, name) > ALIKE
    assert likeness(left, name) < ALIKE


@pytest.mark.parametrize(("size", "safe"), [("720x1280", PHONE), ("1280x720", SCREEN)])
@pytest.mark.parametrize("style", STYLES)
def test_captions_keep_to_the_safe_area(
    size: str, safe: SafeArea, style: str, fonts: Fonts, ffmpeg: str, tmp_path: Path
) -> None:
    video = tmp_path / "grey.mp4"
    run(ffmpeg, "-f", "lavfi", "-i", f"color=gray:s={size}:d=5:r=5", "-f", "lavfi", "-i", "sine=d=5", video)
    media = probe(video)
    width, height = map(int, size.split("x"))
    page = Page(width, height, safe)
    spoken = language("ur")  # the highest lines
    lettering = fonts.lettering(spoken, [spoken.sample])
    clip = Clip(Segment(Span(0, 5), f"{spoken.sample} {spoken.sample}"), 0, 5)
    script = typeset(lay_out(Timeline("ur", 5, (clip,)), lettering, page), page, STYLES[style])
    plain, captioned = tmp_path / "plain.mp4", tmp_path / "captioned.mp4"
    Ffmpeg().encode_picture(media, Look(), plain, lambda _: None)
    Ffmpeg().encode_picture(media, Look(captions=Burned(script, lettering.files)), captioned, lambda _: None)
    for second in (1.5, 4.0):  # with the label and without it
        change = np.abs(frame(ffmpeg, captioned, second, page) - frame(ffmpeg, plain, second, page)) > 12
        rows, across = np.flatnonzero(change.any(axis=1)), np.flatnonzero(change.any(axis=0))
        assert across[0] >= safe.left * width - EDGE
        assert across[-1] <= (1 - safe.right) * width + EDGE
        assert rows[0] > height / 2
        assert rows[-1] <= (1 - safe.bottom) * height + EDGE
        assert change.sum() > 1000


def frame(ffmpeg: str, video: Path, second: float, page: Page) -> NDArray[np.int16]:
    command = [ffmpeg, "-v", "error", "-ss", str(second), "-i", str(video), "-frames:v", "1"]
    done = subprocess.run([*command, "-f", "rawvideo", "-pix_fmt", "gray", "pipe:"], capture_output=True, check=True)
    return np.frombuffer(done.stdout, np.uint8).reshape(page.height_px, page.width_px).astype(np.int16)
