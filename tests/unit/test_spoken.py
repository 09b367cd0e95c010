"""Figures and units in words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitchgen.languages.figures import decimal
from pitchgen.languages.reading import read
from pitchgen.languages.spoken import digit_by_digit, spelled, units_in_words

NEURAL = (
    "ar",
    "de",
    "el",
    "en",
    "es",
    "fr",
    "he",
    "hi",
    "hu",
    "it",
    "ko",
    "ms",
    "nl",
    "pl",
    "pt",
    "ru",
    "sv",
    "sw",
    "tr",
)
"""Languages that XTTS or Chatterbox speaks and whose number words are read back by the checker."""


@pytest.mark.parametrize("code", NEURAL)
@pytest.mark.parametrize("number", [*range(13), 20, 21, 35, 48, 99, 100])
def test_numbers_in_words_are_read_back_as_the_same(code: str, number: int) -> None:
    text = spelled(f"– {number} –", code)
    assert not any(map(str.isdecimal, text))
    found = [value for figure in read(text, code, ()).spelled for value in figure.values]
    assert Decimal(number) in found, text


@pytest.mark.parametrize("code", [*NEURAL, "kk", "uk", "uz", "zh"])
def test_the_point_of_a_price_is_said(code: str) -> None:
    whole, price, half = (spelled(decimal(Decimal(number), code), code) for number in ("3", "3.5", "5"))
    assert price.startswith(whole)
    assert len(price) > len(whole) + len(half), f"nothing between the parts: {price}"


@pytest.mark.parametrize(
    ("code", "written", "said"),
    [
        ("fr", "à partir de 12 000 paires", "à partir de douze mille paires"),
        ("de", "12.000 Paar", "zwölftausend Paar"),
        ("ru", "2,75 юаня", "две целых семьдесят пять сотых юаня"),
        ("uz", "350 dona, 1200 dona", "uch yuz ellik dona, ming ikki yuz dona"),
        ("sv", "1200 par", "ettusen tvåhundra par"),
        ("fr", "tél. 13800138000", "tél. un trois huit zéro zéro un trois huit zéro zéro zéro"),
        ("en", "model A12", "model A twelve"),
        ("ar", "٣٫٥ يوان", "ثلاثة فاصل خمسة يوان"),
    ],
)
def test_figures_are_said_as_a_person_says_them(code: str, written: str, said: str) -> None:
    assert spelled(written, code) == said


@pytest.mark.parametrize(
    ("code", "written", "said"),
    [
        ("de", "5 cm, 20%", "5 Zentimeter, 20 Prozent"),
        ("uk", "1 кг, 2 кг, 5 кг", "1 кілограм, 2 кілограми, 5 кілограмів"),
        ("tr", "20%", "yüzde 20"),
        ("de", "12.000 g", "12.000 Gramm"),
        ("es", "2 m²", "2 m²"),
        ("sw", "30 cm", "30 cm"),  # CLDR has no long name
        ("de", "ohne Zahl: cm", "ohne Zahl: cm"),
    ],
)
def test_units_are_in_full(code: str, written: str, said: str) -> None:
    assert units_in_words(written, code) == said


@given(st.integers(0, 10**12))
def test_only_long_codes_are_set_apart(number: int) -> None:
    written = str(number)
    assert digit_by_digit(written).replace(" ", "") == written
    assert (" " in digit_by_digit(written)) == (len(written) > 6)
