"""Numbers in words: by num2words, and by CLDR's rules where those know a language better."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import Any, Literal

BY_RULES = frozenset({"ar", "el", "fil", "hi", "ms", "sv", "sw", "ta", "th", "tr", "uz", "zh"})
"""Languages that num2words 0.5.14 lacks or gets wrong: 3.5 as 3.50 in Arabic and Turkish, 48 in Swedish.

Elsewhere it is the better one: the rules read 3,5 as "three whole zero" in Russian and Polish (unicode-rbnf 2.4.1).
"""
_NUM2WORDS = {"kk": "kz"}
"""BCP-47 -> num2words' own code, where they differ."""
_CARDINAL = "spellout-numbering"


def spell(number: Decimal | int, code: str) -> str | None:
    """`number` in words of the language `code` (BCP-47), a decimal point among them; None where nothing knows it."""
    return _by_rules(number, code) if code in BY_RULES else by_num2words(number, code)


def by_num2words(number: Decimal | int, code: str, to: Literal["cardinal", "ordinal"] = "cardinal") -> str | None:
    """As num2words spells it; None where it does not know the language or the number, or writes digits."""
    library: Any = import_module("num2words")  # has no types
    name = _NUM2WORDS.get(code, code)
    if name not in library.CONVERTER_CLASSES:
        return None
    # of a Decimal it reads zeros that nobody wrote
    plain = int(number) if number == int(number) else float(number)
    try:
        word = str(library.num2words(plain, to=to, lang=name))
    except (NotImplementedError, IndexError, KeyError, OverflowError, TypeError):
        return None  # how its languages say that a number is too large, or an ordinal unknown
    return None if any(character.isdecimal() for character in word) else word


def _by_rules(number: Decimal | int, code: str) -> str:
    words = str(_engine(code).format_number(number).text)
    return " ".join(words.replace("\N{ZERO WIDTH SPACE}", "").split())


@cache
def _engine(code: str) -> Any:
    library = import_module("unicode_rbnf").RbnfEngine
    return _uzbek(library("uz")) if code == "uz" else library.for_language(code)


def _uzbek(engine: Any) -> Any:
    """Rules in CLDR's notation, which has none for Uzbek: `<<` is the multiple of the rule's value, `>>` the rest."""
    ones = ["nol", "bir", "ikki", "uch", "to‘rt", "besh", "olti", "yetti", "sakkiz", "to‘qqiz"]
    tens = ["o‘n", "yigirma", "o‘ttiz", "qirq", "ellik", "oltmish", "yetmish", "sakson", "to‘qson"]
    rules = {number: f"{word};" for number, word in enumerate(ones)}
    rules |= {10 * number: f"{word}[ >>];" for number, word in enumerate(tens, 1)}
    rules |= {100: "yuz[ >>];", 200: "<< yuz[ >>];", 1000: "ming[ >>];", 2000: "<< ming[ >>];"}
    rules |= {1_000_000: "<< million[ >>];"}
    for value, rule in rules.items():
        engine.add_rule(str(value), rule, _CARDINAL)
    engine.add_rule("x.x", "<< butun >>;", _CARDINAL)
    return engine
