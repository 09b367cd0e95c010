"""What is told of each sentence of a version: its words, its time, its facts, and what was heard of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pitchgen.core.fact import Fact, Finding, Verdict
from pitchgen.core.project import Line
from pitchgen.core.report import Ear, FactCheck, Hearing, Origin, Sentence, State
from pitchgen.core.timeline import Clip
from pitchgen.core.transcript import Segment
from pitchgen.recipes.dub import Dub
from pitchgen.recipes.listening import Heard


def sentences(made: Dub) -> tuple[Sentence, ...]:
    """Every sentence of a version, those that are not heard included."""
    script = made.script
    clips = iter(made.timeline.clips)
    sounds = iter(made.sounds)
    longer = {(line.source, line.after): line.before for line in made.shortened}
    late = {overrun.segment: overrun.seconds for overrun in made.timeline.overruns}
    told = []
    rows = zip(script.segments, script.lines, script.verdicts, strict=True)
    for number, (segment, line, verdict) in enumerate(rows, 1):
        clip = next(clips) if line.text != "" else None
        sound = next(sounds) if line.text and script.dubbed else None
        before = longer.get((line.source, line.text or ""), "")
        sentence = Sentence(
            number=number,
            source=line.source,
            source_span=made.clock.span(segment.span),
            text=line.text or "",
            origin=Origin.SHORTENED if before else _origin(line),
            span=clip.span if clip else None,
            longer=before,
            reused=bool(sound and sound.reused),
            facts=tuple(_facts(verdict)) if line.text else (),
        )
        told.append(replace(sentence, tempo=clip.tempo, late=_late(clip, late)) if clip else sentence)
    return tuple(told)


def with_hearing(told: Sequence[Sentence], heard: Heard) -> tuple[Sentence, ...]:
    """The sentences, each with what a recogniser heard of its facts."""
    hearings = {(line.text, line.start): Hearing(Ear.SAME, line.heard) for line in heard.confirmed}
    for other in heard.misheard:
        checks = tuple(map(_wrong, other.findings))
        hearings[other.text, other.start] = Hearing(Ear.OTHER, other.heard, checks)
    unclear = set(heard.unverifiable if heard.asked else ())
    return tuple(replace(sentence, heard=_hearing(sentence, hearings, unclear)) for sentence in told)


def _hearing(sentence: Sentence, hearings: dict[tuple[str, float], Hearing], unclear: set[str]) -> Hearing:
    if sentence.span and (known := hearings.get((sentence.text, sentence.span.start))):
        return known
    return Hearing(Ear.UNCLEAR) if sentence.text in unclear else Hearing()


def _late(clip: Clip, late: dict[Segment, float]) -> float:
    return late.get(clip.segment, 0.0)


def _origin(line: Line) -> Origin:
    if line.text is None:
        return Origin.ORIGINAL
    if line.text == "":
        return Origin.SILENT
    if line.edited:
        return Origin.PERSON
    return Origin.MEMORY if line.remembered else Origin.TRANSLATOR


def _facts(verdict: Verdict) -> Iterator[FactCheck]:
    """All facts, in the order in which she says them; what she never said comes last."""
    found = [
        *(FactCheck(State.SAME, m.said.kind, m.said.evidence, m.found) for m in verdict.matches),
        *map(_wrong, verdict.findings),
        *map(_unchecked, verdict.unverified),
    ]
    yield from _in_order(found)


def _in_order(checks: Iterable[FactCheck]) -> list[FactCheck]:
    return sorted(checks, key=lambda check: (check.said is None, check.said.start if check.said else 0))


def _wrong(finding: Finding) -> FactCheck:
    return FactCheck(
        State(finding.problem.value),
        finding.said.kind if finding.said else None,
        finding.said.evidence if finding.said else None,
        (finding.found,) if finding.found else (),
        finding.wanted,
    )


def _unchecked(fact: Fact) -> FactCheck:
    return FactCheck(State.UNCHECKED, fact.kind, fact.evidence)
