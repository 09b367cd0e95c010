"""The page of a report, read by a parser as browsers have it: nothing that anybody writes becomes markup."""

from __future__ import annotations

import base64
import re
import string
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reports import SENTENCE, TEXT, everything, evidence, report, shown, version
from selectolax.lexbor import LexborHTMLParser

from pitchgen.core.fact import Kind
from pitchgen.core.report import (
    Ear,
    FactCheck,
    Hearing,
    LanguageVersion,
    Level,
    Look,
    Origin,
    Part,
    Reason,
    Speech,
    State,
)  # fmt: skip
from pitchgen.edges import page as page_module
from pitchgen.edges.page import page
from pitchgen.languages import LANGUAGES

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "{said} {0.__class__}",
    "javascript:alert(1)",
    "]]>--><!--",
    "名字 \"引号\" '单引号' & 好",
)


def parsed(found: object) -> LexborHTMLParser:
    return LexborHTMLParser(page(shown(found)))  # type: ignore[arg-type]


def headline(made: LanguageVersion) -> str:
    node = parsed(report(made)).css_first(".headline [lang=zh]")
    assert node
    return node.text()


def shape(tree: LexborHTMLParser) -> list[tuple[str, tuple[str, ...]]]:
    """Every element with the names of its attributes."""
    return [(node.tag or "", tuple(sorted(node.attributes))) for node in tree.css("*")]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(text: str) -> None:
    tree = parsed(everything(text))
    assert shape(tree) == shape(parsed(everything("x"))), "another text changes no element and no attribute"
    (script,) = tree.css("script")
    assert script.text() == (Path(page_module.__file__).parent / "report.js").read_text("utf-8")
    assert not [name for _, names in shape(tree) for name in names if name.startswith("on")]
    assert tree.css_first(".warnings li").text() == text  # type: ignore[union-attr]
    for link in tree.css("a[href]"):
        assert re.match(r"[^:]*$", link.attributes["href"] or ""), "a link leads to a file beside the page"


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    tree = parsed(everything(text))
    assert tree.css_first(".warnings li").text() == text  # type: ignore[union-attr]
    assert "".join(tree.css_first(".facts mark").text()) == text  # type: ignore[union-attr]


def test_nothing_is_fetched_from_anywhere() -> None:
    html = page(shown(report(version())))
    assert not re.findall(r"(?:src|href)=[\"']?(?:https?:)?//", html)
    assert "http://" not in html.replace("http://www.w3.org", "")
    assert "https://" not in html
    policy = LexborHTMLParser(html).css_first("meta[http-equiv]").attributes["content"] or ""  # type: ignore[union-attr]
    assert policy.startswith("default-src 'none'")


def test_the_captions_are_in_the_page() -> None:
    track = parsed(report(version())).css_first("track")
    assert track
    kind, _, data = (track.attributes["src"] or "").partition(",")
    assert kind == "data:text/vtt;base64"
    assert TEXT in base64.b64decode(data).decode()
    assert "default" in track.attributes
    burned = parsed(report(version(burned=True))).css_first("track")
    assert burned
    assert "default" not in burned.attributes, "captions that are in the picture are not drawn over it again"


def test_evidence_is_marked_where_it_stands() -> None:
    tree = parsed(report(version()))
    assert [mark.text() for mark in tree.css(".facts mark")] == ["一百双", "三块五", "100 pairs", "¥3.5"]
    assert "one hundred pairs" in tree.css_first(".facts th[scope=rowgroup]").text()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (version(), "✓ 价格、数量都对"),
        (version(sentences=()), "✓ 这段话里没有找到价格、数量"),
        (version(level=Level.LOOK, look=(Look(Reason.LATE, 1, seconds=0.4),)), "✓ 价格、数量都对；还请看这几行"),
        (version(level=Level.LOOK, look=(Look(Reason.GONE, found="changed"),)), "！请看这几行"),
        (version(level=Level.LOOK, look=(Look(Reason.DOUBTED, 1, "好"),)), "！请看这几行"),
        (version(level=Level.WRONG, look=(Look(Reason.CHANGED, 1, "三块五", "35"),)), "✗ 请先改这几行，再发布"),
    ],
)
def test_the_verdict_comes_first(made: LanguageVersion, said: str) -> None:
    assert headline(made) == said


