"""From boxes with text in a strip to the lines of its caption, those in another language apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from pitchgen.core.box import Box
from pitchgen.core.footage import Reading
from pitchgen.stages.follow import Seen
from pitchgen.stages.strip import LINE_SIZES, NEXT_LINE, Strip, chinese

SAME_LINE = 0.5  # of the lower box's height that both have in common
WORD_GAP = 1.6  # line heights between parts of a line: more is something else beside it
SIZE = (0.6, 1.7)  # of a main line to what the strip's lines have
LEGIBLE = 0.5  # mean probability of a line
BESIDE = 0.7  # of a line's height that is read at either end: a bare 一 there is taken for no text
_FOREIGN = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
WORDS, LETTERS = 2, 8  # of Latin ones, on a line without Chinese: another language, no brand; spaces get lost
WIDE_SPACE, NEVER_FIRST = "\u3000", frozenset("、，。；：？！·")
"""What moves beside a line is read as these now and then; no line has the first, none begins with the others."""
_PUNCTUATION = {",": "，", "?": "？", "!": "！", ";": "；", ":": "：", "．": "."}


def caption_of(
    boxes: Sequence[Box], strip: Strip, aspect: float, read: Callable[[Sequence[Box]], Sequence[Reading]]
) -> Seen | None:
    """The caption among the texts of a still; None where there is none.

    Args:
        boxes: of all texts, in shares of the still.
        strip: of the frame, that the still shows.
        aspect: width by height of the still.
        read: reads lines.
    """
    line = strip.line / strip.part.height
    lines = [b for b in in_lines(boxes, aspect, line) if strip.holds(b.within(strip.part)) and _sized(b, line)]
    block = _block(lines, line)
    if not block:
        return None
    readings = [_tidied(reading) for reading in read(block)]
    read_lines = [(b, r) for b, r in zip(block, readings, strict=True) if r.certainty >= LEGIBLE]
    hers = [(b, r) for b, r in read_lines if not _foreign(r.text)]
    if not any(chinese(reading.text) or any(map(str.isdigit, reading.text)) for _, reading in hers):
        return None
    foreign = [(b, r) for b, r in read_lines if _foreign(r.text)]
    box = hers[0][0]
    for b, _ in (*hers, *foreign):
        box = box.around(b)
    return Seen(_joined([r for _, r in hers]), " ".join(r.text for _, r in foreign), box, tuple(b for b, _ in hers))


def read_as_one(lines: Sequence[Reading]) -> Reading:
    """Lines of one caption as it would be written."""
    return _joined([_tidied(line) for line in lines])


def in_lines(boxes: Sequence[Box], aspect: float, line: float | None = None) -> list[Box]:
    """Boxes beside each other as one, from the top; `line` is how high one is, where that is known."""
    found: list[Box] = []
    for box in sorted(boxes, key=lambda b: b.left):
        for i, other in enumerate(found):
            common = min(box.bottom, other.bottom) - max(box.top, other.top)
            lower = min(box.height, other.height)
            near = (box.left - other.right) * aspect <= WORD_GAP * (line or lower)
            if near and common >= SAME_LINE * lower:
                found[i] = other.around(box)
                break
        else:
            found.append(box)
    return sorted(found, key=lambda b: b.top)


def _sized(box: Box, line: float) -> bool:
    low, high = LINE_SIZES
    return low <= box.height / line <= high


def _block(lines: Sequence[Box], line: float) -> list[Box]:
    """Lines below each other, around the largest."""
    if not lines:
        return []
    main = max(lines, key=lambda b: b.width * b.height)
    block = [main]
    for ordered in (sorted((b for b in lines if b.top > main.top), key=lambda b: b.top),
                    sorted((b for b in lines if b.top < main.top), key=lambda b: -b.top)):  # fmt: skip
        last = main
        for box in ordered:
            if abs(box.middle[1] - last.middle[1]) > NEXT_LINE * line:
                break
            block.append(box)
            last = box
    return sorted(block, key=lambda b: b.top)


def _foreign(text: str) -> bool:
    """Whether a line is in another language."""
    words = _FOREIGN.findall(text)
    return not chinese(text) and (len(words) >= WORDS or sum(map(len, words)) >= LETTERS)


def _tidied(reading: Reading) -> Reading:
    """As it would be written: no space at a Chinese character, Chinese marks after one, none first."""
    kept: list[tuple[str, float]] = []
    pairs = list(zip(reading.text, reading.probabilities, strict=True))
    for i, (character, p) in enumerate(pairs):
        before = pairs[i - 1][0] if i else ""
        after = pairs[i + 1][0] if i + 1 < len(pairs) else ""
        if character == WIDE_SPACE or (not kept and character in NEVER_FIRST):
            continue
        if character == " " and (not before or not after or chinese(before + after)):
            continue
        if character in _PUNCTUATION and (chinese(before) or (not after and chinese(reading.text))):
            character = _PUNCTUATION[character]
        kept.append((character, p))
    return Reading("".join(c for c, _ in kept), tuple(p for _, p in kept))


def _joined(lines: Sequence[Reading]) -> Reading:
    """The lines as one, with a space where Latin words meet."""
    text, probabilities = "", []
    for line in lines:
        if text and line.text and text[-1].isascii() and text[-1].isalnum() and line.text[0].isascii():
            text += " "
            probabilities.append(1.0)
        text += line.text
        probabilities += line.probabilities
    return Reading(text, tuple(probabilities))
