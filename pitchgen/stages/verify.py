"""Compares the facts of a sentence with what its translation says: none missing, changed, doubled or invented."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import pairwise

from pitchgen.core.fact import Evidence, Fact, Finding, Kind, Match, Problem, Role, Verdict
from pitchgen.core.stage import stage
from pitchgen.languages.equivalents import ALSO, CONVERSIONS, NO_UNIT, Need, Rendering, renderings
from pitchgen.languages.quoting import Quoted, named, quoted, sayable
from pitchgen.languages.reading import Figure, Mention, Reading, read
from pitchgen.languages.words import CURRENCIES

_ARTICLE_UNITS = frozenset({"piece", "design", "style", "set"})
"""What 一 counts where it is an article: a stray "1 piece" is no invention."""
_NEAR = 40
"""Characters between a price and the unit that it is for: more, and the unit belongs to something else."""
_BEFORE = 4
"""How much farther off a unit counts that stands before the price: most languages put it after."""
_SENTENCE_ENDS = re.compile(r"[.!?;։؟۔।።](?=\s)|[。！？；။។]")
"""Not every language has a mark there (Thai, Lao): a unit in its next sentence counts as beside the figure."""


@stage(version=5)
def verify(facts: Sequence[Fact], text: str, language: str, *, names: Sequence[tuple[str, str]] = ()) -> Verdict:
    """What is wrong with the facts of a translation.

    Args:
        facts: what the Chinese sentence says.
        text: its translation.
        language: BCP-47 code of `text`.
        names: what names and terms are called in that language, as `Translation.glossary` has them.
    """
    found = quoted(facts, text, names)
    covered = [(place.start, place.end) for one in found for place in one.places]
    check = _Check(language, read(text, language, covered))
    check.quoted(found)
    check.look([fact for fact in facts if fact.kind not in (Kind.NAME, Kind.CODE)])
    check.units(facts)
    check.tiers(facts)
    check.rest(facts)
    return Verdict(language, tuple(check.findings), check.matches(facts, found), tuple(check.unverified))


@dataclass(slots=True)
class _Check:
    """One comparison under way."""

    language: str
    reading: Reading
    findings: list[Finding] = field(default_factory=list)
    unverified: list[Fact] = field(default_factory=list)
    missing: list[Fact] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    """Starts of the figures and mentions that belong to a fact."""
    taken: dict[int, tuple[Figure, ...]] = field(default_factory=dict)
    """id of a fact -> its figures."""

    def quoted(self, found: Sequence[Quoted]) -> None:
        """Names and codes: each as often as it was said, names as often as one likes."""
        for one in found:
            if one.wanted is None:
                self.unverified.append(one.fact)
            elif len(one.places) < one.times and one.fact.kind is Kind.NAME:
                self.findings.append(Finding(Problem.MISSING, one.fact, None, wanted=one.wanted))
            elif len(one.places) < one.times:
                self.missing.append(one.fact)
            elif one.fact.kind is Kind.CODE and len(one.places) > one.times:
                self.findings.append(Finding(Problem.DOUBLED, one.fact, one.places[-1]))

    def look(self, facts: Sequence[Fact]) -> None:
        """Give every fact its figures, those that fit best first."""
        left = [fact for fact in facts if not self._by_name(fact, facts)]
        passes: tuple[Callable[[Fact], bool], ...] = (
            lambda fact: self._take(renderings(fact)[:1], fact, self.reading.figures, strict=True),
            lambda fact: self._take(renderings(fact)[1:], fact, self.reading.figures, strict=True),
            lambda fact: self._take(renderings(fact), fact, self.reading.figures, strict=False),
            lambda fact: self._take(renderings(fact), fact, self.reading.spelled, strict=False),
            lambda fact: self._take(renderings(fact), fact, self._all(), strict=False),
            self._one,
        )
        for attempt in passes:
            left = [fact for fact in left if not attempt(fact)]
        for fact in left:
            if (said := named(fact, self.reading, self.language)) is None or not self._can_say(fact):
                self.unverified.append(fact)
            elif not said:
                self.missing.append(fact)

    def _by_name(self, fact: Fact, facts: Sequence[Fact]) -> bool:
        """Whether `fact` is a month, a weekday or a size that is there by its name; if more often than said, say so."""
        if fact.unit not in ("calendar_month", "weekday") and not (fact.kind is Kind.SIZE and fact.unit == "size"):
            return False
        times = named(fact, self.reading, self.language) or 0
        said = sum(other == fact for other in facts)
        if times > said and not any(finding.said == fact for finding in self.findings):
            self.findings.append(Finding(Problem.DOUBLED, fact, None))
        return times >= said

    def _all(self) -> tuple[Figure, ...]:
        """Figures in digits and in words, in order: 3 to five."""
        return tuple(sorted((*self.reading.figures, *self.reading.spelled), key=lambda figure: figure.start))

    def _can_say(self, fact: Fact) -> bool:
        """Whether it would have been found: 1 may be no more than a unit's word, which may not be known here."""
        one = fact.amount is not None and fact.amount.exact and fact.amount.low == 1
        counted = fact.unit and fact.unit not in NO_UNIT and fact.kind not in (Kind.PRICE, Kind.ORDINAL, Kind.DATE)
        return not (one and counted) or sayable(fact, self.language)

    def _take(self, ways: Sequence[Rendering], fact: Fact, figures: Sequence[Figure], *, strict: bool) -> bool:
        """Let `fact` have figures that say it in one of `ways`; False where none do."""
        for way in ways:
            halves = [m for m in self.reading.mentions if "half" in m.units and m.start not in self.used]
            if way.half and not halves:
                continue
            for run in self._runs(figures, len(way.needs)):
                if _says(run, way.needs, strict=strict and not way.half) and (
                    not way.half or not run or _after(run, halves)
                ):
                    self.used |= {figure.start for figure in run} | ({halves[0].start} if way.half else set())
                    self.taken[id(fact)] = run
                    return True
        return False

    def _runs(self, figures: Sequence[Figure], size: int) -> Iterator[tuple[Figure, ...]]:
        """Figures that no fact has, `size` of them one after another."""
        for start in range(len(figures) - size + 1):
            run = tuple(figures[start : start + size])
            if not any(figure.start in self.used for figure in run):
                yield run

    def _one(self, fact: Fact) -> bool:
        """One of something, said by its word alone: a carton, per year."""
        if fact.amount is None or not fact.amount.exact or fact.amount.low != 1 or fact.kind is Kind.PRICE:
            return False
        units = _meant(fact.unit)
        mention = next((m for m in self.reading.mentions if m.units & units and m.start not in self.used), None)
        if mention is not None:
            self.used.add(mention.start)
        return mention is not None

    def units(self, facts: Sequence[Fact]) -> None:
        """What a price or a content is for: another unit beside it than the one that was said is wrong."""
        ones = [f for f in (*self.reading.figures, *self.reading.spelled) if 1 in f.values and f.start not in self.used]
        beside: list[Figure | Mention] = [*self.reading.mentions, *ones]
        counted = [fact for fact in facts if fact.per and self.taken.get(id(fact))]
        for fact in counted:
            self._as_many(fact.per)
        pairs = [
            (_distance(self.taken[id(f)], o), n, o)
            for n, f in enumerate(counted)
            for o in beside
            if o.units & _meant(f.per)
        ]
        served: set[int] = set()
        for _, number, one in sorted(pairs, key=lambda pair: pair[:2]):
            if number not in served and one.start not in self.used:
                served.add(number)
                self.used.add(one.start)
        for fact in counted:
            right = [one for one in beside if one.units & _meant(fact.per)]
            counted_itself = _meant(fact.unit) if right else frozenset()  # a carton of 48 pieces, each piece packed
            run = self.taken[id(fact)]
            wrong = [
                one
                for one in beside
                if one.start not in self.used and _may_count(one) and not one.units & counted_itself
                if not self._ends_between(run, one)
            ]
            nearest = min([*right, *wrong], key=partial(_distance, run), default=None)
            if nearest in wrong and _distance(run, nearest) <= _NEAR and sayable(fact, self.language, fact.per):
                self.used.add(nearest.start)
                self.findings.append(Finding(Problem.CHANGED, fact, nearest.evidence))

    def _ends_between(self, run: Sequence[Figure], one: Figure | Mention) -> bool:
        """Whether a sentence ends between figures and a unit, which then belongs to something else."""
        between = self.reading.text[min(run[-1].end, one.end) : max(run[0].start, one.start)]
        return bool(_SENTENCE_ENDS.search(between))

    def _as_many(self, unit: str) -> None:
        """Let one figure say the unit of a price by what it holds: 18 yuan for 12 pairs, where a dozen was said."""
        for other, size in CONVERSIONS.get(unit, ()):
            for figure in self.reading.figures:
                if size in figure.values and other in figure.units and figure.start not in self.used:
                    self.used.add(figure.start)
                    return

    def tiers(self, facts: Sequence[Fact]) -> None:
        """Prices that hold from different quantities on are not to change places."""
        pairs = [
            (self.taken[id(first)][0].start, self.taken[id(second)][0].start, second)
            for first, second in pairwise(facts)
            if first.role in (Role.THRESHOLD, Role.MINIMUM) and second.kind in (Kind.PRICE, Kind.DISCOUNT)
            if self.taken.get(id(first)) and self.taken.get(id(second))
        ]
        by_threshold = [price for _, price, _ in sorted(pairs, key=lambda pair: pair[0])]
        for (_, price, fact), right in zip(sorted(pairs, key=lambda pair: pair[0]), sorted(by_threshold), strict=True):
            if price != right:
                self.findings.append(Finding(Problem.CHANGED, fact, self.taken[id(fact)][0].evidence))

    def rest(self, facts: Sequence[Fact]) -> None:
        """Judge figures that no fact has, and facts that have none."""
        last = -1
        one_said = any(value == 1 for fact in facts for way in renderings(fact)[:1] for value in _values(way))
        for figure in self.reading.figures:
            part_of_code = figure.start - last <= 1 and self._code_changed()
            if figure.start not in self.used and (one_said or not _article(figure)) and not part_of_code:
                self._stray(figure, facts)
            last = figure.end
        known = {value for fact in facts for way in renderings(fact) for value in _values(way)}
        for figure in self.reading.spelled:
            if (
                figure.start not in self.used
                and figure.units
                and figure.values[0] > 1
                and figure.values[0] not in known
            ):
                self._stray(figure, facts)
        self.findings += [Finding(Problem.MISSING, fact, None) for fact in self.missing]

    def matches(self, facts: Sequence[Fact], found: Sequence[Quoted]) -> tuple[Match, ...]:
        """The facts about which nothing is wrong, with their places."""
        places = {one.fact: one.places for one in found}
        wrong = {finding.said for finding in self.findings} | set(self.unverified)
        return tuple(Match(fact, self._places(fact, places)) for fact in facts if fact not in wrong)

    def _places(self, fact: Fact, quoted: Mapping[Fact, tuple[Evidence, ...]]) -> tuple[Evidence, ...]:
        return quoted.get(fact) or tuple(figure.evidence for figure in self.taken.get(id(fact), ()))

    def _code_changed(self) -> bool:
        """Whether the last finding is a code that is written in several groups of digits."""
        last = self.findings[-1] if self.findings else None
        return (
            last is not None
            and last.problem is Problem.CHANGED
            and last.said is not None
            and last.said.kind is Kind.CODE
        )

    def _stray(self, figure: Figure, facts: Sequence[Fact]) -> None:
        """A figure too many: the changed form of a missing fact, a repetition, or an invention."""
        if any(one.problem is Problem.CHANGED and one.said and _same(one.said, figure) for one in self.findings):
            return  # the other end of a range that was found to be changed
        same = next((fact for fact in self.missing if _same(fact, figure)), None)
        twice = next((fact for fact in facts if _same(fact, figure)), None)
        if same is None and twice is not None:
            self.findings.append(Finding(Problem.DOUBLED, twice, figure.evidence, figure.values[0]))
            return
        alike = next((fact for fact in self.missing if fact.unit in figure.units), None)
        changed = same or alike or (self.missing[0] if self.missing else None)
        if changed is None:
            self.findings.append(Finding(Problem.INVENTED, None, figure.evidence, figure.values[0]))
            return
        self.missing = [fact for fact in self.missing if fact is not changed]
        self.findings.append(Finding(Problem.CHANGED, changed, figure.evidence, figure.values[0]))


