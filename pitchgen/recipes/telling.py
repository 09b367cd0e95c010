"""What is said in each language: translated, its facts compared with the source, a person's own words kept."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pitchgen.core.engines import Translated, Translation
from pitchgen.core.fact import Finding, Problem, Verdict
from pitchgen.core.glossary import Glossary
from pitchgen.core.memory import Memory
from pitchgen.core.project import Line
from pitchgen.core.transcript import Segment, Transcript
from pitchgen.kit import Kit
from pitchgen.languages.pace import seconds
from pitchgen.recipes.casting import Cast
from pitchgen.recipes.naming import with_names
from pitchgen.recipes.wording import Wording, exact, first_wording, other_wordings
from pitchgen.stages.choose import Choice, choose
from pitchgen.stages.compare import Claim, compare
from pitchgen.stages.fit import MOMENT
from pitchgen.stages.revise import Occurrence, occurrences
from pitchgen.stages.translate import translate

NO_TERMS = Glossary()
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
    glossary: Glossary = NO_TERMS
    """What the translator was given, names that a person has written included."""

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
    transcript: Transcript, languages: Sequence[str], edits: Edits, cast: Cast, kit: Kit, memory: Memory = NOTHING,
    *, duration: float = math.inf,
) -> list[Script]:  # fmt: skip
    """The words of every language: a person's where there are any, else what is remembered, else the translator's.

    Of several translations those are kept whose facts and terms are those of the source. Where all are wrong, more are
    asked for once, the terms in other ways; then the one stays with which least is wrong, and its verdict says what.
    Of those kept, the ones are said that fit together into the time there is, up to `duration` seconds.
    """
    cast = _with_names(cast, languages, memory)
    segments, asked = _apart(_asked(transcript, languages, cast, memory))
    drafts = _soundest(asked, segments, cast, kit)
    wrong = [i for i, judged in enumerate(drafts) if asked[i].failed(*judged)]
    if wrong and not exact(cast):
        again = [(i, other) for i in wrong for other in other_wordings(asked[i], segments[i].text, cast)]
        found = _soundest([other for _, other in again], [segments[i] for i, _ in again], cast, kit)
        for i in wrong:
            others = [judged for (place, _), judged in zip(again, found, strict=True) if place == i and judged[0].text]
            drafts[i] = min(others, key=lambda judged: len(judged[1].findings), default=drafts[i])
    each = iter(drafts)
    written = [_written(code, transcript, edits.get(code, {}), each, memory) for code in languages]
    return [draft.script(duration, cast, kit) for draft in written]


def judged_again(script: Script, lines: Sequence[int], cast: Cast, kit: Kit) -> Script:
    """`script` with a new verdict on each of `lines`."""
    found = list(script.verdicts)
    claims = [(script.lines[i].source, script.lines[i].text, script.language) for i in lines]
    for i, verdict in zip(lines, verdicts(claims, cast, kit), strict=True):
        found[i] = verdict
    return replace(script, verdicts=tuple(found))


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
"""A translation whose facts were looked at, all those of its alternatives right."""


def _asked(
    transcript: Transcript, languages: Sequence[str], cast: Cast, memory: Memory
) -> list[tuple[Segment, Wording]]:
    """Each sentence that is not remembered, and how the translator is asked for it."""
    return [
        (segment, first_wording(segment, code, transcript, cast))
        for code in languages
        for segment in transcript.segments
        if memory.recall(segment.text, code) is None
    ]


def _with_names(cast: Cast, languages: Sequence[str], memory: Memory) -> Cast:
    return replace(cast, glossary=with_names(cast.glossary, languages, memory))


def _apart(asked: Sequence[tuple[Segment, Wording]]) -> tuple[list[Segment], list[Wording]]:
    return [segment for segment, _ in asked], [wording for _, wording in asked]


def _soundest(asked: Sequence[Wording], segments: Sequence[Segment], cast: Cast, kit: Kit) -> list[Judged]:
    """Of each sentence the first translation whose facts are right, or else the likeliest, with its verdict.

    The others are looked at where it is wrong, or takes longer to say than she does.
    """
    made = kit.map(translate, [wording.request for wording in asked], cast.translator)
    drafts = [wording.restored(draft) for wording, draft in zip(asked, made, strict=True)]
    rows = list(zip(drafts, [wording.request.target for wording in asked], segments, strict=True))
    first = iter(verdicts([(s.text, d.text, code) for d, code, s in rows if d.text is not None], cast, kit))
    judged = [(d, next(first) if d.text is not None else Verdict(code)) for d, code, _ in rows]
    looked = [i for i, (_, v) in enumerate(judged) if not v.sound or _long(*rows[i])]
    others = [(rows[i][2].text, text, rows[i][1]) for i in looked for text in drafts[i].alternatives]
    found = iter(verdicts(others, cast, kit))
    judged = [(replace(draft, alternatives=()), verdict) for draft, verdict in judged]
    for i in looked:
        every = [(drafts[i].text, judged[i][1]), *((text, next(found)) for text in drafts[i].alternatives)]
        sound = [pair for pair in every if pair[1].sound]
        text, verdict = (sound or every)[0]
        others_ = tuple(text for text, _ in sound[1:] if text)
        judged[i] = replace(drafts[i], text=text, alternatives=others_), verdict
    return judged


def _long(draft: Translated, code: str, segment: Segment) -> bool:
    """Whether a translation takes longer to say than its sentence took."""
    return bool(draft.text) and seconds(draft.text or "", code) > segment.span.duration


def verdicts(claims: Sequence[tuple[str, str | None, str]], cast: Cast, kit: Kit) -> list[Verdict]:
    """What comparing each (sentence, text, language) gives."""
    terms = cast.glossary.within
    return list(kit.map(compare, [Claim(s, text or "", code, terms(s, code)) for s, text, code in claims], None))


@dataclass(frozen=True, slots=True)
class _Written:
    """A script whose wordings are still to be chosen."""

    language: str
    segments: tuple[Segment, ...]
    lines: tuple[Line, ...]
    drafts: tuple[Judged, ...]

    def script(self, duration: float, cast: Cast, kit: Kit) -> Script:
        """With the wordings that fit into `duration` seconds together, and what is wrong with each."""
        code, dubbed = self.language, cast.speaks(self.language)
        lines = self._chosen(duration) if dubbed else self.lines
        known = tuple(
            verdict if line.text else Verdict(code) for line, (_, verdict) in zip(lines, self.drafts, strict=True)
        )
        drafts = [draft.text for draft, _ in self.drafts]
        pivot = next((draft.pivot for draft, _ in self.drafts if draft.pivot), None)
        script = Script(code, self.segments, lines, known, pivot, dubbed, cast.glossary)
        new = [i for i, line in enumerate(lines) if line.text and (line.remembered or line.text != drafts[i])]
        return judged_again(script, new, cast, kit)

    def _chosen(self, duration: float) -> tuple[Line, ...]:
        options = [
            (line.text, *(() if line.edited or line.remembered else draft.alternatives))
            for line, (draft, _) in zip(self.lines, self.drafts, strict=True)
        ]
        said = [i for i, line in enumerate(self.lines) if line.text != ""]
        choices = [Choice(self.segments[i].span, self._seconds(i, options[i])) for i in said]
        lines = list(self.lines)
        for i, wording in zip(said, choose(choices, duration), strict=True):
            if wording:
                lines[i] = replace(lines[i], draft=options[i][wording], text=options[i][wording])
        return tuple(lines)

    def _seconds(self, line: int, texts: Sequence[str | None]) -> tuple[float, ...]:
        hers = max(self.segments[line].span.duration, MOMENT)
        return tuple(seconds(text, self.language) if text else hers for text in texts)


def _written(
    code: str,
    transcript: Transcript,
    wishes: Mapping[Occurrence, str | None],
    each: Iterator[Judged],
    memory: Memory,
) -> _Written:
    lines, drafts = [], []
    for occurrence in occurrences(transcript.texts):
        known = memory.recall(occurrence[0], code)
        draft, verdict = (Translated(known), Verdict(code)) if known is not None else next(each)
        lines.append(Line(occurrence[0], draft.text, wishes.get(occurrence, draft.text), known is not None))
        drafts.append((draft, verdict))
    return _Written(code, transcript.segments, tuple(lines), tuple(drafts))
