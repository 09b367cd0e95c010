"""Whatever is said for however long: in order, never overlapping, never cut, never hurried beyond bounds, and at the
least cost: the naive ways of placing it never cost less."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pitchgen.core.timeline import TOLERANCE, Clip, Timeline
from pitchgen.core.transcript import Segment, Span
from pitchgen.stages.fit import EARLY, LATE, MAX_TEMPO, MIN_TEMPO, Take, cost, fit

NEARLY = 1e-3  # of a cost, and seconds: what the solver's own accuracy and the last sample may make

ROWS = st.lists(
    st.tuples(st.floats(0, 2), st.floats(0.05, 6), st.floats(0.05, 12), st.booleans()),
    min_size=1,
    max_size=25,
)
FEW = st.lists(st.tuples(st.floats(0, 1), st.floats(0.5, 3), st.floats(0.5, 4), st.just(False)), min_size=1, max_size=2)


def takes_of(rows: list[tuple[float, float, float, bool]]) -> list[Take]:
    """Rows of pause, source length, spoken length and whether the original is kept."""
    takes, clock = [], 0.0
    for pause, length, spoken, original in rows:
        span = Span(clock + pause, clock + pause + length)
        takes.append(Take(Segment(span, "text"), length if original else spoken, original))
        clock = span.end
    return takes


def dues(takes: list[Take], duration: float) -> list[float]:
    """When each should have ended at the latest."""
    return [*(take.segment.span.start + LATE for take in takes[1:]), duration]


@settings(deadline=None)
@given(ROWS, st.floats(0, 5))
def test_promises(rows: list[tuple[float, float, float, bool]], tail: float) -> None:
    takes = takes_of(rows)
    duration = takes[-1].segment.span.end + tail
    timeline = fit(takes, "en", duration)
    assert [clip.segment for clip in timeline.clips] == [take.segment for take in takes]
    assert all(a.end <= b.start + TOLERANCE for a, b in pairwise(timeline.clips))
    assert timeline.duration >= max(duration, timeline.clips[-1].end) - TOLERANCE
    late = []
    unavoidable = 0.0  # when the one before ends, were all said at the highest tempo as soon as may be
    for clip, take, due in zip(timeline.clips, takes, dues(takes, duration), strict=True):
        assert clip.start >= take.segment.span.start - EARLY - TOLERANCE
        assert clip.duration == take.duration, "never cut"
        assert MIN_TEMPO <= clip.tempo <= MAX_TEMPO
        assert clip.tempo == 1.0 or not take.original
        unavoidable = max(take.segment.span.start, unavoidable) + take.shortest
        if clip.end > due + NEARLY:
            late.append(clip.segment)
            assert clip.end <= unavoidable + NEARLY, "late only where no allowed tempo would do"
    assert [overrun.segment for overrun in timeline.overruns] == late
    assert all(overrun.seconds > 0 for overrun in timeline.overruns)


def one_by_one(takes: list[Take], duration: float) -> Timeline:
    """The greedy way: as soon as may be, as slow as the next one lets it."""
    clips: list[Clip] = []
    clock = 0.0
    deadlines = [*(take.segment.span.start for take in takes[1:]), duration]
    for take, deadline in zip(takes, deadlines, strict=True):
        start = max(take.segment.span.start, clock)
        room = max(deadline - start, take.duration / MAX_TEMPO)
        tempo = 1.0 if take.original else max(1.0, min(MAX_TEMPO, take.duration / room))
        clips.append(Clip(take.segment, start, take.duration, tempo, take.original))
        clock = clips[-1].end
    return Timeline("en", max(duration, clock), tuple(clips))


@settings(deadline=None)
@given(ROWS, st.floats(0, 5))
def test_placing_one_after_the_other_never_costs_less(
    rows: list[tuple[float, float, float, bool]], tail: float
) -> None:
    takes = takes_of(rows)
    duration = takes[-1].segment.span.end + tail
    greedy = cost(takes, one_by_one(takes, duration))
    assert cost(takes, fit(takes, "en", duration)) <= greedy * (1 + NEARLY) + NEARLY


@settings(deadline=None, max_examples=40)
@given(FEW, st.floats(0, 2))
def test_no_point_of_a_grid_costs_less(rows: list[tuple[float, float, float, bool]], tail: float) -> None:
    takes = takes_of(rows)
    duration = takes[-1].segment.span.end + tail
    found = fit(takes, "en", duration)
    best = cost(takes, found)
    due = [max(limit, clip.end) for limit, clip in zip(dues(takes, duration), found.clips, strict=True)]
    starts = [take.segment.span.start + np.linspace(-EARLY, 2 * LATE, 9) for take in takes]
    for places in product(*starts):
        for tempos in product(np.linspace(MIN_TEMPO, MAX_TEMPO, 7), repeat=len(takes)):
            rows_ = zip(takes, places, tempos, strict=True)
            clips = [Clip(t.segment, float(at), t.duration, float(tempo)) for t, at, tempo in rows_]
            allowed = clips[0].start >= 0 and all(c.end <= d for c, d in zip(clips, due, strict=True))
            if allowed and all(a.end <= b.start for a, b in pairwise(clips)):
                assert best <= cost(takes, Timeline("en", max(duration, clips[-1].end), tuple(clips))) + NEARLY


@settings(deadline=None)
@given(ROWS, st.floats(0, 5), st.floats(0, 3))
def test_a_longer_video_never_costs_more(
    rows: list[tuple[float, float, float, bool]], tail: float, more: float
) -> None:
    takes = takes_of(rows)
    duration = takes[-1].segment.span.end + tail
    short, long = (cost(takes, fit(takes, "en", seconds)) for seconds in (duration, duration + more))
    assert long <= short * (1 + NEARLY) + NEARLY


@settings(deadline=None)
@given(ROWS, st.floats(0, 5), st.floats(1, 1000))
def test_when_a_pitch_begins_does_not_matter(
    rows: list[tuple[float, float, float, bool]], tail: float, later: float
) -> None:
    takes = takes_of([(rows[0][0] + 1, *rows[0][1:]), *rows[1:]])
    moved = takes_of([(rows[0][0] + 1 + later, *rows[0][1:]), *rows[1:]])
    end = takes[-1].segment.span.end + tail
    assert cost(moved, fit(moved, "en", end + later)) == pytest.approx(
        cost(takes, fit(takes, "en", end)), rel=NEARLY, abs=NEARLY
    )


def test_the_same_takes_give_the_same_timeline() -> None:
    takes = takes_of([(0.3, 2.0 + i % 3, 2.5 + i % 2, False) for i in range(40)])
    assert fit(takes, "en", 200.0) == fit(takes, "en", 200.0)


def test_what_takes_as_long_as_hers_is_said_as_hers() -> None:
    takes = takes_of([(0.4, length, length, False) for length in (2.0, 1.5, 4.0)])
    timeline = fit(takes, "en", 20.0)
    assert cost(takes, timeline) == pytest.approx(0, abs=1e-6)
    assert [clip.start for clip in timeline.clips] == pytest.approx([0.4, 2.8, 4.7], abs=NEARLY)
    assert [clip.tempo for clip in timeline.clips] == pytest.approx([1, 1, 1], abs=NEARLY)


def test_nothing_said_is_silence_of_the_same_length() -> None:
    timeline = fit([], "en", 7.5)
    assert (timeline.duration, timeline.clips, timeline.overruns, timeline.tempos) == (7.5, (), (), (1.0, 1.0))
    assert cost([], timeline) == 0


def test_a_sentence_borrows_the_pause_before_it_hurries() -> None:
    takes = [Take(Segment(Span(0, 2), "a"), 2.6), Take(Segment(Span(4, 5), "b"), 1.0)]
    first, second = fit(takes, "en", 6.0).clips
    assert first.tempo < 1.12
    assert second.start == pytest.approx(4.0, abs=0.02)


def test_neighbours_share_the_haste_of_one() -> None:
    takes = takes_of([(0.2, 3.0, spoken, False) for spoken in (3.0, 3.9, 3.0)])
    before, hasty, after = (clip.tempo for clip in fit(takes, "en", 10.0).clips)
    assert before > 1.01 < after
    assert hasty < 3.9 / 3.2


def test_a_short_sentence_is_drawn_out_a_little() -> None:
    (clip,) = fit([Take(Segment(Span(0, 3), "a"), 2.0)], "en", 4.0).clips
    assert MIN_TEMPO <= clip.tempo < 0.99


def test_her_own_sound_stays_at_her_lips() -> None:
    takes = takes_of([(0.5, 2.0, 2.4, False), (0.1, 1.5, 1.5, True), (0.1, 2.0, 2.4, False)])
    kept = fit(takes, "en", 7.0).clips[1]
    assert kept.start == pytest.approx(takes[1].segment.span.start, abs=0.01)
    assert kept.tempo == 1.0


def test_a_line_without_a_length_has_a_place() -> None:
    takes = takes_of([(0.5, 1.0, 1.0, False), (0.2, 0.0, 0.0, True), (0.2, 1.0, 1.2, False)])
    assert fit(takes, "en", 4.0).clips[1].start == pytest.approx(1.7, abs=0.02)


def test_what_cannot_fit_pushes_and_is_reported() -> None:
    takes = [Take(Segment(Span(0, 1), "a"), 5.0), Take(Segment(Span(1, 2), "b"), 1.0)]
    timeline = fit(takes, "en", 2.0)
    assert timeline.clips[1].start == pytest.approx(4.0, abs=NEARLY)
    assert [o.seconds for o in timeline.overruns] == pytest.approx([3.0, 2.8], abs=NEARLY)