def _meant(unit: str) -> frozenset[str]:
    """What a word beside a figure may stand for where `unit` was said."""
    return frozenset({unit}) | ALSO.get(unit, frozenset())


def _may_count(one: Figure | Mention) -> bool:
    """Whether `one` is a unit that a price can be for."""
    symbol = isinstance(one, Mention) and one.symbol
    return bool(one.units - CURRENCIES.keys() - {"half", "percent"}) and not symbol


def _distance(run: Sequence[Figure], one: Figure | Mention) -> int:
    """Characters between figures and a unit that no figure counts; one that follows is nearer than one before."""
    after = one.start - run[-1].end
    return after if after >= 0 else _BEFORE * max(0, run[0].start - one.end) + _BEFORE


def _says(run: Sequence[Figure], needs: Sequence[Need], *, strict: bool) -> bool:
    """Whether figures that stand in a row have the values and the units that are needed.

    In a range one of them may have the unit for both. Another unit than the needed one is never right, and money
    has to name its currency.
    """
    if any(need.value not in map(_plain, figure.values) for figure, need in zip(run, needs, strict=True)):
        return False
    right = [bool(figure.units & need.units) for figure, need in zip(run, needs, strict=True)]
    if any(figure.units and need.units and not fits for figure, need, fits in zip(run, needs, right, strict=True)):
        return False
    if any(need.money for need in needs) or (strict and any(need.units for need in needs)):
        return any(right)
    return not strict or not any(figure.units for figure in run)


def _plain(value: Decimal) -> Decimal:
    return value.normalize()


def _after(run: Sequence[Figure], halves: Sequence[Mention]) -> bool:
    return any(0 <= half.start - run[-1].end <= _NEAR for half in halves)


def _values(way: Rendering) -> Iterator[Decimal]:
    return (need.value for need in way.needs)


def _same(fact: Fact, figure: Figure) -> bool:
    """Whether `figure` is one of the numbers of `fact`."""
    return any(value in map(_plain, figure.values) for way in renderings(fact)[:1] for value in _values(way))


def _article(figure: Figure) -> bool:
    return figure.digits == "1" and figure.units <= _ARTICLE_UNITS
