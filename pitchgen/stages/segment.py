"""Sentences: the unit that is translated, voiced, cached and edited."""

from __future__ import annotations

import re

LONGEST = 60  # characters: ten seconds of speech, and two captions; above that a pause is wanted
COMMENT = "#"
_MARKS = "。！？!?；;"
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


def _shortened(sentence: str) -> list[str]:
    """`sentence` as it is, or cut at commas into pieces of up to `LONGEST` characters where it can be."""
    pieces: list[str] = []
    for clause in _COMMA.split(sentence) if len(sentence) > LONGEST else [sentence]:
        if pieces and len(pieces[-1]) + len(clause) <= LONGEST:
            pieces[-1] += clause
        else:
            pieces.append(clause)
    return [piece.strip() for piece in pieces]
