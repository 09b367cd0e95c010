"""Several readings of captions joined into what stood there, and the figures that may be others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pitchgen.core.footage import OldCaption, Reading
from pitchgen.core.transcript import Span
from pitchgen.stages.follow import Apart, Seen, Stretch
from pitchgen.stages.same import same
from pitchgen.stages.vote import BARS, FIGURES, HARDLY, Vote, voted

SURE = 0.85  # probability of a figure; below it a price may be another
SURE_OF_BARS = 0.985
"""Between the outlines of thick letters a strip of what is behind looks like one bar more: 二 was read as 三 with
probabilities up to 0.996, and rightly with 0.93 to 0.998. Source: tests/media/test_old_captions.py, five styles"""
LEGIBLE = 0.6  # mean probability of a caption; below it something else was taken for one
GAP = 0.35  # seconds: a caption that is away for less was there all the time
FLASH = 0.25  # seconds: what stands for less is one caption on its way to the next


@dataclass(slots=True)
class _Caption:
    """A caption with all that was read of it."""

    start: float
    end: float
    seen: list[Seen]
    apart: list[Apart]


def joined(stretches: Iterable[Stretch], step: float) -> tuple[OldCaption, ...]:
    """The captions of some stretches.

    Args:
        stretches: in order; the boxes of their readings are those of the result.
        step: seconds between two stills.
    """
    found: list[_Caption] = []
    for stretch in stretches:
        # it came after the still before its first, and went before the still after its last
        start, end = max(0.0, stretch.stills[0].at - step / 2), stretch.stills[-1].at + step / 2
        now = _Caption(start, end, list(stretch.seen), [stretch.apart] if stretch.apart else [])
        before = found[-1] if found else None
        if before and now.start < before.end:
            now.start = min(before.end, now.end)
        if before and now.start - before.end <= GAP and same(_best(before.seen), _best(now.seen)):
            before.end, before.seen, before.apart = now.end, before.seen + now.seen, before.apart + now.apart
        elif before and now.start - before.end <= step and before.end - before.start <= FLASH:
            found[-1] = _Caption(before.start, now.end, now.seen, now.apart)
        else:
            found.append(now)
    return tuple(_finished(found))


def _finished(found: Sequence[_Caption]) -> Iterator[OldCaption]:
    for caption in found:
        best = _best(caption.seen)
        if best.certainty < LEGIBLE or caption.end - caption.start <= FLASH:
            continue
        seen = next(seen for seen in caption.seen if seen.reading is best)
        other = max((s.other for s in caption.seen), key=len)
        readings = [s.reading for s in caption.seen]
        box = seen.box
        for each in caption.seen:
            box = box.around(each.box)
        span = Span(round(caption.start, 3), round(caption.end, 3))
        hidden = any(apart.hidden for apart in caption.apart)
        vote = voted(best, [reading for apart in caption.apart for reading in apart.readings], hidden=hidden)
        behind = any(apart.behind for apart in caption.apart)
        unsure = tuple(_unsure(vote, readings, behind=behind))
        yield OldCaption(span, vote.reading, other, box, unsure, hidden)


def _best(seen: Sequence[Seen]) -> Reading:
    """The reading that most agree on; of a caption that grows, one of the longest."""
    counts = Counter(s.reading.text for s in seen)
    longest = max(len(text) for text in counts)
    whole = [s.reading for s in seen if len(s.reading.text) == longest]
    often = [s.reading for s in seen if counts[s.reading.text] > 1 and len(s.reading.text) >= longest - 1]
    return max(often or whole, key=lambda reading: (counts[reading.text], reading.certainty))


def _unsure(vote: Vote, readings: Sequence[Reading], *, behind: bool) -> Iterator[str]:
    """Figures that were hardly read, that another reading has otherwise, or that may be part of what is behind.

    What was hardly read beside a figure may be one.
    """
    best = vote.reading
    other = {i for reading in readings if reading.text != best.text for i in _changed(best, reading)}
    for i, (character, p) in enumerate(zip(best.text, best.probabilities, strict=True)):
        if character in FIGURES:
            more_bars = behind and character in BARS[1:]
            hardly = p < (SURE_OF_BARS if character in BARS else SURE)
        else:
            more_bars, hardly = False, p < HARDLY and bool(FIGURES & set(best.text[max(0, i - 1) : i + 2]))
        if more_bars or hardly or i in vote.contested or (character in FIGURES and i in other):
            yield character


def _changed(best: Reading, reading: Reading) -> Iterator[int]:
    """Where `reading` has something else in place of a character of `best`, lacks a figure or has one more."""
    if best.text.startswith(reading.text):
        return  # it was still coming
    matcher = SequenceMatcher(None, best.text, reading.text, autojunk=False)
    for kind, a1, a2, b1, b2 in matcher.get_opcodes():
        if kind == "replace":
            yield from range(a1, a2)
        elif kind != "equal" and FIGURES & set(best.text[a1:a2] + reading.text[b1:b2]):
            yield from (*range(a1, a2), max(0, a1 - 1), a2)
