"""Names of people and shops: written in each language once, and the same way ever after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pitchgen.core.glossary import Glossary, Term
from pitchgen.core.memory import NAME, Entry, Memory, now


def new_names(glossary: Glossary, texts: Sequence[str], codes: Sequence[str], memory: Memory) -> list[Entry]:
    """Names in `texts` that nobody has written in some of the languages `codes` yet, with how they are written."""
    wanted = [
        (term.source, code)
        for term, code in _unnamed(glossary, codes)
        if memory.name(term.source, code) is None and any(term.source in text for text in texts)
    ]
    return [Entry(name, code, _written(name, code), now(), "transliterated", NAME) for name, code in wanted]


def with_names(glossary: Glossary, codes: Sequence[str], memory: Memory) -> Glossary:
    """`glossary` with the names as the memory has them."""
    named = [
        replace(term, language=code, translation=written)
        for term, code in _unnamed(glossary, codes)
        if (written := memory.name(term.source, code)) is not None
    ]
    order = sorted((*glossary.terms, *named), key=lambda term: (-len(term.source), term.language))
    return Glossary(tuple(order)) if named else glossary


def spellings(entries: Sequence[Entry]) -> list[str]:
    """How names are written from now on, a line for each name."""
    names: dict[str, dict[str, list[str]]] = {}
    for entry in entries:
        names.setdefault(entry.source, {}).setdefault(entry.text or "", []).append(entry.language)
    return [
        f"{name} is written {_listed(written)} from now on; if that is wrong, give its translation in the glossary"
        for name, written in names.items()
    ]


def _listed(written: Mapping[str, Sequence[str]]) -> str:
    return ", ".join(f"{text} ({' '.join(codes)})" for text, codes in written.items())


def _written(name: str, code: str) -> str:
    from pitchgen.engines.translate.phrasebook import book  # only where a name is new
    from pitchgen.languages.names import spelled

    return spelled(name, code, book.syllables(code))


def _unnamed(glossary: Glossary, codes: Sequence[str]) -> Iterator[tuple[Term, str]]:
    """Terms without a translation, and the languages in which they have none."""
    given = {(term.source, term.language) for term in glossary.terms if term.translation}
    for term in glossary.terms:
        for code in codes if not term.translation else ():
            if term.language in ("", code) and (term.source, code) not in given:
                yield term, code
