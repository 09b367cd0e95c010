"""What is said in each language: translated, its facts compared with the source, a person's own words kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pitchgen.core.engines import Translated, Translation
from pitchgen.core.fact import Fact, Finding, Problem, Verdict
from pitchgen.core.project import Line
from pitchgen.core.transcript import Segment, Transcript
from pitchgen.kit import Kit
from pitchgen.languages.facts import facts, in_figures
from pitchgen.recipes.casting import Cast
from pitchgen.stages.revise import Occurrence, occurrences
from pitchgen.stages.translate import translate
from pitchgen.stages.verify import verify

HYPOTHESES = 4  # translations of a sentence that are looked at: beam search has as many at hand anyway
MORE_HYPOTHESES = 12  # where all of these get a fact wrong: three times as many, once

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


def requests(transcript: Transcript, languages: Sequence[str], cast: Cast) -> list[Translation]:
    """Every sentence in every language, as one stream; what only some translators read goes to them alone."""
    return [
        _request(segment, found, code, transcript, cast)
        for code in languages
        for segment, found in zip(transcript.segments, _facts(transcript, cast), strict=True)
    ]


def told(transcript: Transcript, languages: Sequence[str], edits: Edits, cast: Cast, kit: Kit) -> list[Script]:
    """The words of every language: a person's where there are any, else the translator's.

    Of several translations the first one is taken whose facts are those of the source. Where all are wrong, more are
    asked for once; then the likeliest one stays, and its verdict says what is wrong.
    """
    asked = requests(transcript, languages, cast)
    known = list(_facts(transcript, cast)) * len(languages)
    found = [_soundest(draft, *pair, cast) for draft, pair in _paired(kit, asked, known, cast)]
    wrong = [index for index, (draft, verdict) in enumerate(found) if draft.text and not verdict.sound]
    if wrong and not _exact(cast):
        again = [replace(asked[index], hypotheses=MORE_HYPOTHESES) for index in wrong]
        better = [_soundest(d, *pair, cast) for d, pair in _paired(kit, again, [known[i] for i in wrong], cast)]
        found = [better[wrong.index(i)] if i in wrong else kept for i, kept in enumerate(found)]
    drafts = iter(zip(found, known, strict=True))
    return [_script(code, transcript, edits.get(code, {}), drafts, cast) for code in languages]


def described(finding: Finding) -> str:
    """What is wrong with a fact, in words, with what was said and what was found."""
    said = f"{finding.said.evidence.text!r}" if finding.said else ""
    found = f"{finding.found.text!r}" if finding.found else ""
    return {
        Problem.MISSING: f"{said} is missing",
        Problem.CHANGED: f"{said} became {found}",
        Problem.DOUBLED: f"{said} is there twice",
        Problem.INVENTED: f"{found} was never said",
    }[finding.problem]


Pair = tuple[Translation, tuple[Fact, ...]]


def _paired(
    kit: Kit, asked: Sequence[Translation], known: Sequence[tuple[Fact, ...]], cast: Cast
) -> Iterator[tuple[Translated, Pair]]:
    """Each translation with its request and the facts of the sentence."""
    drafts = kit.map(translate, asked, cast.translator)
    return zip(drafts, zip(asked, known, strict=True), strict=True)


def _soundest(
    draft: Translated, request: Translation, known: tuple[Fact, ...], cast: Cast
) -> tuple[Translated, Verdict]:
    """The first of the translations whose facts are right, or else the likeliest, and its verdict."""
    if draft.text is None:
        return draft, Verdict(request.target)
    judged = [(text, _judge(known, text, request.target, cast)) for text in (draft.text, *draft.alternatives)]
    text, verdict = next((pair for pair in judged if pair[1].sound), judged[0])
    return replace(draft, text=text), verdict


def _script(
    code: str,
    transcript: Transcript,
    wishes: Mapping[Occurrence, str | None],
    drafts: Iterator[tuple[tuple[Translated, Verdict], tuple[Fact, ...]]],
    cast: Cast,
) -> Script:
    lines, verdicts, pivots = [], [], []
    for occurrence in occurrences(transcript.texts):
        (draft, verdict), known = next(drafts)
        line = Line(occurrence[0], draft.text, wishes.get(occurrence, draft.text))
        if line.edited and line.text:
            verdict = _judge(known, line.text, code, cast)
        lines.append(line)
        verdicts.append(verdict if line.text else Verdict(code))
        pivots.append(draft.pivot)
    pivot = next(filter(None, pivots), None)
    return Script(code, transcript.segments, tuple(lines), tuple(verdicts), pivot, cast.speaks(code))


def _request(segment: Segment, known: tuple[Fact, ...], code: str, transcript: Transcript, cast: Cast) -> Translation:
    if _exact(cast):
        return Translation(segment.text, transcript.language, code)
    text = in_figures(segment.text, known)
    if not getattr(cast.translator, "contextual", False):
        return Translation(text, transcript.language, code, hypotheses=HYPOTHESES)
    return Translation(
        text,
        transcript.language,
        code,
        context=transcript.texts,
        glossary=cast.glossary.within(segment.text, code),
        seconds=round(segment.span.duration, 1),
    )


def _judge(known: tuple[Fact, ...], text: str, code: str, cast: Cast) -> Verdict:
    names = [(term.source, term.translation) for term in cast.glossary.terms if term.language in ("", code)]
    return verify(known, text, code, names=names)


def _facts(transcript: Transcript, cast: Cast) -> tuple[tuple[Fact, ...], ...]:
    return tuple(facts(text, cast.glossary.hotwords) for text in transcript.texts)


def _exact(cast: Cast) -> bool:
    """Whether the translator writes facts by itself, from the Chinese as it was said."""
    return bool(getattr(cast.translator, "exact", False))
