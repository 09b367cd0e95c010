"""A translator for tests of the flow: it marks the sentence with the language and knows every sentence."""

from __future__ import annotations

from collections.abc import Sequence

from pitchgen.core.engines import Licence, Translated, Translation, Translator
from pitchgen.languages import LANGUAGES

UNKNOWN = "?"
"""A sentence with this mark in it is one that the fake does not know."""


class FakeTranslator:
    """Deterministic, weightless."""

    name = "fake"
    fingerprint = "fake-translator-2"
    languages = frozenset(LANGUAGES)
    licence = Licence("Apache-2.0", commercial=True)
    exact = True

    def translate(self, requests: Sequence[Translation]) -> Sequence[Translated]:
        """`en: sentence` for each, the shop's terms in it; None for one with the mark."""
        return [Translated(None if UNKNOWN in r.text else f"{r.target}: {_with_terms(r)}") for r in requests]


def _with_terms(request: Translation) -> str:
    text = request.text
    for term, translation in request.glossary:
        text = text.replace(term, translation)
    return text


def load() -> Translator:
    """The fake translator."""
    return FakeTranslator()
