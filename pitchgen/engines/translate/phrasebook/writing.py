"""Values written into the sentences of one language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pitchgen.core.quantity import Amount, Quantity
from pitchgen.engines.translate.phrasebook.values import (
    Code,
    Dimensions,
    Good,
    Many,
    Person,
    Quality,
    Term,
)
from pitchgen.languages import figures, language

Entry = str | Mapping[str, str]
SLOT = re.compile(r"\{(?P<name>[a-z_]+\d*)(?::(?P<form>[a-z]+))?\}")

MARKS = {
    "stop": ".",
    "exclamation": "!",
    "question": "?",
    "comma": ", ",
    "joiner": " ",
    **dict.fromkeys(("stop_opening", "exclamation_opening", "question_opening"), ""),
}
"""What stands after sentences and between them, where a language's [style] does not say it otherwise."""
QUANTITY = "{number} {unit}"
LEFT_TO_RIGHT = "\N{LEFT-TO-RIGHT MARK}"
"""Around Latin codes in right-to-left text, or their hyphens and digits change places."""

_VOWELS = tuple("aeiouhàâéèêëîïôöûùœ")


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes what the phrasebook of one language says."""

    code: str
    """BCP-47."""
    sentences: Mapping[str, str]
    lexicon: Mapping[str, Mapping[str, Entry]]
    """Table -> key -> entry."""
    style: Mapping[str, str]

    def sentence(self, key: str, values: Mapping[str, object]) -> str | None:
        """The sentence `key` with `values` in its slots; None where this language lacks something."""
        text = self.sentences.get(key)
        if text is None:
            return None
        try:
            return SLOT.sub(lambda slot: self.value(values[slot["name"]], slot["form"] or ""), text)
        except _Missing:
            return None

    def mark(self, name: str) -> str:
        """A punctuation mark of this language."""
        return self.style.get(name, MARKS[name])

    def value(self, value: object, form: str = "") -> str:
        """`value` in the form that a sentence asks for."""
        if isinstance(value, Many):
            return figures.listing([self.value(item, form) for item in value.items], self.code)
        if isinstance(value, Quantity):
            return self.quantity(value, form)
        if isinstance(value, Amount):
            return self.amount(value, form)[0]
        if isinstance(value, Decimal):
            return str(value) if form == "year" else figures.decimal(value, self.code)
        if isinstance(value, Term):
            return self.term(value.table, value.key, form)
        if isinstance(value, Good):
            return self.good(value)
        if isinstance(value, Quality):
            word = self.term("qualities", value.key)
            return self.style["very"].format(word) if value.very else word
        if isinstance(value, Person):
            return self.person(value)
        if isinstance(value, Dimensions):
            return self.dimensions(value)
        if isinstance(value, Code):
            right_to_left = language(self.code).direction == "rtl"
            return f"{LEFT_TO_RIGHT}{value.text}{LEFT_TO_RIGHT}" if right_to_left else value.text
        raise TypeError(f"no slot holds a {type(value).__name__}")

    def term(self, table: str, key: str, form: str = "") -> str:
        """An entry of the lexicon, in one of its forms where it has several."""
        entry = self.lexicon[table].get(key)
        if isinstance(entry, str):
            return entry
        if entry is None or (form or "name") not in entry:
            raise _Missing(key)
        return entry[form or "name"]

    def good(self, good: Good) -> str:
        """The good with its materials and modifiers around it, the nearest first."""
        text = self.term("goods", good.key)
        for wrap in reversed(good.wrapped_in):
            if wrap.table == "modifiers":
                text = self.term(wrap.table, wrap.key).replace("{good}", text)
            else:
                slots = {"good": text, "material": wrap}
                frame = self.style["good_of_material"]
                text = SLOT.sub(lambda slot, s=slots: self._part(s[slot["name"]], slot["form"]), frame)  # type: ignore[misc]
        return text

    def _part(self, part: str | Term, form: str | None) -> str:
        return part if isinstance(part, str) else self.term(part.table, part.key, form or "")

    def quantity(self, quantity: Quantity, form: str = "") -> str:
        """Number and unit, which agree."""
        if quantity.unit == "percent":
            return self._rounded(quantity.amount, lambda value: figures.percent(value, self.code))
        number, category = self.amount(quantity.amount, form)
        entry = self.lexicon["units"].get(quantity.unit, {})
        # some languages count the years of a child by another word than those of a guarantee: {age:age}
        return self._counted(number, self.unit(quantity.unit, form if form in entry else category))

    def _counted(self, number: str, unit: str) -> str:
        """Most languages say 100 pairs, some pairs 100, and some write no space."""
        return self.style.get("quantity", QUANTITY).format(number=number, unit=unit)

    def amount(self, amount: Amount, form: str = "") -> tuple[str, str]:
        """The number as it is written, and the plural category of what follows it."""
        category = figures.plural(amount.low if amount.high is None else amount.high, self.code)
        if form == "gen" or (not amount.exact and self.style.get("rounded_in") == "genitive"):
            # от 1 пары, от 2 пар: fractions take the genitive singular, 5 the genitive plural
            category = {"one": "other", "few": "many"}.get(category, category)
        return self._rounded(amount, lambda value: figures.decimal(value, self.code)), category

    def _rounded(self, amount: Amount, write: Callable[[Decimal], str]) -> str:
        if amount.high is not None:
            return self.style["range"].format(write(amount.low), write(amount.high))
        return write(amount.low) if amount.exact else self.style[amount.bound].format(write(amount.low))

    def unit(self, key: str, category: str) -> str:
        """The word for a unit in a plural category."""
        entry = self.lexicon["units"].get(key)
        if entry is None or isinstance(entry, str):
            raise _Missing(key)
        if category in entry:
            return entry[category]
        other = entry["other"]
        if self.code == "fr" and category == "many":  # un million de paires
            return f"d'{other}" if other.startswith(_VOWELS) else f"de {other}"
        return other

    def person(self, person: Person) -> str:
        """A name in the letters of this language."""
        before, surname = (self.syllable(s).capitalize() for s in (person.before, person.surname))
        given = "".join(self.syllable(syllable) for syllable in person.given).capitalize()
        name = " ".join(part for part in (before, surname, given) if part)
        return self.style[person.title].format(name) if person.title else name

    def syllable(self, key: str) -> str:
        """A syllable of a name; in Latin letters it is its own key."""
        entry = self.lexicon["syllables"].get(key, key)
        return entry if isinstance(entry, str) else key

    def dimensions(self, dimensions: Dimensions) -> str:
        """30 by 20 centimetres."""
        sizes = [figures.decimal(size, self.code) for size in dimensions.sizes]
        category = figures.plural(dimensions.sizes[-1], self.code)
        return self._counted(self.style["by"].join(sizes), self.unit(dimensions.unit, category))


class _Missing(Exception):
    """This language has no entry for something."""
