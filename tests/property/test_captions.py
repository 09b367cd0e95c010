"""What holds for the captions of any timeline."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pitchgen.core.caption import Cue
from pitchgen.core.timeline import TOLERANCE, Clip, Timeline
from pitchgen.core.transcript import Segment, Span
from pitchgen.languages import language
from pitchgen.stages.caption import caption
from pitchgen.stages.wrap import CLOSERS, GLUE, STOPS, break_text, join, normalise

for _code in ("en", "th", "km", "ja"):
    break_text("a", language(_code))  # loads ICU and its dictionaries, which takes longer than one example may

CODES = st.sampled_from(["zh", "en", "fr", "ar", "hi", "th", "km", "ja", "ko"])
TEXTS = (
    st.text(
        st.sampled_from(
            "ab cdé \u00a0,.!?，。！（）“”袜子十五年3.5元毫升 ×-'мгไทยกำ้ខ្មែរしょカーمرนาน\U0001f600\u200d\u0301\n"
        ),
        max_size=300,
    )
    | st.text()
)


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    at, clips = 0.0, []
    for text in draw(st.lists(TEXTS, max_size=6)):
        at += draw(st.floats(0, 3))
        duration = draw(st.floats(0.05, 12))
        clips.append(Clip(Segment(Span(at, at + duration), text), at, duration, draw(st.floats(0.8, 1.4))))
        at = clips[-1].end
    return Timeline(draw(CODES), at + draw(st.floats(0, 5)), tuple(clips))


@given(timelines())
def test_joined_cues_are_the_text(timeline: Timeline) -> None:
    cues = caption(timeline)
    for index, clip in enumerate(timeline.clips):
        own = [cue for cue in cues if cue.segment == index]
        assert join(own, language(timeline.language)) == normalise(clip.segment.text)


@given(timelines())
def test_cues_stay_within_the_limits(timeline: Timeline) -> None:
    limits = language(timeline.language).captions
    for cue in caption(timeline):
        assert 1 <= len(cue.lines) <= limits.lines
        for line in cue.lines:
            assert line == line.strip(" ")
            assert 1 <= len(line) <= limits.line_chars


@given(timelines())
def test_cues_are_ordered_and_leave_the_next_clip_alone(timeline: Timeline) -> None:
    cues = caption(timeline)
    for before, after in pairwise(cues):
        assert before.span.end <= after.span.start
        assert before.segment <= after.segment
    for cue in cues:
        later = [clip.start for clip in timeline.clips[cue.segment + 1 :]]
        assert cue.span.start >= timeline.clips[cue.segment].start
        assert cue.span.end <= min([*later, timeline.duration + TOLERANCE])


def characters(cue: Cue) -> int:
    """What a reader reads: neither the line breaks nor the invisible marks of a split word count."""
    return sum(len(line.removesuffix(GLUE)) for line in cue.lines)


@given(timelines())
def test_cues_stand_long_enough_where_there_is_time(timeline: Timeline) -> None:
    limits = language(timeline.language).captions
    cues = caption(timeline)
    for index, clip in enumerate(timeline.clips):
        own = [cue for cue in cues if cue.segment == index]
        later = [c.start for c in timeline.clips[index + 1 :]]
        room = min([*later, timeline.duration]) - clip.start - 0.1
        if own and room >= len(own) * limits.shortest:
            assert min(cue.span.duration for cue in own) >= limits.shortest - TOLERANCE
        if len(own) == 1 and room >= (needed := characters(own[0]) / limits.chars_per_second):
            assert own[0].span.duration >= min(room, needed) - 0.1


@given(st.text(st.sampled_from("袜子十五年，。！（）元3 "), max_size=200))
def test_kinsoku(text: str) -> None:
    clip = Clip(Segment(Span(0, 9), text), 0, 9)
    lines = [line for cue in caption(Timeline("zh", 9, (clip,))) for line in cue.lines]
    for line in lines[1:]:
        if not any(mark * 2 in text or "（" in text for mark in "，。！）"):  # runs of marks may be cut
            assert line[0] not in STOPS + CLOSERS + "，"
