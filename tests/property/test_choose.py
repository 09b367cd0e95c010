"""The wordings that are chosen cost hardly more than the best of all combinations."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from pitchgen.core.transcript import Segment, Span
from pitchgen.stages.choose import UNLIKELIER, Choice, choose
from pitchgen.stages.fit import Take, cost, fit

OFF = 1.5  # what the grid and the change of tempo, which choosing does not count, may cost

ROWS = st.lists(
    st.tuples(
        st.sampled_from((0.1, 0.4, 1.0)),
        st.floats(1, 5),
        st.lists(st.floats(0.5, 1.7), min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=3,
)


def choices_of(rows: list[tuple[float, float, list[float]]]) -> tuple[list[Choice], float]:
    """Rows of pause, source length, and what each wording takes of it; and when the video ends."""
    choices, clock = [], 0.2
    for pause, length, parts in rows:
        choices.append(Choice(Span(clock, clock + length), tuple(length * part for part in parts)))
        clock += length + pause
    return choices, clock


def price(choices: list[Choice], chosen: tuple[int, ...], duration: float) -> float:
    """By `fit` itself."""
    takes = [Take(Segment(c.span, "text"), c.seconds[j]) for c, j in zip(choices, chosen, strict=True)]
    return cost(takes, fit(takes, "en", duration)) + UNLIKELIER * sum(chosen)


@settings(deadline=None, max_examples=40)
@given(ROWS)
def test_nearly_the_best_of_all_combinations(rows: list[tuple[float, float, list[float]]]) -> None:
    choices, duration = choices_of(rows)
    found = price(choices, choose(choices, duration), duration)
    every = product(*(range(len(choice.seconds)) for choice in choices))
    best = min(price(choices, chosen, duration) for chosen in every)
    assert found <= best * 1.25 + OFF


def test_the_likeliest_stays_where_it_fits() -> None:
    choices, duration = choices_of([(0.4, 3.0, [1.0, 0.98, 0.7]), (0.4, 2.0, [1.03, 1.0])])
    assert choose(choices, duration) == (0, 0)


def test_a_shorter_one_is_taken_where_the_first_takes_too_long() -> None:
    choices, duration = choices_of([(0.1, 3.0, [1.6, 1.5, 1.05]), (0.1, 3.0, [1.0, 0.8])])
    assert choose(choices, duration) == (2, 0)


def test_one_wording_each_is_no_choice() -> None:
    choices, duration = choices_of([(0.1, 3.0, [1.6]), (0.1, 3.0, [1.0])])
    assert choose(choices, duration) == (0, 0)
    assert choose([], duration) == ()


def test_a_video_without_an_end() -> None:
    choices, _ = choices_of([(0.1, 3.0, [1.6, 1.0])])
    assert choose(choices, float("inf")) == (1,)
