"""What a slot can hold, in no language."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Term:
    """An entry of the lexicon."""

    table: str
    key: str


@dataclass(frozen=True, slots=True)
class Good:
    """What is sold, with what is said of it: children's cotton socks."""

    key: str
    wrapped_in: tuple[Term, ...] = ()
    """Materials and modifiers, the outermost first."""


@dataclass(frozen=True, slots=True)
class Quality:
    """An adjective, perhaps raised by 很."""

    key: str
    very: bool = False


@dataclass(frozen=True, slots=True)
class Many:
    """A list: red, black and blue."""

    items: tuple[Term | Good | Quality, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A name, as syllables of pinyin."""

    surname: str
    given: tuple[str, ...] = ()
    before: str = ""
    """Syllable said before the surname: `xiao` in 小王."""
    title: str = ""
    """`ms` or `mr` where one was said."""


@dataclass(frozen=True, slots=True)
class Code:
    """An item number, a telephone number: kept as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Sizes of one thing, in one unit."""

    sizes: tuple[Decimal, ...]
    unit: str
