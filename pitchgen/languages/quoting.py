"""Facts that are no amounts, found in a text: codes and names as they are, months and sizes by their words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pitchgen.core.fact import Evidence, Fact, Kind
from pitchgen.languages.digits import folded
from pitchgen.languages.facts.folded import fold
from pitchgen.languages.reading import Reading
from pitchgen.languages.spelling import by_num2words
from pitchgen.languages.words import Words, fold_foreign, listed_ordinals, words

_SEPARATORS = r"[\s\N{NO-BREAK SPACE}\-‑.,()_]*"
"""What may stand between the characters of a code without changing it: 138 0013 8000."""
_LEAST_STEM = 4  # letters of a name that are enough to know it by, endings left out
_ENDING = 2  # letters at the end of a month or a weekday that may change with the case

_CASE = r"(?:[^\W\d_]|[^\x00-\x7f\w\s]){0,6}"
"""What a case may make of the end of a name: letters, and vowel signs, which are no letters to `re`. No digits: scripts
without spaces go on with them, and a price is no ending."""
_ORDINAL_ENDING = 3  # of an adjective
_ORDINALS = range(1, 21)  # higher ones are written in digits


@dataclass(frozen=True, slots=True)
class Quoted:
    """A code or a name, and where the text has it."""

    fact: Fact
    wanted: str | None
    """What was looked for; None where nobody knows what it is called."""
    places: tuple[Evidence, ...]
    times: int
    """How often it was said."""


def quoted(facts: Sequence[Fact], text: str, names: Sequence[tuple[str, str]]) -> list[Quoted]:
    """The codes and names among `facts` with their places in `text`, each once."""
    called = {fold(name).text: said for name, said in names}
    plain, places = folded(text)
    found = []
    for fact in dict.fromkeys(fact for fact in facts if fact.kind in (Kind.NAME, Kind.CODE)):
        times = sum(other == fact for other in facts)
        wanted = _wanted(fact, called)
        spots = tuple(_spots(wanted, fact, plain)) if wanted else ()
        evidence = tuple(
            Evidence(places[start], places[end - 1] + 1, text[places[start] : places[end - 1] + 1])
            for start, end in spots
        )
        found.append(Quoted(fact, wanted, evidence, times))
    return found


def _wanted(fact: Fact, called: dict[str, str]) -> str | None:
    if fact.kind is Kind.CODE:
        return fact.text
    if fact.text in called:
        return called[fact.text]
    return fact.text if fact.text.isascii() else None


def _spots(wanted: str, fact: Fact, text: str) -> list[tuple[int, int]]:
    """Places of `wanted` in a folded text."""
    written = fold_foreign(wanted)
    if fact.kind is Kind.CODE:
        characters = [re.escape(c) for c in written if c.isalnum()]
        pattern = rf"(?<![a-z0-9]){_SEPARATORS.join(characters)}(?![a-z0-9])"
    elif fold(wanted).text == fact.text:  # not to be translated: no other word will do, but a case may add its ending
        pattern = r"\s*".join(map(re.escape, written.split()))
    else:
        pattern = r"[\s\N{NO-BREAK SPACE}-]+".join(map(_inflected, written.split()))
    return [match.span() for match in re.finditer(pattern, text)] if wanted else []


def _inflected(word: str) -> str:
    """A pattern for `word` with any ending that a case may give it."""
    return re.escape(word[: max(_LEAST_STEM, len(word) - _ENDING)]) + (_CASE if len(word) > _LEAST_STEM else "")


def named(fact: Fact, reading: Reading, language: str) -> int | None:
    """How often words say `fact`; None where nothing here knows the words.

    Months and weekdays have their names in CLDR, sizes are looked for as letters, ordinals as words.
    """
    if fact.unit == "fraction":
        return None
    known = words(language)
    if fact.unit in ("calendar_month", "weekday") and fact.amount:
        table = known.months if fact.unit == "calendar_month" else known.weekdays
        values = [value for value in (fact.amount.low, fact.amount.high) if value is not None]
        times = min(_named(reading.text, table, int(value)) for value in values)
        names = {name for name, number in table.items() if number == values[0] and len(name) >= _LEAST_STEM}
        # Romanian luni is Monday and months, so that more of them tell nothing
        return min(times, 1) if names & known.units.keys() else times
    if fact.unit == "size":
        letters = [size for size in re.split("[,-]", fact.text) if not size.islower()]
        if not letters:
            return None
        return min(len(re.findall(rf"(?<![a-z0-9]){s.lower()}(?![a-z0-9])", reading.text)) for s in letters)
    if fact.kind is Kind.ORDINAL and fact.amount:
        ordinals = _ordinals(language)
        return (
            max((reading.text.count(s) for s in ordinals.get(int(fact.amount.low), ())), default=0)
            if ordinals
            else None
        )
    return 0


def _named(text: str, table: Mapping[str, int], value: int) -> int:
    """How often the name of `value` stands in `text`, in any case; its abbreviations count where it does not."""
    names = sorted((name for name, number in table.items() if number == value), key=len, reverse=True)
    return next((times for name in names if (times := len(re.findall(_any_case(name), text)))), 0)


def _any_case(name: str) -> str:
    """A pattern for a month or a weekday; only alphabets have endings and spaces around words."""
    if not unicodedata.name(name[0]).startswith(("LATIN", "CYRILLIC", "GREEK")):
        return re.escape(name)
    stem = re.escape(name[: max(_LEAST_STEM, len(name) - _ENDING)])
    return rf"(?<![^\W\d_]){stem}" + (r"\w*" if len(name) > _LEAST_STEM else r"(?![^\W\d_])")


@cache
def _ordinals(language: str) -> dict[int, tuple[str, ...]]:
    """Number -> beginnings of its ordinals; empty where nothing knows any."""
    found = listed_ordinals(language)
    for number in _ORDINALS:
        if word := by_num2words(number, language, "ordinal"):
            folded_word = fold_foreign(word)
            found[number] = (folded_word[: max(_LEAST_STEM, len(folded_word) - _ORDINAL_ENDING)],)
    return found


@cache
def _vocabulary(language: str) -> frozenset[str]:
    known: Words = words(language)
    return frozenset(unit for table in (known.units, known.stems) for units in table.values() for unit in units)


def sayable(fact: Fact, language: str, unit: str | None = None) -> bool:
    """Whether anything here knows what the unit of `fact`, or `unit`, is called in `language`."""
    return (fact.unit if unit is None else unit) in _vocabulary(language)
