"""Prices in a buyer's currency: beside the yuan, never in their place, and never said."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from pitchgen.core.errors import InputError
from pitchgen.languages.conversion import Rate, rates, with_conversions, without_conversions
from pitchgen.languages.facts import facts
from pitchgen.recipes.make import make
from pitchgen.stages.verify import verify

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
DOLLARS = (Rate("USD", Decimal("7.1")),)


def shown(chinese: str, text: str, code: str, *, to: tuple[Rate, ...] = DOLLARS) -> str:
    found = with_conversions(text, verify(facts(chinese), text, code).matches, to, code)
    assert without_conversions(found) == text
    return found.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("chinese", "code", "text", "expected"),
    [
        ("三块五一双", "en", "3.5 yuan a pair", "3.5 yuan (≈ $0.49) a pair"),
        ("三块五一双", "de", "3,5 Yuan pro Paar", "3,5 Yuan (≈ 0,49 $) pro Paar"),
        ("二十到三十块", "en", "20 to 30 yuan", "20 to 30 yuan (≈ $2.82–$4.23)"),
        ("两毛钱一个", "en", "0.2 yuan each", "0.2 yuan (≈ $0.028) each"),
        ("五美金", "en", "5 US dollars", "5 US dollars"),
        (
            "三块五一双，一百双起批",
            "en",
            "3.5 yuan a pair, from 100 pairs",
            "3.5 yuan (≈ $0.49) a pair, from 100 pairs",
        ),
        ("三块五一双", "en", "35 yuan a pair", "35 yuan a pair"),  # a wrong price is not made more believable
    ],
)
def test_only_right_prices_in_yuan_are_converted(chinese: str, code: str, text: str, expected: str) -> None:
    assert shown(chinese, text, code) == expected


def test_yen_are_not_taken_for_yuan() -> None:
    assert shown("三块五", "3.5 yuan", "en", to=rates("jpy=0.045, eur=7.7")) == "3.5 yuan (≈ 78 JPY, €0.45)"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("usd", "as in usd=7.1"),
        ("cny=1", "none to convert to"),
        ("abc=3", "none to convert to"),
        ("usd=0", "above zero"),
    ],
)
def test_a_rate_that_is_none_is_refused(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        rates(text)


def test_captions_show_it_the_voice_does_not_say_it_and_an_edit_leaves_it_out(tmp_path: Path) -> None:
    settings = {"out": tmp_path / "out", "store": tmp_path / "store", "profile": "embedded"}
    plain = make(SAMPLES / "umbrella.mp4", ["en"], **settings)
    made = make(SAMPLES / "umbrella.mp4", ["en"], currency="usd=7.1", **settings)
    assert made.outputs[0].reused_voices == made.outputs[0].segments == plain.outputs[0].segments
    path = made.outputs[0].subtitles[0]
    text = path.read_text("utf-8")
    assert "yuan (≈\N{NO-BREAK SPACE}$" in text
    again = make(SAMPLES / "umbrella.mp4", ["en"], currency="usd=7.1", **settings)
    assert again.outputs[0].edited == 0
    path.write_text(text.replace("Hello", "Good day"), "utf-8")
    edited = make(SAMPLES / "umbrella.mp4", ["en"], currency="usd=7.1", **settings)
    assert edited.outputs[0].edited == 1
    assert edited.outputs[0].unsound == ()
    assert "yuan (≈" in path.read_text("utf-8")
