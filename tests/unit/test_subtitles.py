"""Subtitle files and scripts are read as they were meant, or refused with the line that is wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pysubs2
import pytest

from pitchgen.core.caption import Cue
from pitchgen.core.errors import InputError, StorageError
from pitchgen.core.transcript import Span
from pitchgen.edges.subtitle_formats import WRITERS, write_ass, write_srt, write_vtt
from pitchgen.edges.subtitles import read_script, read_subtitles

SCRIPT = """大家好，欢迎来到我们的店铺。
我们是义乌国际商贸城的商户，做袜子已经十五年了。
起订一百双，三块五一双。
"""
TRADITIONAL = "大家好，歡迎來到我們的店鋪。\n我們做襪子已經十五年了，歡迎下單。\n"
CUES = (
    Cue(Span(0.5, 2), ("Hello,", "welcome."), 0),
    Cue(Span(2, 3661.25), ("Socks & <b>more</b> --> now",), 1),
)
ONE = "1\n00:00:01,000 --> 00:00:02,000\nHello\n"


def srt(folder: Path, content: str | bytes, name: str = "a.srt") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_srt_as_written() -> None:
    assert write_srt(CUES[:1]) == "1\n00:00:00,500 --> 00:00:02,000\nHello,\nwelcome.\n"


def test_vtt_as_written() -> None:
    assert write_vtt(CUES, "fr") == (
        "WEBVTT\nKind: captions\nLanguage: fr\n\n"
        "00:00:00.500 --> 00:00:02.000\nHello,\nwelcome.\n\n"
        "00:00:02.000 --> 01:01:01.250\nSocks &amp; &lt;b&gt;more&lt;/b&gt; --&gt; now\n"
    )


def test_both_come_back(tmp_path: Path) -> None:
    assert read_subtitles(srt(tmp_path, write_srt(CUES))) == CUES
    assert read_subtitles(srt(tmp_path, write_vtt(CUES, "en"), "a.vtt")) == CUES


def test_another_reader_sees_the_same() -> None:
    events = pysubs2.SSAFile.from_string(write_srt(CUES[:1])).events
    assert [(event.start, event.end, event.plaintext) for event in events] == [(500, 2000, "Hello,\nwelcome.")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings(tmp_path: Path, encoding: str, newline: str) -> None:
    cues = [Cue(Span(i, i + 1), (line,), i) for i, line in enumerate(SCRIPT.splitlines())]
    path = srt(tmp_path, write_srt(cues).replace("\n", newline).encode(encoding))
    assert read_subtitles(path) == tuple(cues)
    script = srt(tmp_path, SCRIPT.replace("\n", newline).encode(encoding), "a.txt")
    assert read_script(script).split() == SCRIPT.split()


@pytest.mark.parametrize("text", [TRADITIONAL, *TRADITIONAL.split()])
def test_big5(tmp_path: Path, text: str) -> None:
    assert read_script(srt(tmp_path, text.encode("big5"), "a.txt")) == text


@pytest.mark.parametrize("text", SCRIPT.split())
def test_a_single_sentence_in_gbk(tmp_path: Path, text: str) -> None:
    assert read_script(srt(tmp_path, text.encode("gbk"), "a.txt")) == text


def test_markup_and_comments_are_taken_out(tmp_path: Path) -> None:
    content = "WEBVTT - demo\n\nNOTE one\ntwo\n\nSTYLE\n::cue { }\n\nintro\n00:01.000 --> 00:02.000 align:start\n"
    content += "<v Anna><i>Hi</i> &lt;you&gt;&amp;me\n"
    assert read_subtitles(srt(tmp_path, content, "a.vtt"))[0].lines == ("Hi <you>&me",)
    styled = ONE.replace("Hello", '{\\an8}<font color="red">Hello</font> 3 < 4 > 2')
    assert read_subtitles(srt(tmp_path, styled))[0].lines == ("Hello 3 < 4 > 2",)


def test_a_caption_whose_text_was_deleted_keeps_its_place(tmp_path: Path) -> None:
    path = srt(tmp_path, ONE.replace("Hello\n", "") + "\n2\n00:00:03,000 --> 00:00:04,000\nyou\n")
    assert [cue.lines for cue in read_subtitles(path)] == [(), ("you",)]


def test_ass(tmp_path: Path) -> None:
    subs = pysubs2.SSAFile()
    subs.events = [pysubs2.SSAEvent(3000, 4000, "{\\i1}two\\Nlines"), pysubs2.SSAEvent(1000, 2000, "one")]
    path = srt(tmp_path, subs.to_string("ass"), "a.ass")
    assert [cue.lines for cue in read_subtitles(path)] == [("one",), ("two", "lines")]


@pytest.mark.parametrize(
    ("content", "row", "words"),
    [
        ("1\n00:00:01,000 -> 00:00:02,000\nHello\n", 1, "text outside a caption"),
        ("1\n00:00:0x,000 --> 00:00:02,000\nHello\n", 2, "not a time line"),
        ("1\n00:00:61,000 --> 00:00:02,000\nHello\n", 2, "not a time line"),
        ("1\n00:00:03,000 --> 00:00:02,000\nHello\n", 2, "ends before it starts"),
        (ONE + "\n2\n00:00:01,500 --> 00:00:03,000\nyou\n", 6, "has ended"),
        (ONE + "\n2\n00:00:00,100 --> 00:00:00,300\nyou\n", 6, "in order"),
        (ONE + "\nlost words\n", 5, "text outside a caption"),
        (ONE + "2\n00:00:03,000 --> 00:00:04,000\nyou\n", 5, "a time line inside a caption"),
        (ONE + "\n2\n", 5, "a number without a time line"),
        ("lost\n\n" + ONE, 1, "text outside a caption"),
    ],
)
def test_what_might_lose_an_edit_is_refused(tmp_path: Path, content: str, row: int, words: str) -> None:
    path = srt(tmp_path, content)
    with pytest.raises(InputError) as caught:
        read_subtitles(path)
    assert str(caught.value).startswith(f"{path} line {row}: ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["a.txt", "a.srt"])
@pytest.mark.parametrize(
    "content",
    [b"", b" \n\t\n", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\2\0", bytes(range(256)) * 9, b"\xff\xfe\x00\xd8"],
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, name: str) -> None:
    with pytest.raises(InputError):
        read_script(srt(tmp_path, content, name))


def test_a_script_without_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no words"):
        read_script(srt(tmp_path, "——\n。\n", "a.txt"))


def test_a_script_from_subtitles_has_a_line_for_each(tmp_path: Path) -> None:
    content = ONE.replace("Hello", "大家好\n欢迎 OEM\ncups") + "\n2\n00:00:03,000 --> 00:00:04,000\n谢谢\n"
    assert read_script(srt(tmp_path, content)) == "大家好欢迎 OEM cups\n谢谢"


def test_paths_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_script(tmp_path / "none.txt")
    with pytest.raises(InputError, match="a folder"):
        read_script(tmp_path)
    with pytest.raises(InputError, match="not a subtitle file"):
        read_subtitles(tmp_path / "none.doc")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file(tmp_path: Path) -> None:
    path = srt(tmp_path, SCRIPT, "a.txt")
    path.chmod(0)
    with pytest.raises(StorageError, match="cannot be read"):
        read_script(path)


def test_a_line_that_begins_in_latin_letters_keeps_its_direction() -> None:
    cues = (Cue(Span(0, 1), ("OEM جوارب", "جوارب OEM", "3.50"), 0),)
    for name in ("srt", "vtt", "ass"):
        text = WRITERS[name](cues, "ar")
        assert "\u200f\u2060OEM" in text
        assert "\u200f\u2060جوارب" not in text, "no mark where none is needed"
        assert "\u200f\u2060" + "3.50" in text, "a player takes figures alone for left to right"
        assert "\u200f" not in WRITERS[name](cues, "en")


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("code", ["en", "ar", "th"])
def test_every_format_comes_back(name: str, code: str, tmp_path: Path) -> None:
    cues = (
        Cue(Span(0.5, 2), ("OEM {socks} \\N <b>", "جوارب & 3.50"), 0),
        Cue(Span(2, 61.25), ("สวัสดี --> now",), 1),
    )
    path = tmp_path / f"a.{name}"
    path.write_text(WRITERS[name](cues, code), "utf-8")
    assert read_subtitles(path) == cues


def test_another_reader_sees_the_ass_file() -> None:
    events = pysubs2.SSAFile.from_string(write_ass(CUES[:1], "en")).events
    assert [(event.start, event.end, event.plaintext) for event in events] == [(500, 2000, "Hello,\nwelcome.")]
