"""What a person should look at in a version, and whether a price or a quantity is among it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pitchgen.core.report import (
    WRONG,
    Ear,
    FactCheck,
    LanguageVersion,
    Level,
    Look,
    Origin,
    Reason,
    Sentence,
    State,
)
from pitchgen.core.transcript import Transcript
from pitchgen.recipes.remarks import HEARD_LATE

HARMLESS = (Reason.LIMIT, Reason.NOT_DUBBED)
"""What a person has to know, and nothing that could be wrong with what is said."""


def judged(version: LanguageVersion, transcript: Transcript, limits: Sequence[str]) -> LanguageVersion:
    """The version with what to look at, the worst first, and what that amounts to.

    Args:
        version: as it was made.
        transcript: what she says; the recogniser may have doubted it.
        limits: what the platform asks for and the file does not keep.
    """
    return _weighed(version, [*_of_words(version, transcript), *_of_the_file(version, limits)])


def judged_again(version: LanguageVersion, gone: str) -> LanguageVersion:
    """The version with what was said of it before, and what is found of its file now; `gone` is empty where it is."""
    kept = [look for look in version.look if look.reason not in (Reason.GONE, Reason.LABEL)]
    lost = [Look(Reason.GONE, found=gone)] if gone else []
    return _weighed(version, [*kept, *lost, *_of_the_label(version)])


def _weighed(version: LanguageVersion, found: Sequence[Look]) -> LanguageVersion:
    looks = sorted(found, key=lambda look: list(Reason).index(look.reason))
    if any(look.reason in WRONG for look in looks):
        level = Level.WRONG
    else:
        level = Level.LOOK if any(look.reason not in HARMLESS for look in looks) else Level.RIGHT
    return replace(version, level=level, look=tuple(looks))


def _of_words(version: LanguageVersion, transcript: Transcript) -> Iterator[Look]:
    for sentence, segment in zip(version.sentences, transcript.segments, strict=True):
        yield from _of_sentence(sentence)
        if segment.doubt:
            yield Look(Reason.DOUBTED, sentence.number, sentence.source, segment.doubt.name.lower())


def _of_sentence(sentence: Sentence) -> Iterator[Look]:
    for check in sentence.facts:
        if check.state is not State.SAME:
            yield _look(Reason(check.state.value), sentence, check)
    if sentence.heard.ear is Ear.OTHER:
        said = "、".join(check.said.text for check in sentence.heard.facts if check.said)
        yield Look(Reason.MISHEARD, sentence.number, said or sentence.source, sentence.heard.text)
    if sentence.origin is Origin.ORIGINAL:
        yield Look(Reason.ORIGINAL, sentence.number, sentence.source)
    if sentence.late >= HEARD_LATE:
        yield Look(Reason.LATE, sentence.number, sentence.source, sentence.text, sentence.late)


def _look(reason: Reason, sentence: Sentence, check: FactCheck) -> Look:
    said = check.said.text if check.said else ""
    return Look(reason, sentence.number, said, " · ".join(place.text for place in check.found) or check.wanted)


def _of_the_file(version: LanguageVersion, limits: Sequence[str]) -> Iterator[Look]:
    if version.speech.timbre == "none":
        yield Look(Reason.NOT_DUBBED)
    yield from _of_the_label(version)
    for limit in limits:
        yield Look(Reason.LIMIT, said=limit)


def _of_the_label(version: LanguageVersion) -> Iterator[Look]:
    if not version.mark.holds:
        yield Look(Reason.LABEL)
