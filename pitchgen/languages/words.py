"""What units, currencies, halves, small numbers, months and weekdays are called in each language."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # type: ignore[import-not-found, unused-ignore]  # newer Pythons lack it

from pitchgen.languages.spelling import by_num2words, spell

_HAND = Path(__file__).parent / "reading.toml"
_PHRASEBOOK = Path(__file__).parent / "units.toml"
"""Written by scripts/collect_units.py from the phrasebook's units, so that what it writes is read."""

CLDR_UNITS = {
    **{name: f"duration-{name}" for name in ("second", "minute", "hour", "day", "week", "month", "year")},
    **{"metre": "length-meter", "centimetre": "length-centimeter", "millimetre": "length-millimeter"},
    **{"inch": "length-inch", "foot": "length-foot", "kilometre": "length-kilometer"},
    **{"gram": "mass-gram", "kilogram": "mass-kilogram", "tonne": "mass-tonne", "carat": "mass-carat"},
    **{"millilitre": "volume-milliliter", "litre": "volume-liter", "cubic_metre": "volume-cubic-meter"},
    **{"square_metre": "area-square-meter", "watt": "power-watt", "kilowatt": "power-kilowatt"},
    **{"volt": "electric-volt", "percent": "concentr-percent", "gigabyte": "digital-gigabyte"},
    "degree": "temperature-celsius",
}
CURRENCIES = {
    **{"yuan": "CNY", "dollar": "USD", "euro": "EUR", "ruble": "RUB", "pound_sterling": "GBP", "yen": "JPY"},
    **{"hong_kong_dollar": "HKD", "won": "KRW", "baht": "THB", "rupee": "INR", "dirham": "AED"},
}
"""Identifier -> ISO 4217."""
CENTS = {"fen": "yuan", "jiao": "yuan"}
"""Hundredths and tenths; in most languages `fen` is the word for any currency's cent."""
_COUNTS = (0, 1, 2, 3, 4, 5, 11, 20, 100, Decimal("1.5"))
"""One of each plural category of every language; Filipino counts what ends in 4, 6 or 9 by itself."""
_WRITTEN = (
    *(*range(101), *range(200, 1001, 100), *range(2000, 10_001, 1000)),
    *(1200, 1500, 2500, 20_000, 50_000, 100_000),
)
"""Numbers that a translator may spell; larger ones it writes in digits."""
_SHORT_WORDS = frozenset(
    [
        "in",
        "a",
        "o",
        "e",
        "y",
        "i",
        "u",
        "d",
        "do",
        "po",
        "an",
        "as",
        "at",
        "by",
        "de",
        "da",
        "du",
        "je",
        "la",
        "le",
        "na",
        "ne",
        "od",
        "on",
        "or",
        "os",
        "se",
        "si",
        "te",
        "to",
        "za",
        "ve",
        "в",
        "с",
        "к",
        "о",
        "у",
        "и",
        "за",
        "на",
        "по",
        "до",
    ]
)
"""Words that CLDR also has as abbreviations: `in` is an inch, and `a` a year in Spanish."""
_DECLINED = ("ru", "uk", "pl", "cs", "sk", "el")
"""Languages whose months have another form by themselves. Elsewhere Babel 2.18 may give Hebrew ones, once it has read
Hebrew: an alias of the root that it overwrites."""
_UNSPACED = frozenset({"ja", "th", "lo", "km", "my"})
"""Languages without spaces between words."""
_SUFFIXED = frozenset({"hu", "tr", "kk", "uz", "ko", "ta", "te", "bn"}) | _UNSPACED
"""Languages whose words run on without a space or take endings of all kinds: a word is known by how it begins."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language, folded as `fold_foreign` folds text."""

    code: str
    units: Mapping[str, frozenset[str]]
    """Word -> identifiers, whole words only."""
    stems: Mapping[str, frozenset[str]]
    """Beginning of a word -> identifiers."""
    halves: Mapping[str, frozenset[str]]
    half_stems: Mapping[str, frozenset[str]]
    numbers: Mapping[str, Decimal]
    scales: Mapping[str, Decimal]
    """thousand, lakh, 万: what the number before them is multiplied by."""
    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    """1 is Monday."""

    @property
    def suffixed(self) -> bool:
        """Whether words take endings or run on without a space."""
        return self.code in _SUFFIXED

    @property
    def unspaced(self) -> bool:
        """Whether no space stands between words."""
        return self.code in _UNSPACED


_SINO_KOREAN = frozenset("일이삼사오육칠팔구십")
_NATIVE_COUNTED = frozenset({"piece", "pair", "set", "hour"})
"""What Korean counts by its own numerals (두 켤레); by those of Chinese origin it counts money, days and floors."""


def misread(numeral: str, units: frozenset[str], code: str) -> bool:
    """Whether a Korean word only begins like a numeral and its unit: 사장 is a boss, four sheets are 네 장."""
    return code == "ko" and bool(units & _NATIVE_COUNTED) and unicodedata.normalize("NFC", numeral)[0] in _SINO_KOREAN


def fold_foreign(text: str) -> str:
    """Lower case, decomposed, digits of any script as 0 to 9, without marks of direction."""
    return "".join(fold_character(character) for character in text)


@cache
def fold_character(character: str) -> str:
    """One character of `fold_foreign`: none, one, or several."""
    if character in "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}":
        return "\N{NO-BREAK SPACE}"
    if character in "½٫٬" or unicodedata.category(character) == "Cf" or character == "ـ":
        return character if character in "½٫٬" else ""
    if (digit := unicodedata.decimal(character, None)) is not None:
        return str(digit)
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())


