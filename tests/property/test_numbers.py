"""Chinese numbers: what is written is read back."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from pitchgen.languages import amounts
from pitchgen.languages.chinese import DIGITS, LIMIT, parse, write

NUMBERS = st.integers(0, LIMIT - 1) | st.integers(0, 12).map(lambda power: 10**power % LIMIT) | st.integers(0, 99_999)
TWOS: st.SearchStrategy[Literal["二", "两"]] = st.sampled_from(("二", "两"))


@given(NUMBERS, TWOS)
def test_a_written_number_is_read_back(number: int, two: Literal["二", "两"]) -> None:
    assert parse(write(number, two=two)) == number


@given(NUMBERS)
def test_arabic_digits_are_read_with_and_without_commas(number: int) -> None:
    assert parse(str(number)) == parse(f"{number:,}") == number


@given(st.integers(0, 9_999), st.text(DIGITS, min_size=1, max_size=4))
def test_decimals_keep_every_digit(whole: int, fraction: str) -> None:
    digits = "".join(str(DIGITS.index(character)) for character in fraction)
    assert parse(f"{write(whole)}点{fraction}") == Decimal(f"{whole}.{digits}")


@given(
    st.integers(1, 9),
    st.sampled_from([("百", 100), ("千", 1_000), ("万", 10_000), ("亿", 10**8)]),
    st.integers(1, 9),
)
def test_a_bare_tail_counts_the_next_lower_unit(head: int, unit: tuple[str, int], tail: int) -> None:
    sign, size = unit
    assert parse(DIGITS[head] + sign + DIGITS[tail]) == head * size + tail * size // 10


@given(st.text("零一二两三四五六七八九十百千万亿点半0123456789.,", max_size=12))
def test_anything_else_is_refused_without_a_crash(text: str) -> None:
    value = parse(text)
    assert value is None or 0 <= value < LIMIT


@given(st.integers(1, 999), st.integers(0, 9), st.integers(0, 9), TWOS)
def test_prices_are_exact(yuan: int, jiao: int, fen: int, two: Literal["二", "两"]) -> None:
    tail = (f"{DIGITS[jiao]}毛" if jiao else "") + (f"{DIGITS[fen]}分" if fen else "")
    text = f"{write(yuan, two=two)}块{tail}"
    end, price = amounts.money(text, 0)[0]
    assert end == len(text)
    assert price.amount.low == Decimal(yuan) + Decimal(jiao) / 10 + Decimal(fen) / 100


@given(st.integers(1, 9), st.integers(0, 9))
def test_a_discount_says_what_is_taken_off(tens: int, ones: int) -> None:
    text = f"打{DIGITS[tens]}{DIGITS[ones] if ones else ''}折"
    assert amounts.discount(text, 0)[0][1].amount.low == 100 - tens * 10 - ones
