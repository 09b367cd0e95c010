"""Figures, units and currencies read out of a text in any of our languages, each with where it stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pitchgen.core.fact import Evidence
from pitchgen.languages.chinese import NUMERAL, parse
from pitchgen.languages.digits import RUN, folded, numbers
from pitchgen.languages.words import CURRENCIES, Words, misread, words

_LETTERS = re.compile(r"[a-z]+[-.]?$")
_BETWEEN = re.compile(r"[\s\N{NO-BREAK SPACE}\-‑]*(?:(?:de|di|d'|d’|na|av|von|van)(?=[\s’'])\s*|d['’])?")
_TIGHT = re.compile(r"[\s\N{NO-BREAK SPACE}.]*$")
_LONGEST = 24  # characters of the longest unit word
_UNIT_FIRST = frozenset({"sw", "my", "am"})
"""Languages that may put the unit before its number."""
_TEN_THOUSAND = 10_000
_CODE = 2
"""A word with so many digits is a code; with fewer it may be m2, CO2 or MP3."""
_PREFIXES = {"ar": ("لل", "بال", "ال", "ل", "ب"), "he": ("ל", "ב", "ה")}
"""What is written together with the word after it: for a, in a, the."""
_SYMBOL = 2
"""Symbols of units have up to so many letters."""
_SHORT = 3
"""Latin abbreviations of up to so many letters end with their word: 5 m is not 5 months."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a text."""

    evidence: Evidence
    """The number with its unit."""
    start: int
    """Index in the folded text, and so is `end`, after what belongs to the number."""
    end: int
    values: tuple[Decimal, ...]
    """What it may stand for: more than one only where the language leaves it open."""
    digits: str
    """As written, separators left out."""
    units: frozenset[str] = frozenset()
    """Identifiers that the word beside it stands for; empty where none is known there."""
    spelled: bool = False
    """In words, not in digits."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A unit, a currency or a half that no figure counts."""

    evidence: Evidence
    start: int
    end: int
    units: frozenset[str]
    symbol: bool = False
    """So short that by itself it may be something else: L is a litre or a size."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read out of a text."""

    text: str
    """Folded: lower case, digits as 0 to 9."""
    figures: tuple[Figure, ...]
    """In digits, in order."""
    spelled: tuple[Figure, ...]
    """In words, in order. A word may be a number by chance, as French neuf."""
    mentions: tuple[Mention, ...]


def read(text: str, language: str, covered: Sequence[tuple[int, int]] = ()) -> Reading:
    """Figures and units of `text`, but of the parts [start, end) that are `covered` by names and codes."""
    plain, places = folded(text)
    page = _Page(text, plain, places, words(language), covered)
    figures = page.figures()
    spelled = page.spelled(figures)
    taken = [(f.start, f.end) for f in (*figures, *(s for s in spelled if s.units))]
    return Reading(plain, figures, spelled, tuple(page.mentions(taken)))


