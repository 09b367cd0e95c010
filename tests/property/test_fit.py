"""Whatever is said for however long: in order, never overlapping, never cut, never hurried beyond bounds."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitchgen.core.timeline import TOLERANCE
from pitchgen.core.transcript import Segment, Span
from pitchgen.stages.fit import BREATH, MAX_TEMPO, MIN_TEMPO, Take, fit

ROWS = st.lists(
    st.tuples(st.floats(0, 2), st.floats(0.05, 6), st.floats(0.05, 12), st.booleans()),
    min_size=1,
    max_size=25,
)


def takes_of(rows: list[tuple[float, float, float, bool]]) -> list[Take]:
    """Rows of pause, source length, spoken length and whether the original is kept."""
    takes, clock = [], 0.0
    for pause, length, spoken, original in rows:
        span = Span(clock + pause, clock + pause + length)
        takes.append(Take(Segment(span, "text"), length if original else spoken, original))
        clock = span.end
    return takes


@given(ROWS, st.floats(0, 5))
def test_promises(rows: list[tuple[float, float, float, bool]], tail: float) -> None:
    takes = takes_of(rows)
    duration = takes[-1].segment.span.end + tail
    timeline = fit(takes, "en", duration)
    assert [clip.segment for clip in timeline.clips] == [take.segment for take in takes]
    assert all(a.end <= b.start + TOLERANCE for a, b in pairwise(timeline.clips))
    assert timeline.duration >= max(duration, timeline.clips[-1].end) - TOLERANCE
    deadlines = [*(take.segment.span.start for take in takes[1:]), duration]
    late = []
    for clip, take, deadline in zip(timeline.clips, takes, deadlines, strict=True):
        assert clip.start >= take.segment.span.start
        assert clip.duration == take.duration, "never cut"
        assert MIN_TEMPO <= clip.tempo <= MAX_TEMPO
        assert clip.tempo == 1.0 or not take.original
        if clip.end > deadline + TOLERANCE:
            late.append(clip.segment)
            assert clip.tempo == MAX_TEMPO or take.original, "late only at the highest tempo"
    assert [overrun.segment for overrun in timeline.overruns] == late
    assert all(overrun.seconds > 0 for overrun in timeline.overruns)


@given(ROWS, st.floats(0, 5))
def test_haste_only_where_time_is_short(rows: list[tuple[float, float, float, bool]], tail: float) -> None:
    takes = takes_of(rows)
    clips = fit(takes, "en", takes[-1].segment.span.end + tail).clips
    deadlines = [take.segment.span.start for take in takes[1:]]
    for clip, take, deadline in zip(clips, takes, deadlines, strict=False):
        if clip.tempo > 1:
            assert clip.start + take.duration > deadline - BREATH - TOLERANCE, "it would have fitted as it was"
        if clip.tempo < 1:
            assert clip.end <= take.segment.span.end + TOLERANCE, "drawn out no further than she speaks"


def test_nothing_said_is_silence_of_the_same_length() -> None:
    timeline = fit([], "en", 7.5)
    assert (timeline.duration, timeline.clips, timeline.overruns, timeline.tempos) == (7.5, (), (), (1.0, 1.0))


def test_a_sentence_borrows_the_pause_before_it_hurries() -> None:
    takes = [Take(Segment(Span(0, 2), "a"), 3.0), Take(Segment(Span(4, 5), "b"), 1.0)]
    first, second = fit(takes, "en", 6.0).clips
    assert (first.tempo, second.start) == (1.0, 4.0)


def test_a_short_sentence_is_drawn_out_towards_the_source() -> None:
    (clip,) = fit([Take(Segment(Span(0, 3), "a"), 1.0)], "en", 4.0).clips
    assert clip.tempo == MIN_TEMPO


def test_what_cannot_fit_pushes_and_is_reported() -> None:
    takes = [Take(Segment(Span(0, 1), "a"), 5.0), Take(Segment(Span(1, 2), "b"), 1.0)]
    timeline = fit(takes, "en", 2.0)
    assert timeline.clips[1].start == pytest.approx(4.0)
    assert [o.seconds for o in timeline.overruns] == pytest.approx([3.0, 2.8])
