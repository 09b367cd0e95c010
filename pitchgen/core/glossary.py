"""A shop's own terms: what they are called in each language, and what is left as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A name or a word of the shop, in one language."""

    source: str
    """In Chinese."""
    language: str
    """BCP-47 code; empty for every language."""
    translation: str
    """Empty where it is a name that is to be written in the letters of the language."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """A term at a place [start, end) of a sentence."""

    start: int
    end: int
    source: str
    translation: str


@dataclass(frozen=True, slots=True)
class Glossary:
    """Terms, longest first, so that a name within a name does not win."""

    terms: tuple[Term, ...] = ()

    @property
    def hotwords(self) -> tuple[str, ...]:
        """What a recogniser should expect to hear, each once."""
        return tuple(dict.fromkeys(term.source for term in self.terms))

    def uses(self, text: str, language: str) -> tuple[Use, ...]:
        """Where terms stand in `text`, from the left, the longest first, none within another."""
        return tuple(_uses(text, self._called(text, language)))

    def within(self, text: str, language: str) -> tuple[tuple[str, str], ...]:
        """The terms that occur in `text`, and what they are called in `language`."""
        used = {use.source: use.translation for use in self.uses(text, language)}
        return tuple(sorted(used.items(), key=lambda term: -len(term[0])))

    def _called(self, text: str, language: str) -> dict[str, str]:
        """What terms that may occur in `text` are called; a language of its own goes before every language."""
        found: dict[str, str] = {}
        for term in self.terms:
            known = term.source in found and not term.language
            if term.translation and term.language in ("", language) and term.source in text and not known:
                found[term.source] = term.translation
        return dict(sorted(found.items(), key=lambda called: -len(called[0])))


def _uses(text: str, called: dict[str, str]) -> Iterator[Use]:
    at = 0
    while called and at < len(text):
        source = next((source for source in called if text.startswith(source, at)), "")
        end = at + len(source)
        if source and not (_clings(text, at) or _clings(text, end)):
            yield Use(at, end, source, called[source])
            at = end
        else:
            at += 1


def _clings(text: str, at: int) -> bool:
    """Whether a Latin word goes on at `at`: LED is not in LEDGER."""
    around = text[max(0, at - 1) : at + 1]
    return at > 0 and len(around) == 2 and all(c.isascii() and c.isalnum() for c in around)
