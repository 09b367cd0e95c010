"""Where captions stand and what their lines say, by sightings that a network gave or might give."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pitchgen.core.box import Box
from pitchgen.core.footage import Reading
from pitchgen.stages.lines import caption_of
from pitchgen.stages.strip import Sighting, Strip, find_strip

TEXTS = ("大家好欢迎来到我们店铺", "一千双以上两块八", "一箱240双，起订100双", "单价12.8元包邮", "现货三天内发货")
LOOKS = [1.25 * i for i in range(8)]  # seconds
LETTER, LINE, TOP = 0.04, 0.035, 0.75  # of the frame


def seen(at: float, text: str, left: float) -> Sighting:
    box = Box(left, TOP, left + LETTER * len(text), TOP + LINE)
    return Sighting(at, box, Reading(text, (0.99,) * len(text)))


def centred(text: str) -> float:
    return 0.5 - LETTER * len(text) / 2


@pytest.mark.parametrize("shown", [(11, 8, 11, 9, 7), (8, 8, 7, 5, 7), (6, 8, 8, 9, 4)])
def test_lines_that_come_letter_by_letter_are_meant_to_be_in_the_middle(shown: Sequence[int]) -> None:
    """At the moments of five looks so many letters are there."""
    sightings = [
        seen(1.25 * i, text[:count], centred(text)) for i, (text, count) in enumerate(zip(TEXTS, shown, strict=True))
    ]
    strip = find_strip(sightings, LOOKS)
    assert strip
    assert strip.centre == 0.5
    assert all(strip.holds(seen(0, text, centred(text)).box) for text in TEXTS)


def test_lines_that_begin_at_one_place() -> None:
    strip = find_strip([seen(1.25 * i, text, 0.1) for i, text in enumerate(TEXTS)], LOOKS)
    assert strip
    assert (strip.centre, strip.left) == (None, pytest.approx(0.1))


def test_lines_that_are_centred_elsewhere() -> None:
    strip = find_strip([seen(1.25 * i, text, centred(text) - 0.1) for i, text in enumerate(TEXTS)], LOOKS)
    assert strip
    assert strip.centre == pytest.approx(0.4)


@pytest.mark.parametrize("at", [(0, 2, 5, 7), (2,), (2, 3, 4)])
def test_a_sign_is_no_caption_even_if_it_cannot_always_be_seen(at: Sequence[int]) -> None:
    assert find_strip([seen(LOOKS[i], TEXTS[0], centred(TEXTS[0])) for i in at], LOOKS) is None


@pytest.mark.parametrize(
    ("read", "text"),
    [
        ("、有红色、黑色", "有红色、黑色"),
        ("支持信用证\u3000", "支持信用证"),
        ("支持 OEM 定制", "支持OEM定制"),
        ("一箱240双,起订100双", "一箱240双，起订100双"),
    ],
)
def test_what_no_line_of_a_caption_has(read: str, text: str) -> None:
    strip = Strip(Box(0, 0.7, 1, 0.8), LINE, 0.5, 0.2)
    reading = Reading(read, (0.99,) * len(read))
    found = caption_of([Box(0.2, 0.3, 0.8, 0.65)], strip, 5.0, lambda _: [reading])
    assert found
    assert found.reading.text == text
