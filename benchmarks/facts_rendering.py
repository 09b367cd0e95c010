"""Facts written in any of our languages by CLDR, and changed at random: what a checker sees, and what it lets pass."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from babel import Locale
from babel.dates import get_day_names, get_month_names
from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit

from pitchgen.core.fact import Fact, Kind
from pitchgen.core.quantity import Amount
from pitchgen.languages.equivalents import ALSO
from pitchgen.languages.words import CLDR_UNITS, CURRENCIES, words

KINDS = ("value", "unit", "per", "currency", "dropped", "doubled", "invented")
COUNTED = ("pair", "piece", "set", "carton", "box", "dozen", "pack", "bag")
MEASURED = ("day", "week", "month", "year", "hour", "minute", "gram", "kilogram", "centimetre", "metre", "litre")
SKIPPED = ("fraction", "half", "weekday", "calendar_year", "calendar_month", "calendar_day", "size", "size_number", "")
"""Units of facts that are written as bare figures here, or in words of which CLDR knows nothing."""


class Writer:
    """Writes facts in one language, in the forms that CLDR has."""

    def __init__(self, code: str, chance: random.Random) -> None:
        self.code, self.chance = code, chance
        self.locale = Locale.parse(code)

    def text(self, facts: Sequence[Fact]) -> str:
        """All facts, one after another."""
        return "; ".join(filter(None, map(self.fact, facts))) + "."

    def fact(self, fact: Fact) -> str:
        """One fact; empty where there is nothing to write."""
        if fact.amount is None:
            return self._letters(fact)
        if fact.unit in ("weekday", "calendar_month") and fact.amount.high is None:
            return self._named(fact.unit, int(fact.amount.low))
        if fact.kind is Kind.PRICE:
            written = self._range(fact.amount, lambda value: self._money(value, fact.unit))
        elif fact.unit == "percent":
            written = self._range(fact.amount, self._percent)
        elif fact.unit in SKIPPED or fact.kind is Kind.ORDINAL:
            return self._range(fact.amount, self.number)
        else:
            written = self._range(fact.amount, lambda value: self._counted(value, fact.unit))
        return f"{written} / {self._word(fact.per)}" if fact.per and self._word(fact.per) else written

    def _letters(self, fact: Fact) -> str:
        if fact.kind is Kind.SIZE and "x" in fact.text:
            unit = self._word(fact.unit)
            return " x ".join(self.number(Decimal(side)) for side in fact.text.split("x")) + f" {unit}"
        return fact.text.replace(",", ", ") if not fact.text.islower() or fact.kind is Kind.CODE else ""

    def _named(self, unit: str, number: int) -> str:
        """A weekday or a month by name."""
        if unit == "weekday":
            return str(get_day_names("wide", locale=self.locale)[number - 1])
        return str(get_month_names("wide", context="format", locale=self.locale)[number])

    def number(self, value: Decimal) -> str:
        """With or without group separators, in the digits of the language or in Latin ones."""
        system = self.chance.choice(("latn", "default"))
        grouped = self.chance.random() < 0.5
        written: str = format_decimal(
            _plain(value),
            locale=self.locale,
            decimal_quantization=False,
            group_separator=grouped,
            numbering_system=system,
        )
        return written

    def _range(self, amount: Amount, write) -> str:  # type: ignore[no-untyped-def]
        if amount.high is None:
            return str(write(amount.low))
        return f"{self.number(amount.low)}{self.chance.choice(('–', '-', ' - '))}{write(amount.high)}"

    def _money(self, value: Decimal, unit: str) -> str:
        code = CURRENCIES[unit]
        form = self.chance.randrange(3)
        if form == 0:
            written: str = format_currency(value, code, locale=self.locale, format_type="name", currency_digits=False)
            return written
        if form == 1:
            return str(format_currency(value, code, locale=self.locale))
        return f"{self.number(value)} {code}"

    def _percent(self, value: Decimal) -> str:
        return str(format_percent(value / 100, locale=self.locale, decimal_quantization=False))

    def _counted(self, value: Decimal, unit: str) -> str:
        if unit in CLDR_UNITS and unit != "percent":
            length = self.chance.choice(("long", "long", "short"))
            written: str = format_unit(_plain(value), CLDR_UNITS[unit], length=length, locale=self.locale)  # type: ignore[arg-type]
            if "-" not in written:  # else Babel lacks the unit, and wrote its identifier
                return written
        return f"{self.number(value)} {self._word(unit)}".strip()

    def _word(self, unit: str) -> str:
        """A word for a unit; empty where the language has none."""
        if unit in CLDR_UNITS:
            written: str = format_unit(3, CLDR_UNITS[unit], locale=self.locale, numbering_system="latn")
            return "" if "-" in written else "".join(c for c in written if not c.isdecimal()).strip()
        known = words(self.code)
        named = [w for table in (known.units, known.stems) for w, units in table.items() if unit in units and w != unit]
        return self.chance.choice(named) if named else ""

    def corrupted(self, facts: Sequence[Fact], kind: str) -> str | None:
        """The text of `facts` with one of them changed; None where this kind of change does not apply."""
        index = self.chance.randrange(len(facts))
        fact, rest = facts[index], list(facts)
        if not self.fact(fact):
            return None
        if kind == "dropped":
            del rest[index]
        elif kind == "doubled":
            rest.insert(self.chance.randrange(len(rest) + 1), fact)
        elif kind == "invented":
            rest.insert(self.chance.randrange(len(rest) + 1), self._invented(facts))
        else:
            changes = {"value": self._other_value, "unit": self._other_unit, "per": self._other_per}
            change = {**changes, "currency": self._other_currency}[kind](fact)
            if change is None:
                return None
            rest[index] = change
        return self.text(rest)

    def _invented(self, facts: Sequence[Fact]) -> Fact:
        value = Decimal(self.chance.choice((3, 7, 15, 45, 250, 1100, 7500)))
        unit = self.chance.choice((*COUNTED[:4], *MEASURED[:4]))
        return replace(facts[0], kind=Kind.QUANTITY, amount=Amount(value), unit=unit, per="", text="")

    def _other_value(self, fact: Fact) -> Fact | None:
        if fact.amount is None:
            if fact.kind is not Kind.CODE:
                return None
            at = self.chance.choice([i for i, c in enumerate(fact.text) if c.isdecimal()])
            digit = str((int(fact.text[at]) + self.chance.randint(1, 9)) % 10)
            return replace(fact, text=fact.text[:at] + digit + fact.text[at + 1 :])
        low = fact.amount.low
        changes = (low + 1, low * 10, low / 10, low + Decimal("0.5"), low * 2, low + 10)
        if fact.unit in ("weekday", "calendar_month"):
            return replace(fact, amount=Amount(low % 7 + 1))
        value = self.chance.choice([change for change in changes if change == round(change, 2)])
        return replace(fact, amount=Amount(value))

    def _other_unit(self, fact: Fact) -> Fact | None:
        if fact.kind is Kind.ORDINAL or fact.amount is None:
            return None
        unit = self._another(fact.unit)
        return replace(fact, unit=unit) if unit else None

    def _other_per(self, fact: Fact) -> Fact | None:
        unit = self._another(fact.per)
        return replace(fact, per=unit) if unit else None

    def _another(self, unit: str) -> str | None:
        """Another unit of the same family, whose words mean nothing of this one's."""
        family = COUNTED if unit in COUNTED else MEASURED if unit in MEASURED else ()
        known = words(self.code)

        def meanings(name: str) -> frozenset[str]:
            tables = (known.units, known.stems)
            return frozenset(u for table in tables for units in table.values() if name in units for u in units)

        others = [
            name for name in family if not meanings(name) & ({unit} | ALSO.get(unit, frozenset())) and self._word(name)
        ]
        return self.chance.choice(others) if others and self._word(unit) else None

    def _other_currency(self, fact: Fact) -> Fact | None:
        if fact.kind is not Kind.PRICE:
            return None
        return replace(
            fact, unit=self.chance.choice([unit for unit in ("yuan", "dollar", "euro", "ruble") if unit != fact.unit])
        )


def _plain(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
