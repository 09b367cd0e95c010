"""What is said in each language: translated, its facts compared with the source, a person's own words kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pitchgen.core.engines import Translated, Translation
from pitchgen.core.fact import Finding, Problem, Verdict
from pitchgen.core.project import Line
from pitchgen.core.transcript import Segment, Transcript
from pitchgen.kit import Kit
from pitchgen.recipes.casting import Cast
from pitchgen.stages.compare import Claim, compare
from pitchgen.stages.revise import Occurrence, occurrences
from pitchgen.stages.translate import translate

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
    return [_request(segment, code, transcript, cast) for code in languages for segment in transcript.segments]


def told(transcript: Transcript, languages: Sequence[str], edits: Edits, cast: Cast, kit: Kit) -> list[Script]:
    """The words of every language: a person's where there are any, else the translator's.

    Of several translations the first one is taken whose facts are those of the source. Where all are wrong, more are
    asked for once; then the likeliest one stays, and its verdict says what is wrong.
    """
    asked = requests(transcript, languages, cast)
    sentences = list(transcript.texts) * len(languages)
    drafts = _soundest(list(kit.map(translate, asked, cast.translator)), asked, sentences, cast, kit)
    wrong = [i for i, (draft, verdict) in enumerate(drafts) if draft.text and not verdict.sound]
    if wrong and not _exact(cast):
        again = [replace(asked[i], hypotheses=MORE_HYPOTHESES) for i in wrong]
        more = list(kit.map(translate, again, cast.translator))
        better = _soundest(more, again, [sentences[i] for i in wrong], cast, kit)
        for i, found in zip(wrong, better, strict=True):
            drafts[i] = found
    each = iter(drafts)
    return [_script(code, transcript, edits.get(code, {}), each, cast, kit) for code in languages]


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


Judged = tuple[Translated, Verdict]


def _soundest(
    drafts: Sequence[Translated], asked: Sequence[Translation], sentences: Sequence[str], cast: Cast, kit: Kit
) -> list[Judged]:
    """Of each sentence the first translation whose facts are right, or else the likeliest, with its verdict."""
    rows = list(zip(drafts, asked, sentences, strict=True))
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
    terms = {code: _terms(code, cast) for _, _, code in claims}
    return list(kit.map(compare, [Claim(s, text or "", code, terms[code]) for s, text, code in claims], None))


def _terms(code: str, cast: Cast) -> tuple[tuple[str, str], ...]:
    return tuple((t.source, t.translation) for t in cast.glossary.terms if t.language in ("", code))


def _script(
    code: str,
    transcript: Transcript,
    wishes: Mapping[Occurrence, str | None],
    drafts: Iterator[Judged],
    cast: Cast,
    kit: Kit,
) -> Script:
    lines, verdicts, pivots = [], [], []
    for occurrence in occurrences(transcript.texts):
        draft, verdict = next(drafts)
        line = Line(occurrence[0], draft.text, wishes.get(occurrence, draft.text))
        if line.edited and line.text:
            (verdict,) = _verdicts([(line.source, line.text, code)], cast, kit)
        lines.append(line)
        verdicts.append(verdict if line.text else Verdict(code))
        pivots.append(draft.pivot)
    pivot = next(filter(None, pivots), None)
    return Script(code, transcript.segments, tuple(lines), tuple(verdicts), pivot, cast.speaks(code))


def _request(segment: Segment, code: str, transcript: Transcript, cast: Cast) -> Translation:
    if _exact(cast):
        return Translation(segment.text, transcript.language, code)
    from pitchgen.languages.facts import facts, in_figures  # only here: a run of the phrasebook needs none of it

    text = in_figures(segment.text, facts(segment.text, cast.glossary.hotwords))
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


def _exact(cast: Cast) -> bool:
    """Whether the translator writes facts by itself, from the Chinese as it was said."""
    return bool(getattr(cast.translator, "exact", False))
