"""Where text may be broken, and where it is best broken: into lines, and lines into what stands at once."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pitchgen.core.caption import Cue
from pitchgen.languages import Language

GLUE = "\u2060"
"""WORD JOINER, invisible: at the end of a line it says that the line goes on without the usual joiner."""

# What a break costs, beside the squared fullness of the parts: 50 letters in two lines of at most 42 cost
# 0.71 when even and 0.86 at 70:30, so punctuation there is worth the uneven lines, and at 85:15 it is not.
AFTER_STOP = 0.0
AFTER_COMMA = 0.03
ELSEWHERE = 0.18

NO_BREAK_SPACES = "\u00a0\u202f\u2007"
STOPS = "。！？；…!?;.؟۔।။።፧"
COMMAS = "，、：,:،؛–—၊፣፤"
CLOSERS = "”’」』）】》〉〕］｝)]}\"'»%％‰°℃"
OPENERS = "“‘「『（【《〈〔［｛([{«#￥¥$€£"
_NUMERALS = "0-9０-９〇零一二三四五六七八九十百千万亿两半几"
_NO_START = frozenset(STOPS + COMMAS + CLOSERS + "·～~ \u200d" + NO_BREAK_SPACES)
_NO_END = frozenset(OPENERS + "\u200d" + NO_BREAK_SPACES)
_UNITS = "毫米|厘米|公分|公斤|千克|毫升|美元|欧元|个月|小时|分钟|种颜色|[\u4e00-\u9fff]"
_WORD = r"[A-Za-z0-9À-ɏ]+(?:[-'’.,:/&+@_×][A-Za-z0-9À-ɏ]+)*[%％°℃]?"
_AMOUNT = rf"(?:百分之|第)?[{_NUMERALS}]+(?:[.,:点/×][{_NUMERALS}]+)*(?:[%％℃]| ?(?:{_UNITS})(?:[{_NUMERALS}]+)?)?"
_WHOLE = {"Hans": (_AMOUNT, _WORD)}
"""What is never broken, by script, beyond what Unicode says."""
_DICTIONARY = frozenset({"Hans"})
"""Scripts of which Unicode lets a line end after any character, and a reader wants whole words."""


@dataclass(frozen=True, slots=True)
class Column:
    """The room that lines have."""

    width: float
    """Of a line, as `measure` counts."""
    lines: int
    """Most at once."""
    measure: Callable[[str], float] = len


def column(spoken: Language) -> Column:
    """The room in a subtitle file: so many characters a line."""
    return Column(spoken.captions.line_chars, spoken.captions.lines)


def join(cues: Sequence[Cue], spoken: Language) -> str:
    """The text of one segment from its cues: what `break_text` took apart, white space normalised."""
    lines = [line for cue in cues for line in cue.lines]
    joiner = " " if spoken.spaced else ""
    glued = [line.removesuffix(GLUE) if line.endswith(GLUE) else line + joiner for line in lines[:-1]]
    return "".join([*glued, *lines[-1:]])


def normalise(text: str) -> str:
    """`text` in one line: runs of white space become one space, those that forbid a break stay."""

    def one(run: re.Match[str]) -> str:
        return run[0] if run[0].strip(NO_BREAK_SPACES) == "" else " "

    return re.sub(r"\s+", one, text.replace(GLUE, "")).strip()


def break_text(
    text: str, spoken: Language, room: Column | None = None, *, screens: int = 1
) -> tuple[tuple[str, ...], ...]:
    """The lines of each cue that `text` needs, at least `screens` cues; none for a text without a visible character.

    Lines end where Unicode and the language allow it. Source: UAX #14 with the dictionaries of ICU for Thai, Lao,
    Khmer, Burmese and Chinese, and its phrases for Japanese.
    """
    room = room or column(spoken)
    atoms = _atoms(normalise(text), room, spoken)
    widths = [room.measure(atom) for atom in atoms]
    line_ends = _reach(widths, atoms, room, spoken)
    most = math.ceil(sum(widths) / screens)

    def screen_end(first: int) -> int:
        end = first
        for _ in range(room.lines):
            end = line_ends[end] if end < len(atoms) else end
        while screens > 1 and end > first + 1 and sum(widths[first:end]) > most:
            end -= 1
        return end

    screen_ends = [screen_end(first) for first in range(len(atoms))]
    found = []
    for start, end in _divide(atoms, widths, (0, len(atoms)), screen_ends, room.width * room.lines, spoken):
        spans = _divide(atoms, widths, (start, end), line_ends, room.width, spoken)
        found.append(tuple(_printed(atoms, span, spoken) for span in spans))
    return tuple(found)


def words(text: str, spoken: Language) -> list[str]:
    """`text` cut where a line may end: the words of a language with spaces, and what is read at once in others."""
    cuts = [*_cuts(text, spoken), len(text)] if text else []
    return [text[a:b] for a, b in zip([0, *cuts], cuts, strict=False)]


def _atoms(text: str, room: Column, spoken: Language) -> list[str]:
    """As `words`, and none is longer than a line."""
    return [part for word in words(text, spoken) for part in _chopped(word, room, spoken)]


@lru_cache(maxsize=256)
def _cuts(text: str, spoken: Language) -> tuple[int, ...]:
    """The offsets within `text` at which a line may end."""
    from icu4py.breakers import LineBreaker, WordBreaker

    allowed = set(_ends(LineBreaker(text, f"{spoken.code}-u-lb-strict-lw-phrase")))
    if spoken.script in _DICTIONARY:
        allowed &= set(_ends(WordBreaker(text, spoken.code)))
    for pattern in _WHOLE.get(spoken.script, ()):
        for found in re.finditer(pattern, text):
            allowed.difference_update(range(found.start() + 1, found.end()))
    return tuple(at for at in sorted(allowed) if 0 < at < len(text) and _parts(text, at, spoken))


def _ends(pieces: Iterable[str]) -> Iterator[int]:
    """The offset after each of `pieces`."""
    end = 0
    for piece in pieces:
        yield (end := end + len(piece))


def _parts(text: str, at: int, spoken: Language) -> bool:
    """Whether what stands before and after `at` may be parted."""
    if spoken.spaced and text[at - 1] != " ":
        return False
    return not (text[at] in _NO_START or _combines(text[at]) or text[at - 1] in _NO_END)


def _combines(character: str) -> bool:
    """Whether `character` is drawn onto the one before it."""
    return unicodedata.category(character).startswith("M") or "\U0001f3fb" <= character <= "\U0001f3ff"


def _chopped(atom: str, room: Column, spoken: Language) -> list[str]:
    """`atom` in parts that fit a line, with room for the glue: the last resort for endless words."""
    parts = []
    glued = 0 if spoken.spaced else 2  # characters that a space at the end of a line takes
    while len(visible := atom.rstrip(" ")) > 1 and (
        room.measure(visible) + (room.measure("." * glued) if visible != atom else 0) > room.width
    ):
        limit = max(1, min(len(visible), int(room.width * len(visible) / room.measure(visible))))
        end = most = max(1, limit - 1)
        while end > limit // 2 and (_combines(atom[end]) or "\u200d" in atom[end - 1 : end + 1]):
            end -= 1
        end = most if end <= limit // 2 else end  # a tower of marks: anywhere
        end -= atom[end] == " " and end > 1  # no line starts with a space
        parts.append(atom[:end])
        atom = atom[end:]
    return [*parts, atom]


def _reach(widths: Sequence[float], atoms: Sequence[str], room: Column, spoken: Language) -> list[int]:
    """For each atom, the end of the longest line that starts with it."""
    spare = room.measure("  ")  # what is trimmed is measured below
    ends = []
    for start in range(len(atoms)):
        width, end = widths[start], start + 1
        while end < len(atoms) and width + widths[end] <= room.width + spare:
            width += widths[end]
            end += 1
        while end > start + 1 and room.measure(_printed(atoms, (start, end), spoken)) > room.width:
            end -= 1
        ends.append(end)
    return ends


def _printed(atoms: Sequence[str], span: tuple[int, int], spoken: Language) -> str:
    """The line of `atoms[start:end]`, glued where joining would not give back what stood there."""
    line = "".join(atoms[span[0] : span[1]])
    if span[1] == len(atoms):
        return line
    if spoken.spaced:
        return line.removesuffix(" ") if line.endswith(" ") else line + GLUE
    return line + GLUE if line.endswith(" ") else line


def _divide(
    atoms: Sequence[str], widths: Sequence[float], whole: tuple[int, int], reach: Sequence[int], size: float,
    spoken: Language,
) -> list[tuple[int, int]]:  # fmt: skip
    """`whole` in as few parts as can be, of even length, broken at punctuation where that costs little.

    A shortest path over the places where a part may end: `reach[start]` is the furthest end of the part
    that begins with atom `start`, `size` the width of a full part.
    """
    first, last = whole
    best = {first: (0, 0.0, first)}  # end: (parts so far, their cost, where the last one starts)
    for start in range(first, last):
        parts, cost, _ = best[start]
        width = 0.0
        for end in range(start + 1, min(reach[start], last) + 1):
            width += widths[end - 1]
            price = (width / size) ** 2 + (_penalty(atoms[end - 1], spoken) if end < last else 0.0)
            way = (parts + 1, cost + price, start)
            best[end] = min(best.get(end, way), way)
    spans: list[tuple[int, int]] = []
    while last > first:
        spans.append((best[last][2], last))
        last = best[last][2]
    return spans[::-1]


def _penalty(atom: str, spoken: Language) -> float:
    """What it costs to break after `atom`."""
    mark = atom.rstrip(" " + CLOSERS)[-1:]
    if mark and mark in STOPS:
        return AFTER_STOP
    phrase = atom.endswith(" ") and not spoken.spaced  # where words have no spaces, a space ends a phrase
    return AFTER_COMMA if phrase or (mark and mark in COMMAS) else ELSEWHERE
