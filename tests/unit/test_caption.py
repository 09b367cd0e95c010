"""Sentences become captions that can be read."""

from __future__ import annotations

from itertools import pairwise

import pytest

from pitchgen.core.caption import Cue
from pitchgen.core.timeline import Clip, Timeline
from pitchgen.core.transcript import Segment, Span, Transcript
from pitchgen.languages import LANGUAGES, captions, language
from pitchgen.stages.caption import caption, caption_transcript
from pitchgen.stages.wrap import Column, break_text, join, normalise

RULES = language("en").captions


def clip(text: str, start: float, duration: float) -> Clip:
    return Clip(Segment(Span(start, start + duration), text), start, duration)


def timeline(*clips: Clip, code: str = "en", duration: float = 60.0) -> Timeline:
    return Timeline(code, duration, clips)


def lines(text: str, code: str) -> list[str]:
    return [line for screen in break_text(text, language(code)) for line in screen]


def test_a_short_sentence_stands_in_one_line() -> None:
    assert break_text("Hello, welcome to our shop.", language("en")) == (("Hello, welcome to our shop.",),)


def test_lines_are_broken_at_punctuation_where_that_costs_little() -> None:
    assert lines("我们是义乌国际商贸城的商户，做袜子已经十五年了。", "zh") == [
        "我们是义乌国际商贸城的商户，",
        "做袜子已经十五年了。",
    ]


def test_lines_are_even_where_nothing_else_speaks() -> None:
    first, second = lines("These socks are made of cotton and feel very soft", "en")
    assert abs(len(first) - len(second)) <= 6


@pytest.mark.parametrize(
    "amount", ["500毫升", "18.5元", "三块五", "百分之三十", "OEM", "304不", "12×15cm", "二十五公分"]
)
def test_amounts_and_latin_words_stay_whole(amount: str) -> None:
    for before in range(14, 21):
        text = "杯" * before + amount + "的好货卖给大家"
        assert any(amount in line for line in lines(text, "zh"))


def test_no_line_starts_or_ends_with_the_wrong_mark() -> None:
    for before in range(10, 24):
        for line in lines("杯" * before + "（保温），真好。" + "子" * 12, "zh"):
            assert line[0] not in "，。）"
            assert line[-1] != "（"


def test_french_marks_stay_with_their_word() -> None:
    text = "Nous fabriquons des chaussettes de coton\u202f! Le prix est de 3,50\u00a0¥ la paire aujourd'hui."
    broken = lines(text, "fr")
    assert any("coton\u202f!" in line for line in broken)
    assert any("3,50\u00a0¥" in line for line in broken)


def test_a_word_longer_than_the_line_is_split_and_comes_back() -> None:
    spoken = language("en")
    text = "see " + "x" * 100 + " now"
    screens = break_text(text, spoken)
    assert max(len(line) for screen in screens for line in screen) <= spoken.captions.line_chars
    assert join([Cue(Span(0, 1), screen, 0) for screen in screens], spoken) == text


def test_white_space_is_normalised_but_what_forbids_a_break_stays() -> None:
    assert normalise(" a \t\n b\u00a0c \u2060d\u3000") == "a b\u00a0c d"


def test_a_reader_gets_time_from_the_pause_that_follows() -> None:
    first, second = caption(timeline(clip("x " * 20, 0, 1), clip("y", 10, 1)))
    assert first.span == Span(0, 39 / 17)
    assert second.span == Span(10, 10 + RULES.shortest)


def test_no_caption_reaches_into_the_next_clip() -> None:
    first, second = caption(timeline(clip("x " * 20, 0, 1), clip("y " * 20, 1.2, 1), duration=2.5))
    assert first.span.end == pytest.approx(1.2 - RULES.gap)
    assert second.span.end == 2.5


def test_a_long_sentence_shares_its_time_by_length() -> None:
    text = "We have been making cotton socks in Yiwu for fifteen years. " * 4
    cues = caption(timeline(clip(text, 2, 16)))
    assert len(cues) >= 3
    assert [cue.segment for cue in cues] == [0] * len(cues)
    assert cues[0].span.start == 2
    assert cues[-1].span.end == pytest.approx(18)
    rates = [sum(map(len, cue.lines)) / cue.span.duration for cue in cues]
    assert max(rates) == pytest.approx(min(rates))
    assert all(before.span.end == after.span.start for before, after in pairwise(cues))


def test_silent_clips_have_no_caption_and_keep_their_number() -> None:
    cues = caption(timeline(clip("  ", 0, 1), clip("y", 2, 1)))
    assert [cue.segment for cue in cues] == [1]


def test_the_source_is_captioned_where_it_was_said() -> None:
    transcript = Transcript("zh", (Segment(Span(1, 3), "大家好。"), Segment(Span(4, 5), "谢谢。")))
    assert caption_transcript(transcript, 4.5) == (
        Cue(Span(1, 3), ("大家好。",), 0),
        Cue(Span(4, 5), ("谢谢。",), 1),
    )


def test_caption_is_a_stage() -> None:
    assert caption.version == 2  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("code", "text", "word"),
    [
        ("th", "สวัสดีทุกคนยินดีต้อนรับสู่ร้านของเราถุงเท้าคู่ละสามหยวน", "ต้อนรับ"),
        ("lo", "ສະບາຍດີທຸກຄົນຍິນດີຕ້ອນຮັບສູ່ຮ້ານຂອງພວກເຮົາ", "ຕ້ອນຮັບ"),
        ("km", "សួស្តីអ្នកទាំងអស់គ្នាសូមស្វាគមន៍មកកាន់ហាងរបស់យើង។", "ទាំងអស់គ្នា"),
        ("my", "အားလုံးမင်္ဂလာပါကျွန်ုပ်တို့၏ဆိုင်မှကြိုဆိုပါသည်။", "ကြိုဆို"),
        ("ja", "皆さんこんにちは私たちの店へようこそ本日はスーパーマーケットです", "スーパーマーケット"),
        ("zh", "我们公司专业生产各种各样的保温杯和雨伞欢迎大家来批发", "雨伞"),
    ],
)
def test_words_without_spaces_stay_whole(code: str, text: str, word: str) -> None:
    """Wherever the line happens to end: with a column of any width that holds the word, the word is on one line."""
    for width in range(len(word) + 1, len(text)):
        broken = [line for screen in break_text(text, language(code), Column(width, 2)) for line in screen]
        assert any(word in line for line in broken), (width, broken)


def test_what_stands_too_long_is_divided() -> None:
    slow = clip("one two three four", 0, 20)
    cues = caption(timeline(slow))
    assert len(cues) >= 3
    assert max(cue.span.duration for cue in cues) <= RULES.longest


def test_every_script_has_its_rules() -> None:
    assert {row.script for row in LANGUAGES.values()} <= set(captions.RULES)
