"""The small recogniser: what its network says is made into sentences, and what is not sure is refused or doubted."""

from __future__ import annotations

import numpy as np
import pytest

from pitchgen.core.errors import UnsupportedError
from pitchgen.core.transcript import Doubt
from pitchgen.dsp.mel import RATE, log_mel
from pitchgen.engines.transcribe.embedded import FRAME, Character, _collapsed, _refuse_unsure, _sentences


def test_repeats_and_blanks_are_taken_out() -> None:
    logits = np.full((6, 3), -9.0, np.float32)
    for frame, symbol in enumerate([0, 1, 1, 0, 1, 2]):
        logits[frame, symbol] = 9
    found = list(_collapsed(logits, "你好", 1.0))
    assert [character.text for character in found] == ["你", "你", "好"]
    assert [round(character.time, 2) for character in found] == [1.04, 1.16, 1.2]


def test_pauses_make_clauses_and_sentences() -> None:
    quiet = np.zeros(100, np.bool_)
    quiet[11:15] = True  # 0.16 s
    quiet[21:35] = True  # 0.56 s
    said = [Character(text, at * FRAME, 0.99) for text, at in zip("你好我是", (5, 9, 18, 38), strict=True)]
    first, second = _sentences(said, quiet)
    assert (first.text, second.text) == ("你好，我。", "是。")
    assert first.span.end < second.span.start


def test_a_figure_that_is_not_sure_is_doubted() -> None:
    said = [Character("三", 0.1, 0.6), Character("块", 0.3, 0.99)]
    (segment,) = _sentences(said, np.zeros(50, np.bool_))
    assert segment.doubt is Doubt.UNSURE


def test_the_bands_are_those_of_the_samples() -> None:
    bands = log_mel(np.zeros(RATE, np.float32))
    assert bands.shape == (100, 64)
    tone = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE).astype(np.float32)
    loudest = log_mel(tone).mean(axis=0).argmax()
    assert 18 <= loudest <= 28


@pytest.mark.parametrize(
    ("probabilities", "pace"),
    [((), 4.0), ((0.5, 0.6, 0.7), 4.0), ((0.99,) * 9 + (0.3, 0.3, 0.3), 4.0), ((0.99, 0.99, 0.99), 20.0)],
)
def test_what_is_not_sure_is_refused_with_the_ways_forward(probabilities: tuple[float, ...], pace: float) -> None:
    stretches = [
        [Character("好", 0.0, p) for p in probabilities[:9]],
        [Character("好", 1.0, p) for p in probabilities[9:]],
    ]
    with pytest.raises(UnsupportedError, match=r"clear synthetic speech and no people.*--script"):
        _refuse_unsure(stretches, pace)
