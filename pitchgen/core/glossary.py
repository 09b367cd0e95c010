"""A shop's own terms: what they are called in each language, and what is left as it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A name or a word of the shop, in one language."""

    source: str
    """In Chinese."""
    language: str
    """BCP-47 code; empty for every language."""
    translation: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Glossary:
    """Terms, longest first, so that a name within a name does not win."""

    terms: tuple[Term, ...] = ()

    @property
    def hotwords(self) -> tuple[str, ...]:
        """What a recogniser should expect to hear, each once."""
        return tuple(dict.fromkeys(term.source for term in self.terms))

    def within(self, text: str, language: str) -> tuple[tuple[str, str], ...]:
        """The terms that occur in `text`, and what they are called in `language`."""
        found: dict[str, str] = {}
        for term in self.terms:
            if term.language in ("", language) and term.source in text and (term.language or term.source not in found):
                found[term.source] = term.translation
        return tuple(found.items())
