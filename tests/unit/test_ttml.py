"""TTML: what is written keeps the rules of the IMSC 1.1 Text Profile, and another library reads the same."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from pitchgen.core.caption import Cue
from pitchgen.core.errors import InputError
from pitchgen.core.transcript import Span
from pitchgen.edges import ttml
from pitchgen.edges.subtitles import read_script, read_subtitles

TT, TTS, TTP = (f"{{http://www.w3.org/ns/ttml{part}}}" for part in ("", "#styling", "#parameter"))
XML = "{http://www.w3.org/XML/1998/namespace}"
CUES = (
    Cue(Span(0.5, 2), ("Socks & <b>more</b>,", "3.50 ¥ a pair"), 0),
    Cue(Span(2, 3661.25), ("second",), 1),
)


def file(folder: Path, text: str, name: str = "a.ttml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def document(body: str, attributes: str = "") -> str:
    spaces = 'xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter"'
    return f"<tt {spaces} {attributes}>{body}</tt>"


@pytest.mark.parametrize(("code", "direction"), [("en", "ltr"), ("ar", "rtl"), ("zh", "ltr")])
def test_the_rules_of_the_profile(code: str, direction: str) -> None:
    """A profile is named, times are of the media, a region lies within the picture, every caption has one.

    Source: W3C, TTML Profiles for Internet Media Subtitles and Captions 1.1.
    """
    root = ET.fromstring(ttml.write(CUES, code))
    assert root.tag == f"{TT}tt"
    assert root.get(f"{XML}lang") == code
    assert root.get(f"{TTP}contentProfiles") == "http://www.w3.org/ns/ttml/profile/imsc1.1/text"
    assert root.get(f"{TTP}timeBase") == "media"
    regions = root.findall(f"{TT}head/{TT}layout/{TT}region")
    assert len(regions) == 1
    for region in regions:
        left, top = percentages(region.get(f"{TTS}origin"))
        width, height = percentages(region.get(f"{TTS}extent"))
        assert left + width <= 100, "a region lies within the picture"
        assert top + height <= 100
    (style,) = root.findall(f"{TT}head/{TT}styling/{TT}style")
    assert style.get(f"{TTS}direction") == direction
    body = root.find(f"{TT}body")
    assert body is not None
    assert body.get("region") == regions[0].get(f"{XML}id")
    captions = body.findall(f"{TT}div/{TT}p")
    assert len({p.get(f"{XML}id") for p in captions}) == len(captions) == 2
    for p in captions:
        assert p.get("style") == style.get(f"{XML}id")
        assert re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3}", p.get("begin") or "")
        assert (p.get("begin") or "") < (p.get("end") or "")
        assert {child.tag for child in p} <= {f"{TT}br"}


def percentages(text: str | None) -> list[float]:
    return [float(part.removesuffix("%")) for part in (text or "").split()]


@pytest.mark.parametrize("code", ["en", "he"])
def test_another_library_reads_the_same(code: str) -> None:
    from ttconv.imsc.reader import to_model
    from ttconv.srt.writer import from_model

    text = from_model(to_model(ET.parse(io.StringIO(ttml.write(CUES, code)))))
    shown = re.sub("<[^>]*>", "", text.replace("<b>more</b>", "&B"))
    assert "00:00:00,500 --> 00:00:02,000" in shown
    assert "00:00:02,000 --> 01:01:01,250" in shown
    assert "Socks & &B,\n3.50 ¥ a pair" in shown


def test_it_comes_back(tmp_path: Path) -> None:
    assert read_subtitles(file(tmp_path, ttml.write(CUES, "en"))) == CUES


@pytest.mark.parametrize(
    ("attributes", "begin", "end"),
    [
        ("", "00:00:01.500", "00:00:02.25"),
        ('ttp:frameRate="25"', "00:00:01:12.5", "x"),
        ('ttp:frameRate="24" ttp:frameRateMultiplier="1000 1001"', "36f", "54f"),
        ('ttp:tickRate="10000000"', "15000000t", "22500000t"),
        ("", "1500ms", "2.25s"),
        ("", "0.025m", "0.000625h"),
    ],
)
def test_every_way_to_write_a_time(attributes: str, begin: str, end: str, tmp_path: Path) -> None:
    path = file(tmp_path, document(f'<body><div><p begin="{begin}" end="{end}">a</p></div></body>', attributes))
    if end == "x":
        with pytest.raises(InputError, match="is no time"):
            read_subtitles(path)
        return
    (cue,) = read_subtitles(path)
    assert cue.span.start == pytest.approx(1.5, abs=0.002)
    assert cue.span.end == pytest.approx(2.25, abs=0.003)


def test_times_within_times_count_from_their_parent(tmp_path: Path) -> None:
    body = (
        '<body begin="10s"><div begin="1s"><p begin="0.5s" dur="1s">one<br/>two</p>'
        '<p begin="2s"><span begin="0s" end="1s">three</span><span begin="1s" end="2s"> four </span></p></div></body>'
    )
    cues = read_subtitles(file(tmp_path, document(body)))
    assert [(c.span.start, c.span.end, c.lines) for c in cues] == [
        (11.5, 12.5, ("one", "two")), (13, 14, ("three",)), (14, 15, ("four",)),
    ]  # fmt: skip


def test_markup_and_white_space_are_not_text(tmp_path: Path) -> None:
    inner = "\n  <span>Hello,</span>\n  <metadata>no</metadata> world <br/>\n "
    body = f'<body><div><p begin="0s" end="1s">{inner}</p></div></body>'
    (cue,) = read_subtitles(file(tmp_path, document(body), "a.dfxp"))
    assert cue.lines == ("Hello, world",)


def test_a_script_may_be_ttml(tmp_path: Path) -> None:
    cues = (Cue(Span(0, 1), ("大家好，", "欢迎。"), 0), Cue(Span(1, 2), ("三块五一双。",), 1))
    assert read_script(file(tmp_path, ttml.write(cues, "zh"))) == "大家好，欢迎。\n三块五一双。"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<html/>", "no timed text"),
        (document("<body><div><p begin='2s' end='1s'>a</p></div></body>"), "ends before it begins"),
        (document("<body><div><p begin='2s'>a</p></div></body>"), "neither end nor dur"),
        (document("<body><div xmlns:s='x' s:backgroundImage='#i' begin='0s' end='1s'/></body>"), "pictures"),
        (document("<body/>", 'ttp:frameRate="0"'), "not above zero"),
        (document("<body/>"), "no captions"),
        ("<tt", "not valid XML"),
        ('<!DOCTYPE tt [<!ENTITY a "b">]>' + document("<body>&a;</body>"), "a.ttml"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        read_subtitles(file(tmp_path, text))
