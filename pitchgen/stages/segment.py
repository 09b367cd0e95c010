"""Sentences: the unit that is translated, voiced, cached and edited."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from pitchgen.core.transcript import Segment, Span, Transcript, Word

LONGEST = 60  # characters: ten seconds of speech, and two captions; above that a pause is wanted
HESITATION = 1.0  # seconds: who is silent so long within a sentence has ended it
PAUSE = 0.5  # seconds: the same after a comma, and where the recogniser itself began anew
BREATH = 0.2  # seconds: the same where the recogniser began anew after a word without any mark
COMMENT = "#"
_MARKS = "。！？!?；;"
_COMMAS = "，,、：:"
_CLOSERS = "”’」』）】》〉)]\"'"
_END = re.compile(rf"(?<=[{_MARKS}])(?![{_MARKS}{re.escape(_CLOSERS)}])|(?<=[{_MARKS}][{re.escape(_CLOSERS)}])")
_COMMA = re.compile(r"(?<=，)|(?<=,)(?!\d)")  # the comma of 1,200 is no pause


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a script, each with its end mark, in order.

    A sentence ends at 。！？!?；; (the quote that closes after it included) and at the end of a line;
    a point never ends one, so 3.5 stays whole. One of more than `LONGEST` characters is cut at its
    commas. Lines that start with # are comments; what has neither letter nor digit is dropped.
    """
    lines = (line.strip() for line in re.split(r"[\r\n\v\f\x85\u2028\u2029]+", text.removeprefix("\ufeff")))
    spoken = (line for line in lines if not line.startswith(COMMENT))
    parts = (part for line in spoken for part in _END.split(line))
    whole = (re.sub(r"\s+", " ", part).strip() for part in parts)
    return tuple(piece for part in whole for piece in _shortened(part) if any(map(str.isalnum, piece)))


def segment(transcript: Transcript) -> Transcript:
    """The same words, one sentence a segment, with the times of its words.

    A sentence ends as in `sentences`, and where the speaker pauses: for `HESITATION` anywhere, for `PAUSE`
    after a comma, for less where the recogniser began a new segment as well. One of more than `LONGEST`
    characters is cut at its commas, or at its longest pauses where it has none. Words of different
    speakers, or of different doubt, never share a sentence. Segments without words stay as they are.
    """
    found: list[Segment] = []
    for group in _of_one_kind(transcript.segments):
        found += _sentences(group) if group[0].words else group
    return replace(transcript, segments=tuple(found))


def _of_one_kind(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
    """Neighbours that may share a sentence."""
    group: list[Segment] = []
    for item in segments:
        if group and (not item.words or not group[0].words or _kind(item) != _kind(group[0])):
            yield group
            group = []
        group.append(item)
    if group:
        yield group


def _kind(item: Segment) -> tuple[object, ...]:
    return item.speaker, item.doubt


def _sentences(group: Sequence[Segment]) -> list[Segment]:
    """The sentences of segments that have words."""
    words = [word for item in group for word in item.words]
    anew = set(accumulate(len(item.words) for item in group))
    marks = _offsets(_END, words)
    ends = [i for i in range(1, len(words)) if i in marks or _paused(words[i - 1], words[i], i in anew)]
    whole = [words[a:b] for a, b in pairwise([0, *ends, len(words)])]
    pieces = (piece for sentence in whole for piece in _short(sentence))
    return [
        replace(group[0], span=Span(piece[0].span.start, piece[-1].span.end), text=_text(piece), words=tuple(piece))
        for piece in pieces
        if any(map(str.isalnum, _text(piece)))
    ]


def _paused(before: Word, after: Word, anew: bool) -> bool:
    """Whether the speaker ended a sentence between two words; `anew` where the recogniser began a segment."""
    gap = after.span.start - before.span.end
    comma = before.text.rstrip().endswith(tuple(_COMMAS))
    if anew and not comma:
        return gap >= BREATH
    return gap >= (PAUSE if comma else HESITATION)


def _offsets(pattern: re.Pattern[str], words: Sequence[Word]) -> set[int]:
    """After how many words `pattern` is found in their text; within a word counts as after it."""
    text = "".join(word.text for word in words)
    found = [match.start() for match in pattern.finditer(text)]
    edges = list(accumulate((len(word.text) for word in words), initial=0))
    return {next(i for i, edge in enumerate(edges) if edge >= offset) for offset in found}


def _short(words: list[Word]) -> Iterator[list[Word]]:
    """`words`, or cut at commas into pieces of up to `LONGEST` characters, or else at their longest pauses."""
    if len(_text(words)) <= LONGEST or len(words) == 1:
        yield words
        return
    commas = [i for i in sorted(_offsets(_COMMA, words)) if 0 < i < len(words)]
    if commas:
        fitting = [i for i in commas if len(_text(words[:i])) <= LONGEST]
        middle = fitting[-1] if fitting else commas[0]
    else:
        middle = max(range(1, len(words)), key=lambda i: (_gap(words, i), -abs(2 * i - len(words))))
    yield from _short(words[:middle])
    yield from _short(words[middle:])


def _gap(words: Sequence[Word], index: int) -> float:
    return words[index].span.start - words[index - 1].span.end


def _text(words: Iterable[Word]) -> str:
    return re.sub(r"\s+", " ", "".join(word.text for word in words)).strip()


def _shortened(sentence: str) -> list[str]:
    """`sentence` as it is, or cut at commas into pieces of up to `LONGEST` characters where it can be."""
    pieces: list[str] = []
    for clause in _COMMA.split(sentence) if len(sentence) > LONGEST else [sentence]:
        if pieces and len(pieces[-1]) + len(clause) <= LONGEST:
            pieces[-1] += clause
        else:
            pieces.append(clause)
    return [piece.strip() for piece in pieces]
