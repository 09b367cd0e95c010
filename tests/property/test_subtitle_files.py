"""What is written to a subtitle file is what is read from it."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pitchgen.core.caption import Cue
from pitchgen.core.errors import InputError
from pitchgen.core.transcript import Span
from pitchgen.edges import ttml
from pitchgen.edges.subtitle_formats import write_ass, write_srt, write_vtt
from pitchgen.edges.subtitles import read_subtitles
from pitchgen.languages import language
from pitchgen.stages.wrap import GLUE, break_text, normalise

break_text("a", language("fr"))  # loads ICU, which takes longer than one example may

MARKUP = (
    "-->",
    "--",
    ">",
    "&",
    "&amp;",
    "<",
    "<b>",
    "</i>",
    "{",
    "{\\an8}",
    "}",
    "\\N",
    "1",
    "WEBVTT",
    "NOTE",
)
WORDS = ("袜子", "שלום", "\u200fعرب", "\U0001f9e6", "é", "x", "#", " ", ".", "\u00a0", "\u202f")
PIECES = st.sampled_from([*MARKUP, *WORDS, "00:00:01,000 --> 00:00:02,000", "00:01.000"])
ANY = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=20)
LINES = (
    (st.lists(PIECES, max_size=8).map("".join) | ANY)
    .map(normalise)
    .flatmap(lambda line: st.sampled_from([line, line + GLUE]) if line else st.just(line))
)


@st.composite
def cue_lists(draw: st.DrawFn) -> tuple[Cue, ...]:
    at_ms, cues = 0, []
    for index, lines in enumerate(draw(st.lists(st.lists(LINES.filter(bool), max_size=3), min_size=1, max_size=5))):
        start_ms = at_ms + draw(st.integers(0, 4_000_000))
        at_ms = start_ms + draw(st.integers(0, 100_000))
        cues.append(Cue(Span(start_ms / 1000, at_ms / 1000), tuple(lines), index))
    return tuple(cues)


def reread(text: str, suffix: str) -> tuple[Cue, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        path.write_bytes(text.encode())
        return read_subtitles(path)


@given(cue_lists())
def test_srt_round_trip(cues: tuple[Cue, ...]) -> None:
    assert reread(write_srt(cues, "ar"), ".srt") == cues


@given(cue_lists())
def test_ttml_round_trip(cues: tuple[Cue, ...]) -> None:
    assert reread(ttml.write(cues, "fa"), ".ttml") == cues


@given(cue_lists())
def test_ass_round_trip(cues: tuple[Cue, ...]) -> None:
    """Its clock counts centiseconds."""
    apart = tuple(replace(cue, span=Span(float(i), i + 1.0)) for i, cue in enumerate(cues))
    assert reread(write_ass(apart, "he"), ".ass") == apart


@given(cue_lists())
def test_vtt_round_trip(cues: tuple[Cue, ...]) -> None:
    assert reread(write_vtt(cues, "ar"), ".vtt") == cues


@given(st.lists(st.text(st.sampled_from("a\n\r \t"), max_size=6), max_size=4))
def test_blank_lines_in_a_text_do_not_end_its_caption(lines: list[str]) -> None:
    cue = Cue(Span(1, 2), tuple(lines), 0)
    words = tuple(line.strip(" \t") for line in "\n".join(lines).replace("\r", "\n").split("\n") if line.strip(" \t"))
    assert reread(write_srt([cue]), ".srt") == reread(write_vtt([cue], "en"), ".vtt") == (Cue(Span(1, 2), words, 0),)


@given(
    st.sampled_from(["zh", "fr"]),
    st.text(st.sampled_from("袜a é。，\u00a0<->{b}\\"), min_size=1, max_size=200),
)
def test_broken_text_survives_the_file(code: str, text: str) -> None:
    screens = break_text(text, language(code))
    cues = tuple(Cue(Span(i, i + 1), lines, i) for i, lines in enumerate(screens))
    if cues:
        assert reread(write_srt(cues), ".srt") == reread(write_vtt(cues, code), ".vtt") == cues


@given(cue_lists(), st.data())
def test_a_damaged_file_is_read_or_refused_but_never_crashes(cues: tuple[Cue, ...], data: st.DataObject) -> None:
    text = write_srt(cues)
    at = data.draw(st.integers(0, len(text)))
    damaged = text[:at] + data.draw(st.sampled_from(["", "\n", "\n\n", "-->", "9", "x"])) + text[at + 1 :]
    try:
        reread(damaged, ".srt")
    except InputError as error:
        if "\n" in str(error):
            raise AssertionError("one line for the user") from error
