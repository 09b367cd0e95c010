"""Slots read out of Chinese text: one reader for each kind of slot."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from pitchgen.engines.translate.phrasebook.forms import Reader
from pitchgen.engines.translate.phrasebook.values import (
    Code,
    Dimensions,
    Good,
    Many,
    Person,
    Quality,
    Term,
)
from pitchgen.languages import amounts

Names = Mapping[str, str]
"""What is said -> key."""

_AND = re.compile(r"(?:[、,]?(?:和|与|及|跟|以及|还有|或者|或|有|以及有)|[、,])?")
_AND_GOODS = re.compile(r"[、,]?(?:和|与|及|跟|以及|还有)|、")
_AND_QUALITY = re.compile(r"[、,]?(?:也|而且|并且|又|和|还|既)?(?:也|又|是|很)??")
_DEGREE = re.compile(r"(?:真的|又|也|都|既|是)*(?P<very>很|非常|特别|十分|超级|挺|超|真的很)?(?:比较)?")
_CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?![A-Za-z0-9-])")
_BY = re.compile(r"乘以|乘|x|X|×|\*")
_TITLES = {"姐": "ms", "女士": "ms", "小姐": "ms", "哥": "mr", "先生": "mr"}
_OWNER = ("老板娘", "老板", "总经理", "经理", "厂长", "总")
_BEFORE = {"小": "xiao", "老": "lao", "阿": "a"}


def readers(lexicon: Mapping[str, Names], units: Mapping[str, Names]) -> dict[str, Reader]:
    """The reader of every kind of slot, for a lexicon (table -> names) and units (kind -> names)."""
    made: dict[str, Reader] = {
        "number": amounts.number,
        "amount": amounts.amount,
        "money": amounts.money,
        "percent": amounts.percent,
        "discount": amounts.discount,
        "code": _code,
        "good": _good(lexicon),
        "goods": _list(_good(lexicon), _AND_GOODS),
        "qualities": _list(_quality(lexicon["qualities"]), _AND_QUALITY),
        "materials": _list(_term(lexicon, "materials"), _AND_GOODS),
        "colours": _list(_term(lexicon, "colours"), _AND),
        "sizes": _list(_term(lexicon, "sizes"), _AND),
        "countries": _list(_term(lexicon, "countries"), _AND),
        "material": _term(lexicon, "materials"),
        "city": _term(lexicon, "cities"),
        "market": _term(lexicon, "markets"),
        "person": _person(lexicon["syllables"], titles=_TITLES),
        "owner": _person(lexicon["syllables"], titles=dict.fromkeys(_OWNER, "")),
        "surname": _person(lexicon["syllables"], titles={"": ""}),
        "unit": _names(units["quantity"], lambda key: Term("units", key)),
        "threshold": _threshold(units["quantity"]),
        "dimensions": _dimensions(units["length"]),
    }
    return {**made, **{kind: _quantity(names) for kind, names in units.items()}}


def _found(names: Names, text: str, start: int) -> Iterator[tuple[int, str]]:
    """The names that stand at `start`, the longest first: (end, key)."""
    for size in range(min(8, len(text) - start), 0, -1):
        if (key := names.get(text[start : start + size])) is not None:
            yield start + size, key


def _names(names: Names, make: Callable[[str], object]) -> Reader:
    return lambda text, start: [(end, make(key)) for end, key in _found(names, text, start)]


def _term(lexicon: Mapping[str, Names], table: str) -> Reader:
    return _names(lexicon[table], lambda key: Term(table, key))


def _quantity(names: Names) -> Reader:
    return lambda text, start: amounts.quantity(text, start, names)


def _threshold(names: Names) -> Reader:
    """Exact quantities only: `over 100 pairs or more` says nothing."""

    def read(text: str, start: int) -> list[tuple[int, object]]:
        return [(end, found) for end, found in amounts.quantity(text, start, names) if found.amount.exact]

    return read


def _good(lexicon: Mapping[str, Names]) -> Reader:
    """A good, after any number of materials and modifiers."""
    wrappers = [(table, lexicon[table]) for table in ("materials", "modifiers")]

    def read(text: str, start: int) -> list[tuple[int, object]]:
        return [(end, Good(key, around)) for end, key, around in walk(text, start, ())]

    def walk(text: str, start: int, around: tuple[Term, ...]) -> Iterator[tuple[int, str, tuple[Term, ...]]]:
        for end, key in _found(lexicon["goods"], text, start):
            yield end, key, around
        for table, names in wrappers:
            for end, key in _found(names, text, start):
                after = end + text.startswith("的", end)
                yield from walk(text, after, (*around, Term(table, key)))

    return read


def _quality(names: Names) -> Reader:
    """An adjective with the adverbs before it."""

    def read(text: str, start: int) -> list[tuple[int, object]]:
        degree = _DEGREE.match(text, start)
        begin, very = (degree.end(), bool(degree["very"])) if degree else (start, False)
        return [(end, Quality(key, very)) for end, key in _found(names, text, begin)]

    return read


def _list(item: Reader, between: re.Pattern[str]) -> Reader:
    """One item or several; every shorter list is a reading too."""

    def read(text: str, start: int) -> list[tuple[int, object]]:
        found: list[tuple[int, object]] = []
        items: tuple[Term | Good | Quality, ...] = ()
        while readings := item(text, start):
            end, value = readings[0]
            assert isinstance(value, (Term, Good, Quality))
            if value in items:
                break
            items = (*items, value)
            # the shorter names of the last item, such as 蓝 in 蓝色, are readings of the whole list
            found += [(stop, Many((*items[:-1], other))) for stop, other in reversed(readings)]  # type: ignore[arg-type]
            joint = between.match(text, end)
            start = joint.end() if joint else end
            if joint is None:
                break
        return found[::-1]

    return read


def _person(syllables: Names, *, titles: Mapping[str, str]) -> Reader:
    """小王, 王姐, 张伟: a surname with what may stand around it."""

    def read(text: str, start: int) -> list[tuple[int, object]]:
        found: list[tuple[int, object]] = []
        before = _BEFORE.get(text[start : start + 1], "")
        if before and (surname := syllables.get(text[start + 1 : start + 2])):
            found.append((start + 2, Person(surname, before=before)))
        surname = syllables.get(text[start : start + 1], "")
        if not surname:
            return found
        for word, title in titles.items():
            if text.startswith(word, start + 1):
                found.append((start + 1 + len(word), Person(surname, title=title)))
        for size in (2, 1) if titles is _TITLES else ():
            given = tuple(syllables.get(character, "") for character in text[start + 1 : start + 1 + size])
            if len(given) == size and all(given):
                found.append((start + 1 + size, Person(surname, given)))
        return sorted(found, key=lambda reading: -reading[0])

    return read


def _code(text: str, start: int) -> list[tuple[int, object]]:
    """Letters and digits as one item number, all of them or none."""
    found = _CODE.match(text, start)
    return [(found.end(), Code(found.group()))] if found else []


def _dimensions(names: Names) -> Reader:
    """三十乘二十厘米: at least two sizes and their unit."""

    def read(text: str, start: int) -> list[tuple[int, object]]:
        sizes: tuple[Decimal, ...] = ()
        while readings := amounts.number(text, start):
            end, value = readings[0]
            sizes = (*sizes, value)
            by = _BY.match(text, end)
            if by is None:
                units = list(_found(names, text, end))
                return [(stop, Dimensions(sizes, key)) for stop, key in units] if len(sizes) > 1 else []
            start = by.end()
        return []

    return read