def test_a_price_that_nobody_could_check_is_not_called_right() -> None:
    unchecked = FactCheck(State.UNCHECKED, Kind.PRICE, evidence(SENTENCE.source, "三块五"))
    made = version(
        sentences=(replace(SENTENCE, facts=(unchecked,)),),
        level=Level.LOOK,
        look=(Look(Reason.UNCHECKED, 1, "三块五"),),
    )
    assert headline(made) == "！请看这几行"


def test_what_was_not_heard_again_is_not_called_heard() -> None:
    silent = version(sentences=(replace(SENTENCE, heard=Hearing(Ear.NOT_ASKED)),))
    told = parsed(report(silent)).css_first(".verdict").text()  # type: ignore[union-attr]
    assert "配音没有再听一遍" in told
    assert "听到的一样" not in told


def test_a_line_says_what_to_do_and_where() -> None:
    made = version(level=Level.WRONG, look=(Look(Reason.CHANGED, 1, "三块五", "35"),))
    item = parsed(report(made)).css_first(".todo li")
    assert item
    told = item.text()
    assert "您说的是「三块五」，译文成了「35」" in told
    assert "打开 en.srt，改好第 1 句" in told
    assert item.css_first("button[data-at]").attributes["data-at"] == "1.1"  # type: ignore[union-attr]


def test_what_was_not_measured_is_called_that() -> None:
    bare = version(loudness=None, leak=None, speech=Speech("tinted"))
    names, values = (parsed(report(bare)).css(f".inside dl.gist {tag}") for tag in ("dt", "dd"))
    rows = {name.text(): value.text().strip() for name, value in zip(names, values, strict=True)}
    measured = ("整体响度", "真峰值", "响度范围", "与您声音")
    assert [value for key, value in rows.items() if key.startswith(measured)] == ["没有测量not measured"] * 4
    assert "-16.0 LUFS" in parsed(report(version())).body.text()  # type: ignore[union-attr]


def test_a_service_may_send_a_bill() -> None:
    assert "没有用到收费的引擎" in page(shown(report(version())))
    asked = version(parts=(Part("translate", "chat", "chat-1", "terms", True, "http_service"),))
    told = page(shown(report(asked)))
    assert "没有用到收费的引擎" not in told
    assert "问了 <bdi>12</bdi> 句" in told


@pytest.mark.parametrize("code", ["ar", "he", "fa", "ur"])
def test_each_text_has_its_own_direction(code: str) -> None:
    tree = parsed(report(version(code)))
    for node in tree.css(f'.text[lang="{code}"], .sentences [lang="{code}"]'):
        assert node.attributes["dir"] == "auto"
    assert "dir" not in tree.css_first("html").attributes, "the page itself stays as Chinese and English are written"  # type: ignore[union-attr]


def test_forty_languages_are_found_from_the_top() -> None:
    codes = [code for code in LANGUAGES if code != "zh"]
    tree = parsed(report(*map(version, codes)))
    assert [link.attributes["href"] for link in tree.css(".index a")] == [f"#{code}" for code in codes]
    assert {video.attributes["preload"] for video in tree.css("video")} == {"none"}
    assert len({node.attributes["id"] for node in tree.css("[id]")}) == len(tree.css("[id]")), "no name twice"


def test_every_label_is_used_and_is_in_both_languages() -> None:
    labels = page_module._labels()
    source = (Path(page_module.__file__).parent / "report.html.jinja").read_text("utf-8") + Path(
        page_module.__file__
    ).read_text("utf-8")
    computed = ("what_", "do_", "badge_", "count_", "head_", "state_", "ear_", "kind_", "origin_", "verb_", "stage_")
    computed += ("way_", "layer_", "holding_")
    named = {"tinted", "stock", "cloned", "converted", "hers", "voiced", "original", "late", "number", "from", "to"}
    for key, row in labels.items():
        assert set(row) == {"zh", "en"}
        assert row["zh"]
        assert row["en"]
        fields = [{name for _, name, _, _ in string.Formatter().parse(row[tongue]) if name} for tongue in row]
        assert fields[0] == fields[1], f"{key}: both languages tell the same"
        assert f'"{key}"' in source or key.startswith(computed) or key in named, f"{key} is never said"
    for kind in (*Kind, *Reason, *State, *Ear, *Origin):
        prefix = {Kind: "kind_", Reason: "what_", State: "state_", Ear: "ear_", Origin: "origin_"}[type(kind)]
        assert any(key.startswith(f"{prefix}{kind.value}") for key in labels), kind
