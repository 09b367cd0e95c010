"""Chinese text in one form for reading, with the way back to the text as it was written."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from pitchgen.core.fact import Evidence

_DROPPED = frozenset("“”\"‘’'《》【】「」\N{ZERO WIDTH SPACE}\N{LEFT-TO-RIGHT MARK}")
_ALIKE = {
    "俩": "两个",
    "仨": "三个",
    "～": "~",
    "—": "~",
    "–": "-",
    "×": "x",
    "＊": "x",
    "*": "x",
    "￥": "¥",
    "兩": "两",
}


@dataclass(frozen=True, slots=True)
class Folded:
    """Half-width, without quotes, and without spaces but those between letters or digits."""

    text: str
    original: str
    places: tuple[int, ...]
    """Index into `original` of each character of `text`."""

    def evidence(self, start: int, end: int) -> Evidence:
        """What stands in the original for the part [start, end) of `text`; not empty."""
        first, last = self.places[start], self.places[end - 1] + 1
        return Evidence(first, last, self.original[first:last])


def fold(original: str) -> Folded:
    """`original` in one form."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(original):
        if character in _DROPPED:
            continue
        for one in _ALIKE.get(character) or unicodedata.normalize("NFKC", character):
            characters.append(_ALIKE.get(one, " " if one.isspace() else one))
            places.append(place)
    kept = [i for i, character in enumerate(characters) if character != " " or _parts(characters, i)]
    return Folded("".join(characters[i] for i in kept), original, tuple(places[i] for i in kept))


def _parts(characters: list[str], index: int) -> bool:
    """Whether the space at `index` keeps letters or digits apart: 3 4 is not 34."""
    before, after = characters[index - 1 : index], characters[index + 1 : index + 2]
    return bool(before and after) and all(c.isascii() and c.isalnum() for c in (*before, *after))
