"""The shop's terms and real networks: small ones, which know the lines of a sample by heart and no term."""

from __future__ import annotations

from pathlib import Path

import pytest
from checkpoints.translation import SPOKEN

from pitchgen.core.glossary import Glossary, Term
from pitchgen.core.transcript import Segment, Span, Transcript
from pitchgen.edges.store import Store
from pitchgen.engines import registry
from pitchgen.engines.rack import Rack
from pitchgen.kit import Kit
from pitchgen.recipes.casting import Cast
from pitchgen.recipes.telling import Script, described, told

NAMED = next(line for line in SPOKEN if "小王" in line)


def said(engine: str, rack: Rack, folder: Path, *terms: Term) -> Script:
    fakes = [registry.load(verb, "fake") for verb in ("detect", "transcribe", "transcribe")]
    translator = registry.load("translate", engine, use="research", rack=rack)
    cast = Cast(*fakes, translator, registry.load("synthesize", "fake"), Glossary(terms))
    (made,) = told(Transcript("zh", (Segment(Span(0, 3), NAMED),)), ["en"], {}, cast, Kit(Store(folder)))
    return made


@pytest.mark.parametrize("engine", ["marian", "m2m100"])
def test_a_term_that_the_network_writes_is_found(engine: str, rack: Rack, tmp_path: Path) -> None:
    made = said(engine, rack, tmp_path, Term("小王", "en", "Xiao Wang"))
    assert made.lines[0].text
    assert "Xiao Wang" in made.lines[0].text
    assert not made.unsound


@pytest.mark.parametrize("engine", ["marian", "m2m100"])
def test_a_term_that_it_never_writes_is_named(engine: str, rack: Rack, tmp_path: Path) -> None:
    made = said(engine, rack, tmp_path, Term("小王", "en", "Lily"))
    ((line, verdict),) = made.unsound
    assert line.text
    assert "XQ" not in line.text, "what stands for a term is no word of hers"
    assert "'小王' is not called 'Lily'" in [described(finding) for finding in verdict.findings]
