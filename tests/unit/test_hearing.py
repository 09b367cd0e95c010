"""Recordings become clips, and what a recogniser heard in them becomes a transcript, without any network."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pitchgen.core.audio import Audio
from pitchgen.core.engines import Recording
from pitchgen.core.transcript import Doubt, Span, Transcript
from pitchgen.engines.transcribe.clips import LONGEST_PAUSE, WINDOW, alike, cut, prompt_of, windows
from pitchgen.engines.transcribe.doubts import looping_among, why_doubt
from pitchgen.engines.transcribe.hearing import Heard, Timed, Vocabulary, transcripts

RATE = 1000
END, STAMPS = 100, 200
VOCABULARY = Vocabulary(END, STAMPS)


def stamp(seconds: float) -> int:
    return STAMPS + round(seconds / 0.02)


def noise(seconds: float) -> Audio:
    samples = np.random.default_rng(0).standard_normal(round(seconds * RATE)).astype(np.float32)
    return Audio(samples * np.float32(0.1), RATE)


spans_of_speech = st.lists(st.tuples(st.floats(0, 9), st.floats(0.05, 70)), max_size=12)


@settings(deadline=None)
@given(spans_of_speech)
def test_windows_hold_all_speech_and_fit(steps: list[tuple[float, float]]) -> None:
    spans, now = [], 0.0
    for pause, length in steps:
        spans.append(Span(now + pause, now + pause + length))
        now += pause + length
    audio = noise(now)
    found = windows(audio, spans)
    assert all(window.duration <= WINDOW for window in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    for span in spans:
        heard = sum(window.overlap(span) for window in found)
        assert heard == pytest.approx(min(span.end, audio.duration) - span.start, abs=1e-6)


def test_short_pauses_share_a_window_and_long_ones_end_it() -> None:
    audio = noise(60)
    assert len(windows(audio, [Span(1, 2), Span(4, 6), Span(10, 12)])) == 1
    assert len(windows(audio, [Span(1, 2), Span(2.5 + LONGEST_PAUSE, 9)])) == 2
    assert windows(audio, [Span(70, 80)]) == []


def test_speech_without_a_pause_is_cut_where_it_is_quietest() -> None:
    audio = noise(40)
    audio.samples[round(21.0 * RATE) : round(21.3 * RATE)] = 0
    first, second = windows(audio, [Span(0, 40)])
    assert 21.0 < first.end == second.start < 21.3


def test_prompts_name_the_hotwords_that_fit() -> None:
    recording = Recording(noise(1), (Span(0, 1),), "zh", hotwords=("义乌", "义乌", "好" * 99, "云朵"))
    assert prompt_of(recording) == "以下是普通话的句子。义乌、云朵。"
    assert prompt_of(Recording(noise(1), (), "en")) == ""
    clips = list(cut([recording, Recording(noise(1), (Span(0, 1),), "zh"), recording]))
    assert [clip.recording for clip in clips] == [0, 1, 2]
    assert sorted([clip.recording for clip in group] for group in alike(clips)) == [[0, 2], [1]]


def hear(*phrases: tuple[float, str, float], language: str = "zh", **signs: float) -> Transcript:
    """The transcript of 20 s with speech at 1-5 s and 8-12 s: phrases with timestamps, words evenly within them."""
    tokens: list[int] = []
    words: list[Timed] = []
    for start, text, end in phrases:
        tokens += [stamp(start), *[1] * len(text), stamp(end)]
        edges = np.linspace(start, end, len(text) + 1)
        words += [Timed(c, 1, float(a), float(b), 0.9) for c, (a, b) in zip(text, pairwise(edges), strict=True)]
    heard = Heard(
        tuple(tokens),
        tuple(words),
        signs.get("log", -0.2),
        signs.get("no_speech", 0.0),
        language,
        signs.get("sure", 0.9),
    )
    recording = Recording(noise(20), (Span(1, 5), Span(8, 12)), "zh")
    (clip,) = cut([recording])
    shift = clip.span.start
    words = [Timed(w.text, 1, w.start - shift, w.end - shift, w.probability) for w in words]
    moved = tuple(t - round(shift / 0.02) if t >= STAMPS else t for t in tokens)
    heard = Heard(moved, tuple(words), heard.log_probability, heard.no_speech, language, heard.certainty)
    (transcript,) = transcripts([recording], lambda _: [heard], lambda: VOCABULARY, "test")
    return transcript


def test_a_word_ends_where_the_speech_does() -> None:
    said = hear((1.0, "歡迎", 5.6), (7.6, "再見", 12.0))
    assert said.texts == ("欢迎", "再见")
    assert [(w.span.start, w.span.end) for s in said.segments for w in s.words] == [
        pytest.approx(edges, abs=0.03) for edges in ((1.0, 3.3), (3.3, 5.0), (8.0, 9.8), (9.8, 12.0))
    ]


def test_marks_cling_to_words_and_words_stay_whole() -> None:
    (said,) = hear((1.0, "他说：“LED灯，”12双。", 5.0)).segments
    assert [w.text for w in said.words] == ["他", "说：", "“LED", "灯，”", "12", "双。"]
    assert said.words[2].span.duration == pytest.approx(3 * 4 / 14, abs=0.03), "of its three letters"


def test_text_over_silence_is_flagged_and_alone_it_is_left_out() -> None:
    said = hear((1.0, "你好", 4.0), (5.7, "谢谢观看", 7.3), (8.0, "再见", 10.0))
    assert said.texts == ("你好", "再见")
    (late,) = hear((6.9, "再见了", 9.9)).segments
    assert late.doubt is None
    assert late.span.start == 8.0, "a stray word is drawn to its phrase"
    (flagged,) = hear((4.6, "你好谢谢观看", 7.4)).segments
    assert flagged.doubt is Doubt.SILENCE


def test_attention_without_information_is_not_believed() -> None:
    words = tuple(Timed(c, 1, 0.0, 0.0, 0.9) for c in "一二三四")
    heard = Heard((stamp(0), 1, 1, 1, 1, stamp(4)), words, -0.1, 0.0, "zh", 1.0)
    recording = Recording(noise(4), (Span(0, 4),), "zh")
    (said,) = transcripts([recording], lambda _: [heard], lambda: VOCABULARY, "test")
    assert [w.span.start for w in said.segments[0].words] == pytest.approx([0, 1, 2, 3])


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        (hear((1.0, "三块五一双", 4.0)), None),
        (hear((1.0, "三块五一双", 4.0), no_speech=0.7), Doubt.SILENCE),
        (hear((1.0, "以下是普通话的句子。", 4.0)), Doubt.SILENCE),
        (hear((1.0, "谢谢大家" * 4, 4.0)), Doubt.REPETITION),
        (hear((1.0, "好好好，来来来，三二一", 4.0)), None),
        (hear((1.0, "三块五一双", 4.0), language="en"), Doubt.LANGUAGE),
        (hear((1.0, "三块五一双", 4.0), language="en", sure=0.3), None),
        (hear((1.0, "三块五一双", 4.0), language="yue"), None),
        (hear((1.0, "三块五一双", 4.0), log=-1.2), Doubt.UNSURE),
    ],
)
def test_doubts(said: Transcript, doubt: Doubt | None) -> None:
    assert [s.doubt for s in said.segments] == [doubt]


def test_the_same_sentence_over_and_over() -> None:
    assert looping_among(["欢迎光临"] * 3) == frozenset()
    assert looping_among(["你好", *["欢迎光临"] * 4]) == {"欢迎光临"}
    assert looping_among(["欢迎光临我们的店铺"] * 40) == {"欢迎光临我们的店铺"}
    signs = {"no_speech": 0.0, "log_probability": 0.0, "probability": 0.2, "silent": 0.0}
    assert why_doubt("好", language="zh", detected=("zh", 1.0), looping=False, **signs) is Doubt.UNSURE


times = st.floats(-1, 35, allow_nan=False)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("好，a1“”。 "), times, times, st.booleans()), max_size=30),
    st.lists(st.tuples(st.floats(0, 8), st.floats(0, 20)), max_size=5),
)
def test_any_alignment_makes_a_transcript_in_order(
    placed: list[tuple[str, float, float, bool]], steps: list[tuple[float, float]]
) -> None:
    spans, now = [], 0.0
    for pause, length in steps:
        spans.append(Span(now + pause, now + pause + length))
        now += pause + length
    recording = Recording(noise(now), tuple(spans), "zh")
    tokens = [token for _, start, _, cutting in placed for token in ((stamp(max(start, 0)), 1) if cutting else (1,))]
    words = tuple(Timed(text, 1, start, end, 0.5) for text, start, end, _ in placed)
    heard = Heard(tuple(tokens), words, -0.1, 0.0, "zh", 1.0)
    (said,) = transcripts([recording], lambda clips: [heard] * len(clips), lambda: VOCABULARY, "test")
    everything = [word.span for s in said.segments for word in s.words]
    assert all(a.end <= b.start for a, b in pairwise(everything))
    assert all(span.end <= recording.audio.duration + 1e-6 for span in everything)
