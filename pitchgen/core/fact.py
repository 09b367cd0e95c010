"""Facts of a sales pitch: what must be the same in every language."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from pitchgen.core.quantity import Amount


class Kind(str, Enum):
    """What a fact is about."""

    PRICE = "price"
    QUANTITY = "quantity"
    SIZE = "size"
    """Lengths, dimensions, sizes of clothes and shoes."""
    WEIGHT = "weight"
    VOLUME = "volume"
    DURATION = "duration"
    """Lead times, guarantees, years of experience, ages."""
    PERCENT = "percent"
    DISCOUNT = "discount"
    """What is taken off, in percent: 打八折 is 20."""
    DATE = "date"
    TIME = "time"
    """Time of day."""
    ORDINAL = "ordinal"
    """A place in an order: the third floor, the second piece."""
    NUMBER = "number"
    """A number of which nothing more is known."""
    CODE = "code"
    """Digits and letters that are no amount: telephone, WeChat, stall, article number."""
    NAME = "name"
    """A brand or a shop."""


class Role(str, Enum):
    """What a quantity or a price is in the sentence, where its words say so."""

    PLAIN = "plain"
    MINIMUM = "minimum"
    """一百双起订: nothing below it."""
    THRESHOLD = "threshold"
    """一千个以上: from here on something else holds, a price for instance."""
    LIMIT = "limit"
    """三天以内: nothing above it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where something stands in a text."""

    start: int
    """Index of the first character."""
    end: int
    """Index after the last one."""
    text: str
    """What stands there, unchanged."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. Two are equal where they say the same, wherever they stand."""

    kind: Kind
    evidence: Evidence = field(compare=False)
    amount: Amount | None = None
    unit: str = ""
    """Identifier of what is counted: `pair`, `day`, `percent`, for a price its currency, `yuan`."""
    per: str = ""
    """Identifier of the unit that a price or a content is for: 三块五一双, 一箱48个."""
    text: str = ""
    """Letters and digits of a code, a name in Chinese, a size (`large`), a time (`20:30`), sides (`30x20`)."""
    role: Role = Role.PLAIN


class Problem(str, Enum):
    """What is wrong with a fact in a translation."""

    MISSING = "missing"
    """The translation does not have it."""
    CHANGED = "changed"
    """The translation has something else in its place: another number, unit or currency."""
    DOUBLED = "doubled"
    """The translation has it more often than the source."""
    INVENTED = "invented"
    """The translation has a figure that the source lacks."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with what was said and what was found."""

    problem: Problem
    said: Fact | None
    """The fact of the source; None where the source has nothing of the kind."""
    found: Evidence | None
    """What stands in the translation; None where nothing does."""
    value: Decimal | None = None
    """The number that `found` is read as."""
    wanted: str = ""
    """What the shop calls a name or a term that is missing."""


@dataclass(frozen=True, slots=True)
class Match:
    """A fact of the source that the translation has."""

    said: Fact
    found: tuple[Evidence, ...]
    """Where the translation says it; empty for what is known by its word alone, such as a month or a size."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a translation says what the source says."""

    language: str
    """BCP-47."""
    findings: tuple[Finding, ...] = ()
    matches: tuple[Match, ...] = ()
    """The facts that are there, in the order of the source."""
    unverified: tuple[Fact, ...] = ()
    """Facts that nothing here can look for in that language: the word for a size, a name with no translation."""

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings
