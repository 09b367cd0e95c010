"""The picture waits for what is said no longer than it takes, and time never runs backwards."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pitchgen.core.clock import Clock, Wait
from pitchgen.core.transcript import Segment, Span
from pitchgen.stages.absorb import ABSORBERS, SHORTEST, SLOWEST, by_holding, by_slowing
from pitchgen.stages.fit import HASTY, MAX_TEMPO, Take, fit

ROWS = st.lists(st.tuples(st.floats(0, 2), st.floats(0.3, 5), st.floats(0.3, 9)), min_size=1, max_size=12)


def takes_of(rows: list[tuple[float, float, float]]) -> tuple[list[Take], float]:
    """Rows of pause, source length and spoken length; and when the video ends."""
    takes, clock = [], 0.0
    for pause, length, spoken in rows:
        takes.append(Take(Segment(Span(clock + pause, clock + pause + length), "text"), spoken))
        clock += pause + length
    return takes, clock + 0.5


def on(clock: Clock, takes: list[Take]) -> list[Take]:
    return [Take(Segment(clock.span(take.segment.span), "text"), take.duration) for take in takes]


@settings(deadline=None)
@given(ROWS, st.sampled_from(sorted(ABSORBERS)))
def test_time_runs_forward(rows: list[tuple[float, float, float]], name: str) -> None:
    takes, duration = takes_of(rows)
    clock = ABSORBERS[name](takes, duration)
    assert all(a.end <= b.start for a, b in pairwise(clock.waits))
    moments = [i * duration / 50 for i in range(51)]
    assert all(clock.at(b) - clock.at(a) >= b - a - 1e-9 for a, b in pairwise(moments))
    assert clock.at(duration) == pytest.approx(duration + clock.added)


@settings(deadline=None)
@given(ROWS)
def test_where_a_frame_is_held_nothing_overruns(rows: list[tuple[float, float, float]]) -> None:
    takes, duration = takes_of(rows)
    clock = by_holding(takes, duration)
    timeline = fit(on(clock, takes), "en", clock.at(duration))
    assert all(overrun.seconds <= SHORTEST for overrun in timeline.overruns)


@settings(deadline=None)
@given(ROWS)
def test_only_pauses_are_slowed_and_only_a_little(rows: list[tuple[float, float, float]]) -> None:
    takes, duration = takes_of(rows)
    for wait in by_slowing(takes, duration).waits:
        assert wait.seconds <= SLOWEST * (wait.end - wait.start) + 1e-9
        assert all(take.segment.span.overlap(Span(wait.start, wait.end)) < 1e-9 for take in takes)


def test_what_fits_waits_for_nothing() -> None:
    takes, duration = takes_of([(0.3, 3.0, 3.1), (0.4, 2.0, 2.0)])
    assert not any(absorb(takes, duration).waits for absorb in ABSORBERS.values())


def test_a_frame_is_held_for_what_is_lacking() -> None:
    takes, duration = takes_of([(0.0, 2.0, 4.0), (0.0, 2.0, 2.0)])
    timeline = fit(takes, "en", duration)
    assert timeline.clips[0].tempo == pytest.approx(MAX_TEMPO)
    (wait,) = by_holding(takes, duration).waits
    assert (wait.start, wait.end) == (2.0, 2.0)
    assert wait.seconds == pytest.approx(4.0 / HASTY - 2.0)


def test_a_clock_with_a_held_frame_and_a_slowed_part() -> None:
    clock = Clock((Wait(1, 1, 0.5), Wait(2, 3, 0.1)))
    assert [clock.at(t) for t in (0.9, 1.0, 2.0, 2.5, 3.0, 4.0)] == pytest.approx([0.9, 1.5, 2.5, 3.05, 3.6, 4.6])
    assert clock.span(Span(0.5, 1.0)) == Span(0.5, 1.5)
