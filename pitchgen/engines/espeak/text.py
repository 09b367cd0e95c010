"""Writing numbers and units so that espeak-ng reads them as a person would.

Each rule mends a reading that was found wrong in the phonemes of espeak-ng 1.52: in Russian `10 000` is
"ten, zero, zero, zero" (in French too, with a no-break space) and `12,75` "twelve and seven five tenths";
`35 cm` is "see em"; Mandarin reads `%` in English and leaves out the point of 3.5, as Hebrew, Kazakh, Korean and
Ukrainian do; Uzbek reads 350 as "three, five, zero".
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from pitchgen.languages.spoken import digit_by_digit, spelled, units_in_words

_MISREAD = frozenset({"he", "kk", "ko", "uk", "uz"})
"""Languages that get their numbers in words. The others espeak-ng reads rightly, by itself or by the rules here, and
inflects some, which words from elsewhere do not."""
_READ_SYMBOLS = frozenset("°℃№©®™")  # the other pictures are decoration: nobody says them


@dataclass(frozen=True, slots=True)
class _Words:
    """What is said for what is written behind a number."""

    units: dict[str, str]
    currencies: dict[str, str]
    times: str
    """Between the two sides of 20 × 30."""
    to: str | None = None
    """Between the ends of 3-5; None where espeak-ng's own reading is right."""


_METRIC = ("mm", "cm", "m", "km", "g", "kg", "ml", "l", "pcs")


def _units(*names: str) -> dict[str, str]:
    return dict(zip(_METRIC, names, strict=True))


_WORDS = {
    "zh": _Words(
        _units("毫米", "厘米", "米", "公里", "克", "公斤", "毫升", "升", "件"),
        {"¥": "元", "$": "美元", "€": "欧元"},
        times="乘",
        to="到",
    ),
    "en": _Words(
        _units(
            "millimetres",
            "centimetres",
            "metres",
            "kilometres",
            "grams",
            "kilos",
            "millilitres",
            "litres",
            "pieces",
        ),
        {"¥": "yuan", "$": "dollars", "€": "euros"},
        times="by",
        to="to",
    ),
    "fr": _Words(
        _units(
            "millimètres",
            "centimètres",
            "mètres",
            "kilomètres",
            "grammes",
            "kilos",
            "millilitres",
            "litres",
            "pièces",
        ),
        {"¥": "yuans", "$": "dollars", "€": "euros"},
        times="sur",
        to="à",
    ),
    "ru": _Words(
        _units(
            "миллиметров",
            "сантиметров",
            "метров",
            "километров",
            "граммов",
            "килограммов",
            "миллилитров",
            "литров",
            "штук",
        )
        | {"мм": "миллиметров", "см": "сантиметров", "м": "метров", "км": "километров", "г": "граммов"}
        | {"кг": "килограммов", "мл": "миллилитров", "л": "литров", "шт": "штук", "руб": "рублей"},
        {"¥": "юаней", "$": "долларов", "€": "евро"},
        times="на",
    ),
}

_GROUPS = re.compile(r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f\u2009]\d{3})+(?!\d)")
_ROUND = re.compile(r"(?<=\d)[.,]00(?!\d)")
_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_HUNDREDTHS = re.compile(r"(?<![\d,.])(\d+),(\d\d)(?![\d,])")
_NUMBER = r"\d+(?:[.,]\d+)*"
_PERCENT = re.compile(rf"({_NUMBER})\s*[%％]")
_SIDES = re.compile(r"(?<=\d)\s*[×xX*х]\s*(?=\d)")  # the last one is Cyrillic
_RANGE = re.compile(rf"(?<![\w-])({_NUMBER})\s*[-–—~～]\s*({_NUMBER})(?![\w-]*-)")
_MONEY_BEFORE = re.compile(rf"(?:CN|US)?([¥￥$€])\s*({_NUMBER})")
_MONEY_BEHIND = re.compile(rf"({_NUMBER})\s*([¥￥$€])")


def speakable(text: str, language: str) -> str:
    """`text` as espeak-ng should be given it: the same words, with units and groups of digits spelled out.

    Pictures such as emoji are left out. A language without a row above has CLDR's names of units and keeps its
    currency signs; with no language all stays but pictures and groups.
    """
    plain = "".join(c for c in text if not _is_picture(c))
    plain = _GROUPS.sub(lambda match: re.sub(r"\s", "", match[0]), digit_by_digit(plain))
    plain = _ROUND.sub("", plain)
    if language and language not in _WORDS:
        full = units_in_words(plain, language)
        return spelled(full, language) if language in _MISREAD else full
    if not language:
        return plain
    words = _WORDS[language]
    if language == "zh":
        plain = _POINT.sub("点", _PERCENT.sub(r"百分之\1", plain))
    if language == "ru":
        plain = _HUNDREDTHS.sub(_hundredths, plain)
    plain = _SIDES.sub(f" {words.times} ", plain)
    if words.to:
        plain = _RANGE.sub(rf"\1 {words.to} \2", plain)
    plain = _MONEY_BEFORE.sub(lambda match: f"{match[2]} {_currency(match[1], words)}", plain)
    plain = _MONEY_BEHIND.sub(lambda match: f"{match[1]} {_currency(match[2], words)}", plain)
    names = "|".join(sorted(words.units, key=len, reverse=True))
    measured = re.compile(rf"(?<=\d)\s*({names})(?![a-zA-Zа-яёА-ЯЁ²³])")
    return measured.sub(lambda match: f" {words.units[match[1]]}", plain)


def _hundredths(match: re.Match[str]) -> str:
    """12,75 as 12 и 75 сотых, 2,50 as 2,5: espeak-ng would say "twelve and seven five tenths"."""
    whole, part = match[1], match[2]
    return f"{whole},{part[0]}" if part.endswith("0") else f"{whole} и {int(part)} сотых"


def has_speech(text: str) -> bool:
    """Whether anything in `text` is a letter or a digit."""
    return any(map(str.isalnum, text))


def _currency(sign: str, words: _Words) -> str:
    return words.currencies["¥" if sign == "￥" else sign]


def _is_picture(character: str) -> bool:
    """An emoji or another symbol that is not read, with what joins and varies emoji."""
    if character in _READ_SYMBOLS:
        return False
    kind = unicodedata.category(character)
    return kind in ("So", "Sk", "Co", "Cn", "Cs") or character in "\u200d\ufe0e\ufe0f\u20e3"
