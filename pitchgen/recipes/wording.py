"""How a sentence is handed to a translator: facts in figures, the shop's terms in its way, other ways if that fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from pitchgen.core.engines import Translated, Translation
from pitchgen.core.fact import Verdict
from pitchgen.core.transcript import Segment, Transcript
from pitchgen.languages.terms import Worded, held, switched
from pitchgen.recipes.casting import Cast

HYPOTHESES = 4  # translations of a sentence that are looked at: beam search has as many at hand anyway
MORE_HYPOTHESES = 12  # where all of these get a fact or a term wrong: three times as many, once


@dataclass(frozen=True, slots=True)
class Wording:
    """A request, and the way back from what stands for terms in it."""

    request: Translation
    worded: Worded = field(default_factory=lambda: Worded(""))

    def restored(self, made: Translated) -> Translated:
        """What a translator made of the request, with the terms in it; None for a text that has lost one."""
        if made.text is None or not self.worded.stand_ins:
            return made
        restored = map(self.worded.restored, (made.text, *made.alternatives))
        texts = [text for text in restored if text is not None]
        return replace(made, text=texts[0] if texts else None, alternatives=tuple(texts[1:]))

    def failed(self, made: Translated, verdict: Verdict) -> bool:
        """Whether the translator is to be asked otherwise: not where it does not know the sentence."""
        return not verdict.sound if made.text is not None else bool(self.worded.stand_ins)


def first_wording(segment: Segment, code: str, transcript: Transcript, cast: Cast) -> Wording:
    """What the translator is asked first."""
    if exact(cast):
        terms = cast.glossary.within(segment.text, code)
        return Wording(Translation(segment.text, transcript.language, code, glossary=terms))
    text = _in_figures(segment.text, cast)
    if contextual(cast):
        return Wording(
            Translation(
                text,
                transcript.language,
                code,
                context=transcript.texts,
                glossary=cast.glossary.within(segment.text, code),
                seconds=round(segment.span.duration, 1),
            )
        )
    worded = switched(text, cast.glossary.uses(text, code), code)
    return Wording(Translation(worded.text, transcript.language, code, hypotheses=HYPOTHESES), worded)


def other_wordings(first: Wording, sentence: str, cast: Cast) -> Iterator[Wording]:
    """What it is asked once more where all that it made of `first` is wrong: more of it, then terms in other ways."""
    more = replace(first.request, hypotheses=MORE_HYPOTHESES)
    yield replace(first, request=more)
    code = first.request.target
    if contextual(cast) or not cast.glossary.within(sentence, code):
        return
    text = _in_figures(sentence, cast)
    for worded in (held(text, cast.glossary.uses(text, code)), Worded(text)):
        if worded != first.worded:
            yield Wording(replace(more, text=worded.text), worded)


def exact(cast: Cast) -> bool:
    """Whether the translator writes facts by itself, from the Chinese as it was said."""
    return bool(getattr(cast.translator, "exact", False))


def contextual(cast: Cast) -> bool:
    """Whether the translator reads what comes with a sentence."""
    return bool(getattr(cast.translator, "contextual", False))


def _in_figures(sentence: str, cast: Cast) -> str:
    return _written(sentence, tuple(name for name in cast.glossary.hotwords if name in sentence))


@lru_cache(maxsize=4096)  # the same in every language
def _written(sentence: str, names: tuple[str, ...]) -> str:
    from pitchgen.languages.facts import facts, in_figures  # only here: a run of the phrasebook needs none of it

    return in_figures(sentence, facts(sentence, names))
