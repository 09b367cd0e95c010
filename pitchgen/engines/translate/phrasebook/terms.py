"""The shop's terms laid over the phrasebook: understood where a good or a name may stand, written as given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pitchgen.engines.translate.phrasebook.book import Source
from pitchgen.engines.translate.phrasebook.forms import Reader
from pitchgen.engines.translate.phrasebook.reading import readers
from pitchgen.engines.translate.phrasebook.values import Term
from pitchgen.engines.translate.phrasebook.writing import Writer
from pitchgen.languages.chinese import normalise

_TABLES = ("goods", "materials", "qualities", "colours", "sizes", "countries", "cities", "markets")
"""Where a term may take the place of an entry; what stands around a good (modifiers) is no word by itself."""
_NEW = "goods"  # what a term is that the phrasebook does not know
_NAMES = ("person", "owner")
"""Slots in which a term that the phrasebook does not know may stand too. Not those of places: a shop is no city."""
_OWN = "terms"


def understanding(source: Source, terms: Sequence[str]) -> Source:
    """`source` with the Chinese `terms` known."""
    said = {normalise(term): term for term in terms}
    known = {word for table in _TABLES for word in source.lexicon[table] if word in said}
    lexicon = dict(source.lexicon)
    for table in _TABLES:
        here = [word for word in said if word in source.lexicon[table] or (table == _NEW and word not in known)]
        lexicon[table] = {**source.lexicon[table], **{word: _key(said[word]) for word in here}}
    made = readers(lexicon, source.units)
    new = {word: term for word, term in said.items() if word not in known}
    named = {kind: _named(made[kind], new) for kind in _NAMES}
    return replace(source, readers={**made, **named})


def calling(writer: Writer, terms: Mapping[str, str]) -> Writer:
    """`writer` with what the `terms` are called in its language."""
    own = {_key(term): translation for term, translation in terms.items()}
    lexicon = {table: {**entries, **own} if table in _TABLES else entries for table, entries in writer.lexicon.items()}
    return replace(writer, lexicon={**lexicon, _OWN: own})


def _named(reader: Reader, said: Mapping[str, str]) -> Reader:
    """`reader`, which knows the terms too, and before all."""
    longest = sorted(said, key=len, reverse=True)

    def read(text: str, start: int) -> list[tuple[int, object]]:
        own = [(start + len(word), Term(_OWN, _key(said[word]))) for word in longest if text.startswith(word, start)]
        return [*own, *reader(text, start)]

    return read


def _key(term: str) -> str:
    return f"term {term}"  # no key of the data has a space
