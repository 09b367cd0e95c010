"""Whether two sources say the same words, and where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pitchgen.core.transcript import Transcript
from pitchgen.languages.facts import facts, in_figures

ALIKE = 0.8  # likeness of two wordings of one sentence; a letter that was misread is no other wording


@dataclass(frozen=True, slots=True)
class Difference:
    """A sentence that another source has otherwise."""

    at: float
    """Seconds after the start."""
    taken: str
    """The sentence as it was taken."""
    other: str
    """What stands in its place."""


def differences(taken: Transcript, other: Sequence[str]) -> tuple[Difference, ...]:
    """The sentences of `taken` that `other` has with another figure or in other words, in order.

    Marks and spaces do not count, nor how a number is written.
    """
    sentences = [_plain(text) for text in taken.texts]
    whole, rest = "".join(sentences), "".join(map(_plain, other))
    matcher = SequenceMatcher(None, whole, rest, autojunk=False)
    found, start = [], 0
    for sentence, segment in zip(sentences, taken.segments, strict=True):
        place = _place(matcher, start, start + len(sentence))
        there = rest[place[0] : place[1]]
        if _digits(sentence) != _digits(there) or SequenceMatcher(None, sentence, there).ratio() < ALIKE:
            found.append(Difference(segment.span.start, segment.text, there))
        start += len(sentence)
    return tuple(found)


def _plain(text: str) -> str:
    return "".join(character for character in in_figures(text, facts(text)) if character.isalnum() or character == ".")


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit() or character == ".").strip(".")


def _place(matcher: SequenceMatcher[str], start: int, end: int) -> tuple[int, int]:
    """What of the second text stands where `start` to `end` of the first does."""
    first, last = None, 0
    for kind, a1, a2, b1, b2 in matcher.get_opcodes():
        if a2 < start or a1 > end or (a1 == a2 and kind != "insert"):
            continue
        low, high = max(a1, start), min(a2, end)
        if kind == "equal" and low < high:
            begin, stop = b1 + low - a1, b1 + high - a1
        elif kind == "replace" and low < high:
            share = (b2 - b1) / (a2 - a1)
            begin, stop = b1 + round((low - a1) * share), b1 + round((high - a1) * share)
        elif kind == "insert" and start < a1 < end:
            begin, stop = b1, b2
        else:
            continue
        first, last = begin if first is None else first, stop
    return (first or 0, last)
