"""A script becomes sentences, and so does what a recogniser heard."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pitchgen.core.transcript import Doubt, Segment, Span, Transcript, Word
from pitchgen.stages.segment import LONGEST, segment, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("大家好！我是小王。你好吗？", ("大家好！", "我是小王。", "你好吗？")),
        ("一双3.5元。十双30元", ("一双3.5元。", "十双30元")),
        ("她说：“你好！”然后走了。", ("她说：“你好！”", "然后走了。")),
        ("（欢迎光临。）请进。", ("（欢迎光临。）", "请进。")),
        ("真的吗？！真的！！！", ("真的吗？！", "真的！！！")),
        ("现货；三天发货;好\r\n第二行\n\n第三行", ("现货；", "三天发货;", "好", "第二行", "第三行")),
        ("# 第一段。\n  # 注释\n你好。", ("你好。",)),
        ("——\n。。。\n***\n好", ("好",)),
        ("\ufeff你好", ("你好",)),
        ("  两  打 \t起批。 ", ("两 打 起批。",)),
        ("", ()),
    ],
)
def test_sentences(text: str, expected: tuple[str, ...]) -> None:
    assert sentences(text) == expected


def test_an_endless_sentence_is_cut_at_its_commas() -> None:
    clause = "我们的袜子又柔软又透气又舒服，"
    cut = sentences(clause * 10 + "欢迎下单。")
    assert "".join(cut) == clause * 10 + "欢迎下单。"
    assert max(map(len, cut)) <= LONGEST
    assert all(part.endswith(("，", "。")) for part in cut)


def test_the_comma_of_a_thousand_is_no_pause() -> None:
    assert all("1,200" in part for part in sentences("起订" + "好" * 58 + "1,200双"))


def heard(*phrases: str, pause: float = 0.0, start: float = 1.0) -> Transcript:
    """A recogniser's segments: a character a word, a quarter of a second each, `|` for a second of silence."""
    segments, now = [], start
    for phrase in phrases:
        words: list[Word] = []
        for character in phrase:
            if character == "|":
                now += 1.0
            elif words and not character.isalnum():
                words[-1] = replace(words[-1], text=words[-1].text + character)
            else:
                words.append(Word(Span(now, now + 0.25), character, 0.9))
                now += 0.25
        span = Span(words[0].span.start, words[-1].span.end)
        segments.append(Segment(span, "".join(word.text for word in words), words=tuple(words)))
        now += pause
    return Transcript("zh", tuple(segments), origin="test")


@pytest.mark.parametrize(
    ("phrases", "pause", "expected"),
    [
        (("大家好！我是小王。你好吗？",), 0.0, ("大家好！", "我是小王。", "你好吗？")),
        (("她说：“你好！”然后走了。",), 0.0, ("她说：“你好！”", "然后走了。")),
        (("我们的袜子，", "又软又好。"), 0.0, ("我们的袜子，又软又好。",)),  # cut by the window, not by her
        (("我们的袜子，", "又软又好。"), 0.6, ("我们的袜子，", "又软又好。")),
        (("我们的袜", "子又软又好。"), 0.1, ("我们的袜子又软又好。",)),
        (("大家好", "我是小王"), 0.3, ("大家好", "我是小王")),  # Whisper without any punctuation
        (("大家好|我是小王",), 0.0, ("大家好", "我是小王")),
        (("一双3.5元。十双30元",), 0.0, ("一双3.5元。", "十双30元")),
    ],
)
def test_words_become_sentences(phrases: tuple[str, ...], pause: float, expected: tuple[str, ...]) -> None:
    transcript = heard(*phrases, pause=pause)
    found = segment(transcript)
    assert found.texts == expected
    assert found.origin == "test"
    assert [w for s in found.segments for w in s.words] == [w for s in transcript.segments for w in s.words]
    assert all(s.span == Span(s.words[0].span.start, s.words[-1].span.end) for s in found.segments)
    assert segment(found) == found, "cutting sentences changes nothing"


def test_a_long_sentence_is_cut_at_commas_then_at_its_longest_pause() -> None:
    clause = "我们的袜子又柔软又透气又舒服，"
    commas = segment(heard(clause * 10 + "欢迎下单。"))
    assert "".join(commas.texts) == clause * 10 + "欢迎下单。"
    assert max(map(len, commas.texts)) <= LONGEST
    assert all(text.endswith(("，", "。")) for text in commas.texts)
    words = list(heard("好" * 100).segments[0].words)
    late = [replace(w, span=Span(w.span.start + 0.3, w.span.end + 0.3)) for w in words[41:]]
    breathing = Segment(Span(1.0, late[-1].span.end), "好" * 100, words=(*words[:41], *late))
    assert list(map(len, segment(Transcript("zh", (breathing,))).texts)) == [41, 59]


def test_sentences_are_of_one_speaker_and_of_one_doubt() -> None:
    first, second = heard("一双三块，", "十双三十。").segments
    for other in (replace(second, speaker="B"), replace(second, doubt=Doubt.UNSURE)):
        assert segment(Transcript("zh", (first, other))).segments == (first, other)


def test_marks_alone_are_no_sentence() -> None:
    assert segment(heard("大家好。", "……", "你好", pause=1.0)).texts == ("大家好。", "你好")


def test_without_words_nothing_is_cut() -> None:
    script = Transcript("zh", (Segment(Span(0, 1), "你好。我好。"), *heard("一。二。").segments))
    assert segment(script).texts == ("你好。我好。", "一。", "二。")
    assert segment(Transcript("zh", ())).segments == ()


@settings(deadline=None)
@given(st.lists(st.text("好的，。！|1,", min_size=1, max_size=90).filter(lambda t: t[0].isalnum()), max_size=5))
def test_no_word_is_lost_and_none_moves(phrases: list[str]) -> None:
    transcript = heard(*phrases, pause=0.25)
    found = segment(transcript)
    assert [w for s in found.segments for w in s.words] == [w for s in transcript.segments for w in s.words]
    assert segment(found) == found
