"""What is said in each language: translated, its facts compared with the source, a person's own words kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pitchgen.core.engines import Translated, Translation
from pitchgen.core.fact import Finding, Problem, Verdict
from pitchgen.core.memory import Memory
from pitchgen.core.project import Line
from pitchgen.core.transcript import Segment, Transcript
from pitchgen.kit import Kit
from pitchgen.recipes.casting import Cast
from pitchgen.recipes.naming import with_names
from pitchgen.recipes.wording import Wording, exact, first_wording, other_wordings
from pitchgen.stages.compare import Claim, compare
from pitchgen.stages.revise import Occurrence, occurrences
from pitchgen.stages.translate import translate

NOTHING = Memory()
"""The memory of a shop that has corrected nothing yet."""
Edits = Mapping[str, Mapping[Occurrence, str | None]]
"""By language: what a person wants said for which sentence."""


@dataclass(frozen=True, slots=True)
class Script:
    """One language version in words: a line for each segment."""

    language: str
    segments: tuple[Segment, ...]
    lines: tuple[Line, ...]
    verdicts: tuple[Verdict, ...]
    """Whether each line says the facts of its sentence."""
    pivot: str | None = None
    """BCP-47 code of the language that the translation went through."""
    dubbed: bool = True
    """False where no voice speaks the language: her own sound stays, and the lines are subtitles."""

    @property
    def spoken(self) -> tuple[tuple[Segment, Line], ...]:
        """What is heard: all but the lines that a person has emptied."""
        return tuple(pair for pair in zip(self.segments, self.lines, strict=True) if pair[1].text != "")

    @property
    def voiced(self) -> tuple[str, ...]:
        """The texts that a voice has to say, in order."""
        return tuple(line.text for _, line in self.spoken if line.text and self.dubbed)

    @property
    def unsound(self) -> tuple[tuple[Line, Verdict], ...]:
        """The lines of which a fact is not what she said."""
        pairs = zip(self.lines, self.verdicts, strict=True)
        return tuple((line, verdict) for line, verdict in pairs if not verdict.sound)


def requests(
    transcript: Transcript, languages: Sequence[str], cast: Cast, memory: Memory = NOTHING
) -> list[Translation]:
    """Every sentence in every language that is not remembered, as one stream."""
    asked = _asked(transcript, languages, _with_names(cast, languages, memory), memory)
    return [wording.request for _, wording in asked]


def told(
    transcript: Transcript, languages: Sequence[str], edits: Edits, cast: Cast, kit: Kit, memory: Memory = NOTHING
) -> list[Script]:
    """The words of every language: a person's where there are any, else what is remembered, else the translator's.

    Of several translations the first one is taken whose facts and terms are those of the source. Where all are wrong,
    more are asked for once, the terms in other ways; then the one stays with which least is wrong, and its verdict
    says what.
    """
    cast = _with_names(cast, languages, memory)
    sentences, asked = _apart(_asked(transcript, languages, cast, memory))
    drafts = _soundest(asked, sentences, cast, kit)
    wrong = [i for i, judged in enumerate(drafts) if asked[i].failed(*judged)]
    if wrong and not exact(cast):
        again = [(i, other) for i in wrong for other in other_wordings(asked[i], sentences[i], cast)]
        found = _soundest([other for _, other in again], [sentences[i] for i, _ in again], cast, kit)
        for i in wrong:
            others = [judged for (place, _), judged in zip(again, found, strict=True) if place == i and judged[0].text]
            drafts[i] = min(others, key=lambda judged: len(judged[1].findings), default=drafts[i])
    each = iter(drafts)
    return [_script(code, transcript, edits.get(code, {}), each, cast, kit, memory) for code in languages]


def described(finding: Finding) -> str:
    """What is wrong with a fact, in words, with what was said and what was found."""
    said = f"{finding.said.evidence.text!r}" if finding.said else ""
    found = f"{finding.found.text!r}" if finding.found else ""
    return {
        Problem.MISSING: f"{said} is not called {finding.wanted!r}" if finding.wanted else f"{said} is missing",
        Problem.CHANGED: f"{said} became {found}",
        Problem.DOUBLED: f"{said} is there twice",
        Problem.INVENTED: f"{found} was never said",
    }[finding.problem]


Judged = tuple[Translated, Verdict]


def _asked(transcript: Transcript, languages: Sequence[str], cast: Cast, memory: Memory) -> list[tuple[str, Wording]]:
    """Each sentence that is not remembered, and how the translator is asked for it."""
    return [
        (segment.text, first_wording(segment, code, transcript, cast))
        for code in languages
        for segment in transcript.segments
        if memory.recall(segment.text, code) is None
    ]


def _with_names(cast: Cast, languages: Sequence[str], memory: Memory) -> Cast:
    return replace(cast, glossary=with_names(cast.glossary, languages, memory))


def _apart(asked: Sequence[tuple[str, Wording]]) -> tuple[list[str], list[Wording]]:
    return [sentence for sentence, _ in asked], [wording for _, wording in asked]


def _soundest(asked: Sequence[Wording], sentences: Sequence[str], cast: Cast, kit: Kit) -> list[Judged]:
    """Of each sentence the first translation whose facts are right, or else the likeliest, with its verdict."""
    made = kit.map(translate, [wording.request for wording in asked], cast.translator)
    drafts = [wording.restored(draft) for wording, draft in zip(asked, made, strict=True)]
    rows = list(zip(drafts, [wording.request for wording in asked], sentences, strict=True))
    first = iter(_verdicts([(s, d.text, r.target) for d, r, s in rows if d.text is not None], cast, kit))
    judged = [(d, next(first) if d.text is not None else Verdict(r.target)) for d, r, _ in rows]
    wrong = [i for i, (draft, verdict) in enumerate(judged) if not verdict.sound and draft.alternatives]
    others = [(rows[i][2], text, rows[i][1].target) for i in wrong for text in drafts[i].alternatives]
    verdicts = iter(_verdicts(others, cast, kit))
    for i in wrong:
        found = [(text, next(verdicts)) for text in drafts[i].alternatives]
        text, verdict = next((pair for pair in found if pair[1].sound), (drafts[i].text, judged[i][1]))
        judged[i] = replace(drafts[i], text=text), verdict
    return judged


def _verdicts(claims: Sequence[tuple[str, str | None, str]], cast: Cast, kit: Kit) -> list[Verdict]:
    """What comparing (sentence, text, language) gives."""
    terms = cast.glossary.within
    return list(kit.map(compare, [Claim(s, text or "", code, terms(s, code)) for s, text, code in claims], None))


def _script(
    code: str,
    transcript: Transcript,
    wishes: Mapping[Occurrence, str | None],
    drafts: Iterator[Judged],
    cast: Cast,
    kit: Kit,
    memory: Memory,
) -> Script:
    lines, verdicts, pivots = [], [], []
    for occurrence in occurrences(transcript.texts):
        known = memory.recall(occurrence[0], code)
        draft, verdict = (Translated(known), Verdict(code)) if known is not None else next(drafts)
        lines.append(Line(occurrence[0], draft.text, wishes.get(occurrence, draft.text), known is not None))
        verdicts.append(verdict if lines[-1].text else Verdict(code))
        pivots.append(draft.pivot)
    own = [i for i, line in enumerate(lines) if line.text and (line.edited or line.remembered)]
    found = _verdicts([(lines[i].source, lines[i].text, code) for i in own], cast, kit)
    for i, verdict in zip(own, found, strict=True):
        verdicts[i] = verdict
    pivot = next(filter(None, pivots), None)
    return Script(code, transcript.segments, tuple(lines), tuple(verdicts), pivot, cast.speaks(code))
