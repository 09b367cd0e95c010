"""Several readings of one caption, one of all that is seen and others of what has its letters' colour, agree on one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pitchgen.core.footage import Reading

FIGURES = frozenset("0123456789.%０１２３４５６７８９零一二两三四五六七八九十百千万亿半块元毛角分折")
"""Characters that make another price or quantity of a sentence."""
BARS = "一二三"
"""What is behind letters adds a bar now and then; none was seen to take one away."""
LEAST_BARS = 0.6  # probability of a reading with fewer bars, to be followed
HARDLY, WELL = 0.6, 0.9  # probabilities of a character in the first reading and in another, for which it is given up
NEW = 0.7  # the same, of what the first lacks: a point, or characters at an end where letters are hidden


@dataclass(frozen=True, slots=True)
class Vote:
    """What was agreed on."""

    reading: Reading
    contested: frozenset[int]
    """Places of it where one reading has a figure and another has not the same."""


def voted(first: Reading, others: Sequence[Reading], *, hidden: bool) -> Vote:
    """One reading of several.

    Args:
        first: of all that is seen.
        others: of what has the letters' colour.
        hidden: whether letters at the ends may be missing in `first`, and are to be taken from the others.
    """
    characters = [[(c, p)] for c, p in zip(first.text, first.probabilities, strict=True)]
    points: dict[int, float] = {}
    contested: set[int] = set()
    ends: list[list[tuple[str, float]]] = []
    for other in others:
        theirs = list(zip(other.text, other.probabilities, strict=True))
        matcher = SequenceMatcher(None, first.text, other.text, autojunk=False)
        for _, a1, a2, b1, b2 in matcher.get_opcodes():
            if a2 - a1 == b2 - b1:
                for place, candidate in zip(range(a1, a2), theirs[b1:b2], strict=True):
                    characters[place].append(candidate)
            elif hidden and a2 == 0 and all(p >= NEW for _, p in theirs[b1:b2]):
                ends.append(theirs[b1:b2])
            elif FIGURES & set(first.text[a1:a2] + other.text[b1:b2]):
                contested |= {*range(a1, a2), max(0, a1 - 1), min(a2, len(characters) - 1)}
                if _lost_point(first.text, a1, a2, theirs[b1:b2]):
                    points[a1] = theirs[b1][1]
    for i, candidates in enumerate(characters):
        said = {c for c, _ in candidates}
        if len(said) > 1 and said & FIGURES:
            contested.add(i)
    return _written(characters, contested, points, max(ends, key=len, default=[]))


def _lost_point(text: str, start: int, end: int, new: Sequence[tuple[str, float]]) -> bool:
    """Whether another reading has only a point more, between two digits."""
    digits = start == end and text[max(0, start - 1) : start + 1]
    return bool(
        digits and len(digits) == 2 and digits.isdecimal() and len(new) == 1 and new[0][0] == "." and new[0][1] >= NEW
    )


def _written(
    characters: Sequence[Sequence[tuple[str, float]]],
    contested: set[int],
    points: dict[int, float],
    new: Sequence[tuple[str, float]],
) -> Vote:
    """The vote on each character, with points put in before some places, and new characters before all."""
    chosen = list(new)
    doubtful = set(range(len(new)))
    for i, candidates in enumerate(characters):
        if i in points:
            doubtful.add(len(chosen))
            chosen.append((".", points[i]))
        if i in contested:
            doubtful.add(len(chosen))
        chosen.append(_chosen(candidates))
    return Vote(Reading("".join(c for c, _ in chosen), tuple(p for _, p in chosen)), frozenset(doubtful))


def _chosen(candidates: Sequence[tuple[str, float]]) -> tuple[str, float]:
    """One of the readings of a character, the first being the one that is to be kept without a reason."""
    first, *others = candidates
    bars = [c for c in candidates if c[0] in BARS and c[1] >= LEAST_BARS]
    if bars and (first[0] in BARS or first[1] < WELL):
        fewest = min(bars, key=lambda c: BARS.index(c[0]))
        return fewest[0], max(p for c, p in candidates if c == fewest[0])
    best = max(others, key=lambda c: c[1], default=first)
    if first[1] < HARDLY and best[1] >= WELL:
        return best
    return first[0], max(p for c, p in candidates if c == first[0])
