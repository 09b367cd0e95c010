"""Captions become a script for libass: measured here with letters that are all half an em wide."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import pytest

from pitchgen.core.lettering import PHONE, SCREEN, STYLES, Page, Run
from pitchgen.core.picture import FontFile
from pitchgen.core.timeline import Clip, Timeline
from pitchgen.core.transcript import Segment, Span
from pitchgen.languages import language
from pitchgen.stages.typeset import SMALLER, Text, lay_out, second_line, typeset


@dataclass(frozen=True)
class Even:
    """A font of one width."""

    files: tuple[FontFile, ...] = ()

    def runs(self, text: str) -> tuple[Run, ...]:
        return (Run(text, "Even", False, 1.25),)

    def width(self, text: str) -> float:
        return 0.5 * len(text)


UPRIGHT, LYING = Page(720, 1280, PHONE), Page(1280, 720, SCREEN)


def timeline(*texts: str, code: str = "en") -> Timeline:
    clips = tuple(Clip(Segment(Span(5.0 * i, 5.0 * i + 4), text), 5.0 * i, 4) for i, text in enumerate(texts))
    return Timeline(code, 5.0 * len(texts), clips)


def laid(*texts: str, code: str = "en", page: Page = UPRIGHT) -> Text:
    return lay_out(timeline(*texts, code=code), Even(), page)


def events(script: str) -> list[str]:
    return [line for line in script.splitlines() if line.startswith("Dialogue:")]


def bare(event: str) -> str:
    """What an event shows, lines parted by |."""
    shown = re.sub(r"\{\\[^}]*\}", "", event.split(",", 9)[9])
    return re.sub("[\u200e\u200f\u2060]", "", shown).replace(r"\N", "|")


LONG = "These socks are made of the best cotton and cost three and a half yuan a pair, from a hundred pairs on."


def test_lines_fit_the_page_and_never_hold_more_than_in_a_file() -> None:
    for page in (UPRIGHT, LYING):
        shown = laid(LONG, page=page)
        for cue in shown.cues:
            assert len(cue.lines) <= 2
            for line in cue.lines:
                assert 0.5 * len(line) * page.em_px <= page.line_px
                assert len(line) <= language("en").captions.line_chars
    fitting = ("soft cotton " * 7).strip()  # two lines of 41
    assert [len(laid(fitting, page=page).cues) for page in (UPRIGHT, LYING)] == [2, 1]


def test_latin_names_do_not_make_lines_of_another_script_shorter() -> None:
    class Wide(Even):
        def width(self, text: str) -> float:
            return sum(0.5 if character.isascii() else 1.0 for character in text)

    said = timeline("大家好，欢迎来到我们的店铺。", "OEM, 3.50", code="zh")
    first, *_ = lay_out(said, Wide(), LYING).cues
    assert len(first.lines) == 1, "14 characters of the 16 that a line holds"


def test_captions_stand_in_the_safe_area() -> None:
    script = typeset(laid("Hello."), UPRIGHT, STYLES["plain"])
    margins = re.search(r"^Style: .*,2,(\d+),(\d+),(\d+),-1$", script, re.MULTILINE)
    assert margins
    assert tuple(map(int, margins.groups())) == (43, 101, 294)  # 6% and 14% of 720, 23% of 1280


def test_what_reads_as_a_command_is_text() -> None:
    (event,) = events(typeset(laid(r"A {pair} of \Nice socks"), LYING, STYLES["plain"]))
    assert r"\{pair\}" in event
    assert "\\\u2060Nice" in event


@pytest.mark.parametrize(("code", "mark"), [("en", "\u200e"), ("ar", "\u200f"), ("he", "\u200f")])
def test_every_line_says_its_direction(code: str, mark: str) -> None:
    (event,) = events(typeset(laid("OEM 3.5 USD, OEM 3.5 USD, OEM 3.5 USD", code=code), UPRIGHT, STYLES["plain"]))
    assert event.count(mark) == bare(event).count("|") + 1


def test_words_light_up_over_the_time_of_the_speech() -> None:
    for event in events(typeset(laid(LONG, "Thank you."), LYING, STYLES["karaoke"])):
        start, end = (
            sum(float(p) * u for p, u in zip(t.split(":"), (3600, 60, 1), strict=True)) for t in event.split(",")[1:3]
        )
        lit = [int(cs) for cs in re.findall(r"\\k(\d+)", event)]
        assert len(lit) == len(bare(event).replace("|", " ").split())
        assert sum(lit) / 100 <= end - start + 0.001
        assert min(lit) > 0


def test_what_is_said_last_lights_up_when_the_speech_ends_not_when_the_caption_goes() -> None:
    short = Timeline("en", 9.0, (Clip(Segment(Span(0, 1), "x " * 30), 0, 1),))
    (event,) = events(typeset(lay_out(short, Even(), LYING), LYING, STYLES["karaoke"]))
    assert sum(int(cs) for cs in re.findall(r"\\k(\d+)", event)) == 100
    assert event.split(",")[2] > "0:00:02.00"


def test_her_chinese_stands_above_for_the_same_time() -> None:
    spoken = timeline(LONG, "Thank you.")
    chinese = second_line(spoken, ["这些袜子用最好的棉花做，一双三块五，一百双起批。", "谢谢。"], "zh")
    above = lay_out(chinese, Even(), UPRIGHT, scale=SMALLER)
    found = events(typeset(lay_out(spoken, Even(), UPRIGHT), UPRIGHT, STYLES["plain"], above))
    assert bare(found[-1]) == "谢谢。|Thank you."
    for event in found:
        first = bare(event).split("|")[0]
        assert re.search("[\u4e00-\u9fff]", first), "its words are above in every caption"
    times = [event.split(",")[1:3] for event in found]
    assert all(end <= start for (_, end), (start, _) in pairwise(times))


def test_a_sentence_without_chinese_stands_alone() -> None:
    spoken = timeline("One.", "Two.")
    above = lay_out(second_line(spoken, ["一。", ""], "zh"), Even(), UPRIGHT)
    found = [
        bare(event) for event in events(typeset(lay_out(spoken, Even(), UPRIGHT), UPRIGHT, STYLES["plain"], above))
    ]
    assert found == ["一。|One.", "Two."]
