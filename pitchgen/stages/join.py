"""Several readings of captions joined into what stood there, and the figures that may be others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pitchgen.core.footage import OldCaption, Reading
from pitchgen.core.transcript import Span
from pitchgen.stages.follow import Seen, Stretch
from pitchgen.stages.same import same

SURE = 0.85  # probability of a figure; below it a price may be another
BARS, SURE_OF_BARS = frozenset("一二三"), 0.985
"""Between the outlines of thick letters a strip of what is behind looks like one bar more: 二 was read as 三 with
probabilities up to 0.974, and rightly with 0.93 to 0.998. Source: tests/media/test_old_captions.py, five styles"""
LEGIBLE = 0.6  # mean probability of a caption; below it something else was taken for one
GAP = 0.35  # seconds: a caption that is away for less was there all the time
FLASH = 0.25  # seconds: what stands for less is one caption on its way to the next
FIGURES = frozenset("0123456789.%０１２３４５６７８９零一二两三四五六七八九十百千万亿半块元毛角分折")
"""Characters that make another price or quantity of a sentence."""


@dataclass(slots=True)
class _Caption:
    """A caption with all that was read of it."""

    start: float
    end: float
    seen: list[Seen]


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
        now = _Caption(start, end, list(stretch.seen))
        before = found[-1] if found else None
        if before and now.start < before.end:
            now.start = min(before.end, now.end)
        if before and now.start - before.end <= GAP and same(_best(before.seen), _best(now.seen)):
            before.end, before.seen = now.end, before.seen + now.seen
        elif before and now.start - before.end <= step and before.end - before.start <= FLASH:
            found[-1] = _Caption(before.start, now.end, now.seen)
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
        yield OldCaption(span, best, other, box, tuple(_unsure(best, readings)))


def _best(seen: Sequence[Seen]) -> Reading:
    """The reading that most agree on; of a caption that grows, one of the longest."""
    counts = Counter(s.reading.text for s in seen)
    longest = max(len(text) for text in counts)
    whole = [s.reading for s in seen if len(s.reading.text) == longest]
    often = [s.reading for s in seen if counts[s.reading.text] > 1 and len(s.reading.text) >= longest - 1]
    return max(often or whole, key=lambda reading: (counts[reading.text], reading.certainty))


def _unsure(best: Reading, readings: Sequence[Reading]) -> Iterator[str]:
    """Figures of `best` that were hardly read, or that another reading has otherwise."""
    other = {i for reading in readings if reading.text != best.text for i in _changed(best, reading)}
    for i, (character, p) in enumerate(zip(best.text, best.probabilities, strict=True)):
        if character in FIGURES and (p < (SURE_OF_BARS if character in BARS else SURE) or i in other):
            yield character


def _changed(best: Reading, reading: Reading) -> Iterator[int]:
    """Where `reading` has something else in place of a character of `best`."""
    matcher = SequenceMatcher(None, best.text, reading.text, autojunk=False)
    for kind, a, b, _, _ in matcher.get_opcodes():
        if kind == "replace":
            yield from range(a, b)