@cache
def words(code: str) -> Words:
    """The words of the language `code` (BCP-47)."""
    from babel import Locale
    from babel.dates import get_day_names, get_month_names

    locale = Locale.parse(code)
    exact: dict[str, set[str]] = {}
    stems: dict[str, set[str]] = {}
    for identifier, word in (*_from_cldr(locale), *_from_files(code)):
        table, key = (stems, word[:-1]) if word.endswith("~") else (exact, word)
        if folded := fold_foreign(key).replace("\N{NO-BREAK SPACE}", " ").strip():
            table.setdefault(folded, set()).add(identifier)
    halves = {word for word, names in exact.items() if "half" in names} | {"½"}
    return Words(
        code,
        {word: frozenset(names - {"half"}) for word, names in exact.items() if names - {"half"}},
        {word: frozenset(names - {"half"}) for word, names in stems.items() if names - {"half"}},
        {word: frozenset({"half"}) for word in halves},
        {word: frozenset({"half"}) for word, names in stems.items() if "half" in names},
        _numbers(code),
        _scales(locale),
        _names(get_month_names, code, first=0),
        _names(get_day_names, code, first=1),
    )


def _from_files(code: str) -> Iterator[tuple[str, str]]:
    hand = _table(_HAND)
    for section in (hand["all"], hand.get(code, {}), _table(_PHRASEBOOK).get(code, {})):
        for identifier, listed in section.items():
            if identifier not in ("numbers", "forms", "ordinals"):
                yield identifier, identifier
                yield from ((identifier, word.strip()) for word in listed.split(","))


@cache
def _table(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}


def _from_cldr(locale: Any) -> Iterator[tuple[str, str]]:
    """Units and currencies in all their plural forms."""
    from babel.numbers import get_currency_name, get_currency_symbol
    from babel.units import format_unit

    lengths: tuple[Literal["long", "short"], ...] = ("long", "short")
    for identifier, unit in CLDR_UNITS.items():
        for length in lengths:
            for count in _COUNTS:
                text = format_unit(count, unit, length=length, locale=locale, numbering_system="latn")
                word = re.sub(r"^\W*\d[\d.,٫]*\W*|\W*\d[\d.,٫]*\W*$", "", text)
                if length == "long" or word.casefold() not in _SHORT_WORDS:
                    yield identifier, "%" if "%" in text else word
    for identifier, currency in CURRENCIES.items():
        yield identifier, get_currency_symbol(currency, locale=locale)
        for count in _COUNTS:
            yield identifier, get_currency_name(currency, count=count, locale=locale)


def _numbers(code: str) -> dict[str, Decimal]:
    """Number words; empty where nothing knows them."""
    spelled: dict[str, Decimal] = {}
    listed = _table(_HAND).get(code, {}).get("numbers", "")
    spelled.update({word.strip(): Decimal(n) for n, word in enumerate(listed.split(","), 1) if word.strip()})
    spelled.update(_spelled(code))
    for pair in filter(None, _table(_HAND).get(code, {}).get("forms", "").split(", ")):
        word, number = pair.rsplit(" ", 1)
        spelled[word] = Decimal(number)
    return {fold_foreign(word).replace("-", " "): value for word, value in spelled.items()}


def listed_ordinals(code: str) -> dict[int, tuple[str, ...]]:
    """Number -> how its ordinals begin, where num2words knows none: from second on."""
    listed = _table(_HAND).get(code, {}).get("ordinals", "")
    return {n: tuple(map(fold_foreign, both.split("|"))) for n, both in enumerate(listed.split(", "), 2) if both}


def _spelled(code: str) -> dict[str, Decimal]:
    found = {}
    for number in reversed(_WRITTEN):  # of homonyms, the smaller number stays
        for word in (spell(number, code), by_num2words(number, code)):  # kırk sekiz, and kırksekiz
            if word:
                found[word] = Decimal(number)
    return found


def _scales(locale: Any) -> dict[str, Decimal]:
    """thousand, million, lakh, 万, from CLDR's compact notation."""
    from babel.numbers import format_compact_decimal

    scales: dict[str, Decimal] = (
        {"万": Decimal(10_000), "億": Decimal(10**8), "割": Decimal(10)} if locale.language == "ja" else {}
    )
    length: Literal["long", "short"] = "long" if "long" in locale.compact_decimal_formats else "short"
    for power in range(3, 10):
        for count in (1, 2, 5):
            number = count * 10**power
            text = format_compact_decimal(number, format_type=length, locale=locale)
            folded = fold_foreign(text)
            if (found := re.search(r"\d+", folded)) and not found.start() and int(found.group()) < number:
                word = folded[found.end() :].replace("\N{NO-BREAK SPACE}", " ").strip()
                if word and not (len(word) == 1 and word.isascii()):
                    scales.setdefault(word, Decimal(number) / int(found.group()))
    return scales


_LEAST_NAME = 2  # letters: the abbreviations of Thai weekdays stand in any word


def _names(named: Callable[..., Any], code: str, *, first: int) -> dict[str, int]:
    """Names of months or weekdays -> their number, in full and shortened; those that are digits are left out."""
    found: dict[str, int] = {}
    for context in ("format", "stand-alone") if code in _DECLINED else ("format",):
        for width in ("wide", "abbreviated"):
            for number, name in named(width, context=context, locale=code).items():
                folded = fold_foreign(name).rstrip(".")
                if len(folded) >= _LEAST_NAME and not any(character.isdecimal() for character in folded):
                    found.setdefault(folded, number + first)
    return found
