"""Facts: whatever is said, evidence is a part of it, and figures say the same."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pitchgen.languages.facts import facts, in_figures
from pitchgen.stages.verify import verify

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

import facts_generator

SENTENCES = st.integers(0, 10**6).map(lambda seed: facts_generator.sentences(1, seed)[0].text)
ANYTHING = st.text(
    "零一二两三五八十百千万亿点半几多来块毛元分角双个箱打天年月折第号码到乘起以上每一,，。 /-%0123456789AX", max_size=14
)


@given(SENTENCES | ANYTHING)
@settings(deadline=None, max_examples=150)
def test_evidence_is_in_order_and_does_not_overlap(text: str) -> None:
    end = 0
    for fact in facts(text):
        assert end <= fact.evidence.start < fact.evidence.end
        assert text[fact.evidence.start : fact.evidence.end] == fact.evidence.text
        end = fact.evidence.end


@given(SENTENCES | ANYTHING)
@settings(deadline=None, max_examples=150)
def test_figures_say_the_same(text: str) -> None:
    found = facts(text)
    assert facts(in_figures(text, found)) == found


@given(SENTENCES, st.sampled_from(("en", "ru", "ar", "ja", "hi")))
@settings(deadline=None, max_examples=60)
def test_a_translation_without_figures_loses_every_price(text: str, language: str) -> None:
    found = [fact for fact in facts(text) if fact.kind.value == "price"]
    assert verify(found, "", language).sound == (not found)


@given(st.text(max_size=60), st.sampled_from(("en", "fr", "th", "ar", "ja", "my")))
@settings(deadline=None, max_examples=100)
def test_any_text_is_judged_without_a_crash(text: str, language: str) -> None:
    verify(facts("三块五一双，一百双起订，三楼"), text, language)