@dataclass(frozen=True, slots=True)
class _Page:
    """One text while it is read."""

    original: str
    text: str
    places: tuple[int, ...]
    words: Words
    covered: Sequence[tuple[int, int]]

    def evidence(self, start: int, end: int) -> Evidence:
        first, last = self.places[start], self.places[end - 1] + 1
        return Evidence(first, last, self.original[first:last])

    def _is_covered(self, start: int, end: int) -> bool:
        first, last = self.places[start], self.places[end - 1] + 1
        return any(first < stop and begin < last for begin, stop in self.covered)

    def figures(self) -> tuple[Figure, ...]:
        """All numbers in digits, with their units."""
        found: list[Figure] = []
        for token in RUN.finditer(self.text):
            for start, end, values in numbers(token.start(), token.group(), self.words.code):
                silent = self.text[start - 1 : end] == ":00" or self.text[max(0, start - 3) : end] == "24/7"
                if silent or self._is_covered(start, end):
                    continue
                digits = re.sub(r"\D", "", self.text[start:end])
                figure = Figure(self.evidence(start, end), start, end, values, digits)
                if self._within_word(start):
                    found += [figure] * (len(digits) >= _CODE)
                    continue
                figure = self._multiplied(figure)
                if found and self._goes_on(found[-1], figure):
                    figure = _added(found.pop(), figure, self.evidence(start, end))
                found.append(self._measured(figure))
        return tuple(self._led(found))

    def _goes_on(self, large: Figure, rest: Figure) -> bool:
        """Whether two figures are one number: 1万2000, 1만 2천."""
        gap = self.text[large.end : rest.start]
        return not large.units and not gap.strip() and large.values[0] >= _TEN_THOUSAND > rest.values[0]

    def _within_word(self, start: int) -> bool:
        """Whether Latin letters cling to the number's left: m2, CO2, but not RMB3, 30x20."""
        before = _LETTERS.search(self.text, 0, start)
        if before is None or before.group()[-1] in "-.":
            return False
        money = self.words.units.get(before.group(), frozenset()) & CURRENCIES.keys()
        return not money and before.group() not in ("x", "no", "nr", "n")

    def _multiplied(self, figure: Figure) -> Figure:
        """With the thousand or 万 that follows it."""
        gap = re.compile(r"[\s\N{NO-BREAK SPACE}]*").match(self.text, figure.end)
        at = gap.end() if gap else figure.end
        for word in sorted(self.words.scales, key=len, reverse=True):
            if self._stands(word, at, exact=not self.words.suffixed):
                scale = self.words.scales[word]
                return replace(figure, end=at + len(word), values=tuple(value * scale for value in figure.values))
        return figure

    def _stands(self, word: str, at: int, *, exact: bool) -> bool:
        """Whether `word` stands at `at`, as a whole word where `exact`."""
        if self._plain(at, at + len(word)) != word:
            return False
        after = self.text[at + len(word) : at + len(word) + 1]
        return not exact or not (after.isalpha() or _is_mark(after))

    def _plain(self, start: int, end: int) -> str:
        return self.text[start:end].replace("\N{NO-BREAK SPACE}", " ")

    def _measured(self, figure: Figure) -> Figure:
        """With the unit that follows it."""
        gap = _BETWEEN.match(self.text, figure.end)
        for at in dict.fromkeys((gap.end() if gap else figure.end, figure.end)):
            if (found := self.unit_at(at)) is not None:
                first = figure.evidence.start
                last = self.places[found[0] - 1] + 1
                evidence = Evidence(first, last, self.original[first:last])
                return replace(figure, end=found[0], units=found[1], evidence=evidence)
        return figure

    def _led(self, figures: Sequence[Figure]) -> Iterator[Figure]:
        """Each with the currency, or where the language may do so the unit, that stands before it."""
        last = 0
        for figure in figures:
            before = self._before(figure.start, last)
            if before and (
                not figure.units or (before[1] & CURRENCIES.keys() and not figure.units & CURRENCIES.keys())
            ):
                money = before[1] & CURRENCIES.keys()
                if money or (not figure.units and (self.words.code in _UNIT_FIRST or "percent" in before[1])):
                    evidence = self.evidence(before[0], figure.end)
                    figure = replace(figure, start=before[0], units=before[1], evidence=evidence)
            last = figure.end
            yield figure

    def _before(self, end: int, last: int) -> tuple[int, frozenset[str]] | None:
        """The unit that ends right before `end` and begins after `last`, the longest one."""
        gap = _TIGHT.search(self.text, last, end)
        stop = gap.start() if gap else end
        for start in range(max(last, stop - _LONGEST), stop):
            if start and self.text[start - 1].isalpha() and self.text[start].isalpha() and not self.words.suffixed:
                continue
            found = self.unit_at(start)
            if found and found[0] == stop:
                return start, found[1]
        return None

    def unit_at(self, at: int) -> tuple[int, frozenset[str]] | None:
        """The longest unit word at `at`: (end, identifiers)."""
        return self._word_at(at, self.words.units, self.words.stems)

    def _word_at(
        self, at: int, exact: Mapping[str, frozenset[str]], stems: Mapping[str, frozenset[str]]
    ) -> tuple[int, frozenset[str]] | None:
        for size in range(min(_LONGEST, len(self.text) - at), 0, -1):
            piece = self._plain(at, at + size)
            if (found := stems.get(piece)) is not None:
                return self._word_end(at + size), found | exact.get(piece, frozenset())
            if (found := exact.get(piece)) is not None:
                found |= exact.get(
                    piece.rstrip("."), frozenset()
                )  # г. is a year, г a gram, and either may end a sentence
                abbreviation = len(piece) <= _SHORT and piece.isascii() and piece[-1].isalpha()
                free = self.words.suffixed and not abbreviation and not _is_mark(self.text[at + size : at + size + 1])
                if self._stands(
                    piece, at, exact=(piece[-1].isalpha() and not free) or (_is_mark(piece[-1]) and not free)
                ):
                    return at + size, found
        return None

    def _word_end(self, at: int) -> int:
        """The end of the word that goes on at `at`; where words run on, it ends there."""
        if self.words.code in ("ko", "ja", "th", "lo", "km", "my"):
            return at
        while at < len(self.text) and (self.text[at].isalpha() or _is_mark(self.text[at])):
            at += 1
        return at

    def spelled(self, figures: Sequence[Figure]) -> tuple[Figure, ...]:
        """Numbers in words, the longest first at every place, with their units."""
        found: list[Figure] = []
        at = 0
        while at < len(self.text):
            number = self._spelled_at(at)
            if (
                number is None
                or any(f.start < number[0] and at < f.end for f in figures)
                or self._is_covered(at, number[0])
            ):
                at += 1
                continue
            figure = self._measured(Figure(self.evidence(at, number[0]), at, number[0], (number[1],), "", spelled=True))
            if not misread(self.text[at : number[0]], figure.units, self.words.code):
                found.append(figure)
            at = number[0]
        return tuple(found)

    def _spelled_at(self, at: int) -> tuple[int, Decimal] | None:
        """The number word at `at`, unless a longer name of a day or a month begins with it: hétfő is no hét."""
        # an ending may follow (háromért), but no number begins within a word: között has no öt
        if at and (self.text[at - 1].isalpha() or _is_mark(self.text[at])) and not self.words.unspaced:
            return None
        if self.words.code == "ja" and (run := NUMERAL.match(self.text, at)):
            value = parse(run.group())
            return None if value is None or run.group().isascii() else (run.end(), value)
        for size in range(min(40, len(self.text) - at), 0, -1):
            piece = self._plain(at, at + size).replace("-", " ")
            if (value := self.words.numbers.get(piece)) is not None and self._free(at + size):
                names = (*self.words.weekdays, *self.words.months)
                named = any(len(name) > size and self.text.startswith(name, at) for name in names)
                return None if named else (at + size, value)
        return None

    def _free(self, end: int) -> bool:  # a word may end there
        after = self.text[end : end + 1]
        return self.words.suffixed or not (after.isalpha() or _is_mark(after))

    def mentions(self, taken: Sequence[tuple[int, int]]) -> Iterator[Mention]:
        """Unit words and halves that no figure counts."""
        at = 0
        while at < len(self.text):
            inside = next((end for start, end in taken if start <= at < end), None)
            if inside is not None:
                at = inside
                continue
            found = None
            if self.words.unspaced or not at or not self.text[at - 1].isalpha():
                prefixes = [p for p in _PREFIXES.get(self.words.code, ()) if self.text.startswith(p, at)]
                starts = [at, *(at + len(prefix) for prefix in prefixes)]
                both = [one for start in starts for one in (self.half_at(start), self.unit_at(start)) if one]
                found = max(both, key=lambda one: one[0], default=None)
            word = self.text[at : found[0]].strip() if found else ""
            if found is None or not word or self._is_covered(at, found[0]):
                at += 1
                continue
            symbol = len(word) <= _SYMBOL and (word.isascii() or not self.words.unspaced)
            symbol = symbol and not self.text[:at].rstrip().endswith("/")
            yield Mention(self.evidence(at, found[0]), at, found[0], found[1], symbol)
            at = found[0]

    def half_at(self, at: int) -> tuple[int, frozenset[str]] | None:
        """A half at `at`."""
        return self._word_at(at, self.words.halves, self.words.half_stems)


def _added(large: Figure, rest: Figure, last: Evidence) -> Figure:
    """1万2000 is one number."""
    first = large.evidence
    evidence = Evidence(first.start, last.end, first.text + last.text)
    values = (large.values[0] + rest.values[0],)
    return replace(rest, evidence=evidence, start=large.start, values=values, digits=str(values[0]))


def _is_mark(character: str) -> bool:
    return bool(character) and unicodedata.category(character).startswith("M")
