"""Terms are found and put where they stand, whatever the sentence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pitchgen.core.glossary import Glossary, Term
from pitchgen.languages.terms import held, switched

WORDS = st.text("义乌之星雨伞王LED3 ", min_size=1, max_size=4).map(str.strip).filter(bool)
SAID = st.sampled_from(["Yiwu Star", "зонт", "義烏", "LED", "XQA", "مظلة", "义乌之星"])
TERMS = st.lists(st.builds(Term, WORDS, st.sampled_from(["", "fr"]), SAID), max_size=6)
TEXTS = st.text("义乌之星雨伞王我们的，。LEDXQA3 ", max_size=40)


def glossary(terms: list[Term]) -> Glossary:
    return Glossary(tuple(sorted(terms, key=lambda term: (-len(term.source), term.language))))


@given(TEXTS, TERMS)
def test_uses_stand_where_they_say_and_apart(text: str, terms: list[Term]) -> None:
    end = 0
    for use in glossary(terms).uses(text, "fr"):
        assert use.start >= end
        assert text[use.start : use.end] == use.source
        end = use.end
    assert dict(glossary(terms).within(text, "fr")).keys() == {use.source for use in glossary(terms).uses(text, "fr")}


@given(TEXTS, TERMS)
def test_what_a_copying_network_returns_has_every_term(text: str, terms: list[Term]) -> None:
    uses = glossary(terms).uses(text, "fr")
    for worded in (switched(text, uses, "fr"), held(text, uses)):
        copied = worded.restored(worded.text)
        assert copied is not None
        assert all(use.translation in copied for use in uses)
        assert not any(letters in text for letters, _ in worded.stand_ins)


@given(TEXTS, TERMS)
def test_a_network_that_loses_a_stand_in_is_found_out(text: str, terms: list[Term]) -> None:
    worded = held(text, glossary(terms).uses(text, "fr"))
    for letters, _ in worded.stand_ins:
        assert worded.restored(worded.text.replace(letters, "")) is None
