"""What fills the slots of a pattern."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from training import numbers
from training.held_out import HANZI, held_out

Filler = Callable[[Random], str]

LISTED = ("materials", "colours", "sizes", "countries", "qualities")
TITLES = ("老板", "老板娘", "总", "经理", "厂长")


def fillers(
    book: Mapping[str, Any], words: Mapping[str, Sequence[str]], *, unseen_goods: bool, more_goods: Sequence[str] = ()
) -> dict[str, Filler]:
    """Slot to filler, from the phrasebook's tables, the words of a dictionary by part of speech, and other goods."""
    return {
        **_numbers(),
        **{kind: _counted(names(table)) for kind, table in book["units"].items()},
        **_tables(book),
        **_goods(book, more_goods, unseen=unseen_goods),
        **_people(names(book["syllables"])),
        **{slot: _one(choices) for slot, choices in words.items() if choices},
    }


def names(table: Mapping[str, str]) -> tuple[str, ...]:
    """All names of a table that are characters alone."""
    return tuple(name for line in table.values() for name in line.split() if HANZI.fullmatch(name))


def _numbers() -> dict[str, Filler]:
    return {
        "number": numbers.number,
        "amount": numbers.amount,
        "money": numbers.money,
        "percent": numbers.percent,
        "discount": numbers.discount,
        "code": numbers.digits,
        "digits": numbers.digits,
        "year": numbers.year,
        "dimensions": lambda random: (
            "乘".join(numbers.number(random) for _ in range(2)) + random.choice(("厘米", "公分", "米"))
        ),
    }


def _tables(book: Mapping[str, Any]) -> dict[str, Filler]:
    quantity = _counted(names(book["units"]["quantity"]))
    return {
        "unit": _one(names(book["units"]["quantity"])),
        "threshold": lambda random: quantity(random) + random.choice(("", "以上", "起", "及以上")),
        "city": _one(names(book["cities"])),
        "market": _one(names(book["markets"])),
        "material": _one(names(book["materials"])),
        "quality": _one(names(book["qualities"])),
        **{slot: _several(names(book[slot])) for slot in LISTED},
    }


def _goods(book: Mapping[str, Any], more: Sequence[str], *, unseen: bool) -> dict[str, Filler]:
    goods = names({key: line for key, line in book["goods"].items() if held_out(key) == unseen})
    modifiers = names(book["modifiers"]) + names(book["materials"])

    def good(random: Random) -> str:
        known = more if more and random.random() < 0.5 else goods
        return random.choice(modifiers) * (random.random() < 0.2) + random.choice(known)

    return {
        "good": good,
        "goods": lambda random: listed([good(random) for _ in range(random.choice((1, 2, 2, 3)))], random),
    }


def _people(syllables: Sequence[str]) -> dict[str, Filler]:
    def person(random: Random) -> str:
        name = random.choice(syllables)
        given = name + "".join(random.choices(syllables, k=2))
        return random.choice((f"小{name}", f"老{name}", f"{name}姐", f"{name}先生", f"{name}女士", given))

    return {
        "person": person,
        "owner": lambda random: random.choice(syllables) + random.choice(TITLES),
        "surname": _one(syllables),
    }


def _one(choices: Sequence[str]) -> Filler:
    return lambda random: random.choice(choices)


def _several(choices: Sequence[str]) -> Filler:
    return lambda random: listed(random.sample(choices, random.choice((1, 1, 2, 3))), random)


def _counted(units: Sequence[str]) -> Filler:
    return lambda random: numbers.amount(random) + random.choice(units)


def listed(items: Sequence[str], random: Random) -> str:
    """The items, joined as in speech."""
    return random.choice(("和", "", "还有", "跟", "以及")).join(items)
