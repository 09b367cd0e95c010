"""Chinese numbers, read and written, and Chinese text brought to one form."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Literal

LIMIT = 10**12
"""Numbers are read and written below this: 亿 is the largest unit that a sales pitch needs."""

DIGITS = "零一二三四五六七八九"
_VALUES = {
    **{character: value for value, character in enumerate(DIGITS)},
    **dict.fromkeys("〇○", 0),
    **dict.fromkeys("两兩", 2),
    "幺": 1,
    # the forms of banknotes and contracts, as invoices write them
    **{character: value for value, character in enumerate("零壹贰叁肆伍陆柒捌玖")},
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = (("亿", 10**8), ("万", 10**4))

NUMERAL = re.compile(r"(?:[零〇○一二两兩三四五六七八九幺壹贰叁肆伍陆柒捌玖十拾百佰千仟万亿点半]|\d[\d,]*(?:\.\d+)?)+")
"""A maximal run of what can stand in a number; `parse` decides whether it is one."""

_ARABIC = re.compile(r"(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
_POSITIONAL = re.compile(r"[零〇○一二三四五六七八九幺]{3,}")


def parse(text: str) -> Decimal | None:
    """The number that `text` is, as a whole; None where it is none.

    Reads formal and colloquial Chinese (一百二 is 120, 一万二 is 12000), banknote forms, digit by digit
    (二零二四), Arabic digits with thousands commas, and mixtures (1.2万). Covers 0 up to, not
    including, `LIMIT`.
    """
    if _ARABIC.fullmatch(text):
        value: Decimal | None = Decimal(text.replace(",", ""))
    elif _POSITIONAL.fullmatch(text):
        value = Decimal("".join(str(_VALUES[character]) for character in text))
    elif text == "半":
        value = Decimal("0.5")
    else:
        value = _large(text)
    return value if value is not None and value < LIMIT else None


def _large(text: str) -> Decimal | None:
    """A number with 亿 and 万, the colloquial tail (三亿五, 一万二) included."""
    for sign, size in _LARGE:
        head, found, tail = text.partition(sign)
        if not found:
            continue
        count = _coefficient(head)
        if count is None or not 0 < count < 10**4:
            return None
        rest = _tail(tail, size)
        return None if rest is None or rest >= size or (tail and "." in str(count)) else count * size + rest
    return _coefficient(text)


def _tail(text: str, size: int) -> Decimal | None:
    """What follows a unit worth `size`: nothing, a bare digit of the next lower unit, or a number."""
    if not text:
        return Decimal(0)
    if text in _VALUES or (len(text) == 1 and text.isdecimal()):
        digit = _digit(text)
        return Decimal(digit * size // 10) if digit else None
    zero = text[0] in "零〇○"
    return _large(text[1:] if zero else text)


def _coefficient(text: str) -> Decimal | None:
    """A number below 10000, perhaps with a decimal part after 点."""
    if _ARABIC.fullmatch(text):
        return Decimal(text.replace(",", ""))
    whole, point, fraction = text.partition("点")
    value = _section(whole)
    if value is None or not point:
        return None if value is None else Decimal(value)
    if not fraction or any(_digit(character) is None for character in fraction):
        return None
    return Decimal(f"{value}.{''.join(str(_digit(character)) for character in fraction)}")


def _section(text: str) -> int | None:
    """A whole number below 10000 made of 千, 百, 十 and digits."""
    total, unit, digit, zero = 0, 10**4, None, False
    for index, character in enumerate(text):
        if character in _UNITS:
            size = _UNITS[character]
            if size >= unit or (digit is None and not (size == 10 and (index == 0 or total))):
                return None
            total, unit, digit, zero = total + (1 if digit is None else digit) * size, size, None, False
        elif (value := _digit(character)) is None or digit is not None:
            return None
        elif value == 0:
            if len(text) == 1:
                return 0
            if zero or not total:
                return None
            zero = True
        else:
            digit = value
    if digit is None:
        return total if total and not zero else None
    # 一百二 is 120, but 一百零二 is 102, and a lone digit is itself
    return total + digit * (unit // 10 if total and not zero else 1)


def _digit(character: str) -> int | None:
    """The value of one digit, Chinese or Arabic."""
    if character in _VALUES:
        return _VALUES[character]
    return int(character) if character.isdecimal() and character.isascii() else None


def write(number: int, *, two: Literal["二", "两"] = "二") -> str:
    """`number` in Chinese characters; `two` is said for 2 before 百, 千, 万, 亿 and alone.

    Raises:
        ValueError: below 0 or not below `LIMIT`.
    """
    if not 0 <= number < LIMIT:
        raise ValueError(f"{number} is outside 0 to {LIMIT - 1}")
    if number == 2:
        return two
    for sign, size in _LARGE:
        count, rest = divmod(number, size)
        if count:
            head = (two if count == 2 else _write_section(count, two)) + sign
            # the zero tells 一万零五百 (10500) from the colloquial 一万五 (15000)
            return head + (("零" if rest < size // 10 else "") + _rest(rest, two) if rest else "")
    return _write_section(number, two)


def _rest(number: int, two: Literal["二", "两"]) -> str:
    """What follows a large unit: in full, because a bare leading 十 is not said there."""
    text = DIGITS[2] if number == 2 else write(number, two=two)
    return "一" + text if text.startswith("十") else text


def _write_section(number: int, two: str) -> str:
    """A number below 10000."""
    text, skipped = "", False
    for sign, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit = number // size % 10
        if not digit:
            skipped = bool(text)
            continue
        said = two if digit == 2 and size >= 100 else DIGITS[digit]
        text += ("零" if skipped else "") + said + sign
        skipped = False
    return (text[1:] if text.startswith("一十") else text) or DIGITS[0]


def normalise(text: str) -> str:
    """One form for what is said in one way: half-width, no spaces or quotes, two marks of pause.

    `，；：` become `,`; `、` stays; what ends a sentence becomes `。`, `!` or `?`.
    """
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(r"[\s“”\"‘’'《》【】「」()]+", "", text)
    text = re.sub(r"[;:~—…]+|-{2,}", ",", text).replace("俩", "两个").replace("仨", "三个")
    return re.sub(r"(?<!\d)\.|\.(?!\d)", "。", text)
