"""Readings of one caption that agree on one, and what is doubted of it."""

from __future__ import annotations

import pytest

from pitchgen.core.box import WHOLE
from pitchgen.core.footage import OldCaption, Reading, Still
from pitchgen.stages.follow import Apart, Seen, Stretch
from pitchgen.stages.join import joined
from pitchgen.stages.vote import voted


def reading(text: str, *probabilities: float) -> Reading:
    """With 0.999 where no probability is given."""
    return Reading(text, (*probabilities, *[0.999] * (len(text) - len(probabilities))))


@pytest.mark.parametrize(
    ("first", "other", "hidden", "text"),
    [
        (reading("十三块八"), reading("十二块八"), False, "十二块八"),
        (reading("十三块八"), reading("十二块八", 0.9, 0.3), False, "十三块八"),
        (reading("十二块八"), reading("十三块八"), False, "十二块八"),
        (reading("吕十块钱", 0.5), reading("二十块钱"), False, "二十块钱"),
        (reading("长12米"), reading("长1.2米"), False, "长1.2米"),
        (reading("长12米"), reading("长1.2米", 0.9, 0.9, 0.3), False, "长12米"),
        (reading("单价两块"), reading("草价两块"), False, "单价两块"),
        (reading("元包邮"), reading("12.8元包邮"), False, "元包邮"),
        (reading("元包邮"), reading("12.8元包邮"), True, "12.8元包邮"),
        (reading("元包邮"), reading("12.8元包邮", 0.4), True, "元包邮"),
    ],
)
def test_what_is_agreed_on(first: Reading, other: Reading, hidden: bool, text: str) -> None:
    assert voted(first, [other], hidden=hidden).reading.text == text


def test_another_reading_of_a_bar_is_contested_and_one_that_agrees_makes_it_surer() -> None:
    vote = voted(reading("十三块", 0.99, 0.8), [reading("十二块")], hidden=False)
    assert (vote.reading.text, vote.contested) == ("十二块", {1})
    vote = voted(reading("十三块", 0.99, 0.8), [reading("十三块")], hidden=False)
    assert (vote.reading.probabilities[1], vote.contested) == (0.999, frozenset())


def caption(read: Reading, *others: Reading, behind: bool = False, hidden: bool = False) -> OldCaption:
    """One that stood for a second and was read so, and so by its colour."""
    stills = [Still(i / 10, None) for i in range(10)]  # type: ignore[arg-type]
    stretch = Stretch(stills, [Seen(read, "", WHOLE)] * 2, Apart(others, behind, hidden))
    (found,) = joined([stretch], 0.1)
    return found


def test_bars_are_doubted_where_something_behind_has_the_colour_of_letters() -> None:
    assert caption(reading("十三块"), reading("十三块"), behind=True).unsure == ("三",)
    assert caption(reading("十三块"), reading("十三块")).unsure == ()
    assert caption(reading("十五块"), behind=True).unsure == ()


@pytest.mark.parametrize("other", ["长1.2米", "长2米", "长112米", "长12分"])
def test_a_figure_more_or_less_in_another_reading_is_doubted(other: str) -> None:
    assert caption(reading("长12米"), reading(other)).unsure


def test_what_was_hardly_read_beside_a_figure_may_be_one() -> None:
    assert caption(reading("吕十块", 0.5)).unsure == ("吕",)
    assert caption(reading("吕色好看", 0.5)).unsure == ()


def test_a_caption_whose_letters_may_be_lost_says_so() -> None:
    assert caption(reading("元包邮"), hidden=True).hidden
    assert not caption(reading("元包邮")).hidden
