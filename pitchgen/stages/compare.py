"""Compares a translation with the sentence it is of: the facts of the one, looked for in the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pitchgen.core.fact import Verdict
from pitchgen.core.stage import stage


@dataclass(frozen=True, slots=True)
class Claim:
    """That a text says what a sentence says."""

    sentence: str
    """In Chinese."""
    text: str
    language: str
    """BCP-47 code of `text`."""
    terms: tuple[tuple[str, str], ...] = ()
    """Names and terms of the shop, and what they are called in that language."""


@stage(version=5)
def compare(claims: Sequence[Claim], performer: None = None) -> Sequence[Verdict]:
    """Whether each claim holds; nobody performs it.

    Kept like any result: a word table of a language takes a fifth of a second to make, and a run in which nothing has
    changed needs none. Whatever changes how facts are read or looked for raises the version.
    """
    del performer
    from pitchgen.languages.facts import facts
    from pitchgen.stages.verify import verify

    return [verify(facts(c.sentence, [name for name, _ in c.terms]), c.text, c.language, names=c.terms) for c in claims]
