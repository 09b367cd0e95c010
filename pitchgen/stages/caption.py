"""From the clock to the screen: which words stand when, and how they are broken into lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from pitchgen.core.caption import Cue
from pitchgen.core.stage import stage
from pitchgen.core.timeline import Clip, Timeline
from pitchgen.core.transcript import Span, Transcript
from pitchgen.languages import CaptionLimits, Language, language

MIN_DURATION = 1.0  # seconds: below this a caption flashes by; Source: the usual 5/6 to 1 s of broadcasters
GAP = 0.08  # seconds, two frames at 25 Hz: the eye sees that a caption of the same length was replaced
GLUE = "\u2060"
"""WORD JOINER, invisible: at the end of a line it says that the line goes on without the usual joiner."""

# What a break costs, beside the squared fullness of the parts: 50 letters in two lines of at most 42 cost
# 0.71 when even and 0.86 at 70:30, so punctuation there is worth the uneven lines, and at 85:15 it is not.
AFTER_STOP = 0.0
AFTER_COMMA = 0.03
ELSEWHERE = 0.18

NO_BREAK_SPACES = "\u00a0\u202f\u2007"
STOPS = "。！？；…!?;.؟।"
COMMAS = "，、：,:،؛–—"
CLOSERS = "”’」』）】》〉〕］｝)]}\"'»%％‰°℃"
OPENERS = "“‘「『（【《〈〔［｛([{«#￥¥$€£"
_NUMERALS = "0-9０-９〇零一二三四五六七八九十百千万亿两半几"
_NO_START = frozenset(STOPS + COMMAS + CLOSERS + "·～~ \u200d" + NO_BREAK_SPACES)
_NO_END = frozenset(OPENERS + "\u200d" + NO_BREAK_SPACES)
_UNITS = "毫米|厘米|公分|公斤|千克|毫升|美元|欧元|个月|小时|分钟|种颜色|[\u4e00-\u9fff]"
_WORD = re.compile(r"[^\W\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]+(?:[-'’.,:/&+@_×]+[^\W\u2e80-\u9fff]+)*[%％°℃]?")
_AMOUNT = re.compile(
    rf"(?:百分之|第)?[{_NUMERALS}]+(?:[.,:点/×][{_NUMERALS}]+)*(?:[%％℃]| ?(?:{_UNITS})(?:[{_NUMERALS}]+)?)?"
)


@stage(version=1)
def caption(timeline: Timeline) -> tuple[Cue, ...]:
    """The captions of a timeline: ordered, not overlapping, within the limits of its language.

    A sentence of several cues shares the time of its clip between them in proportion to their text;
    the last one stands on into the pause that follows as long as its reader needs.
    """
    spoken = language(timeline.language)
    cues: list[Cue] = []
    for index, clip in enumerate(timeline.clips):
        screens = break_text(clip.segment.text, spoken)
        if screens:
            room = _room(timeline, index)
            spans = _share(clip, room, [_length(lines) for lines in screens], spoken.captions)
            cues += (Cue(span, lines, index) for span, lines in zip(spans, screens, strict=True))
    return tuple(cues)


def caption_transcript(transcript: Transcript, duration: float) -> tuple[Cue, ...]:
    """The captions of what was said, as it was said; `duration` is the length of the recording in seconds."""
    clips = tuple(Clip(s, s.span.start, s.span.duration) for s in transcript.segments)
    last = max((clip.end for clip in clips), default=0.0)
    return caption(Timeline(transcript.language, max(duration, last), clips))


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


def break_text(text: str, spoken: Language) -> tuple[tuple[str, ...], ...]:
    """The lines of each cue that `text` needs; none for a text without a visible character."""
    limits = spoken.captions
    atoms = _atoms(normalise(text), limits.line_chars, spoken)
    widths = [len(atom) for atom in atoms]
    line_ends = _reach(widths, atoms, limits.line_chars, spoken)

    def screen_end(start: int) -> int:
        for _ in range(limits.lines):
            start = line_ends[start] if start < len(atoms) else start
        return start

    screen_ends = [screen_end(start) for start in range(len(atoms))]
    screens = []
    for start, end in _divide(atoms, (0, len(atoms)), screen_ends, limits.line_chars * limits.lines):
        spans = _divide(atoms, (start, end), line_ends, limits.line_chars)
        screens.append(tuple(_printed(atoms, span, spoken) for span in spans))
    return tuple(screens)


def _atoms(text: str, limit: int, spoken: Language) -> list[str]:
    """`text` cut where a line may end; the atoms joined are `text`, and none is longer than a line."""
    whole = re.findall(r"[^ ]+ ?", text) if spoken.spaced else _characters(text)
    return [part for atom in whole for part in _chopped(atom, limit, spoken)]


def _characters(text: str) -> list[str]:
    """Chinese text by the rules of kinsoku: words, amounts and punctuation stay with what they belong to."""
    atoms: list[str] = []
    at = 0
    while at < len(text):
        found = (pattern.match(text, at) for pattern in (_AMOUNT, _WORD))
        piece = max((match[0] for match in found if match), key=len, default=text[at])
        at += len(piece)
        if atoms and (piece[0] in _NO_START or _combines(piece[0]) or atoms[-1][-1] in _NO_END):
            atoms[-1] += piece
        else:
            atoms.append(piece)
    return atoms


def _combines(character: str) -> bool:
    """Whether `character` is drawn onto the one before it."""
    return unicodedata.category(character).startswith("M") or "\U0001f3fb" <= character <= "\U0001f3ff"


def _chopped(atom: str, limit: int, spoken: Language) -> list[str]:
    """`atom` in parts that fit a line, with room for the glue: the last resort for endless words."""
    parts = []
    glued = 0 if spoken.spaced else 2  # characters that a space at the end of a line takes
    while len(visible := atom.rstrip(" ")) + (glued if visible != atom else 0) > limit:
        end = most = min(limit, len(visible)) - 1
        while end > limit // 2 and (_combines(atom[end]) or "\u200d" in atom[end - 1 : end + 1]):
            end -= 1
        end = most if end == limit // 2 else end  # a tower of marks: anywhere
        end -= atom[end] == " "  # no line starts with a space
        parts.append(atom[:end])
        atom = atom[end:]
    return [*parts, atom]


def _reach(widths: Sequence[int], atoms: Sequence[str], limit: int, spoken: Language) -> list[int]:
    """For each atom, the end of the longest line that starts with it."""
    ends = []
    for start in range(len(atoms)):
        width, end = widths[start], start + 1
        while end < len(atoms) and width + widths[end] <= limit + 2:  # +2: what is trimmed is measured below
            width += widths[end]
            end += 1
        while end > start + 1 and len(_printed(atoms, (start, end), spoken)) > limit:
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


def _divide(atoms: Sequence[str], whole: tuple[int, int], reach: Sequence[int], size: int) -> list[tuple[int, int]]:
    """`whole` in as few parts as can be, of even length, broken at punctuation where that costs little.

    A shortest path over the places where a part may end: `reach[start]` is the furthest end of the part
    that begins with atom `start`, `size` the characters of a full part.
    """
    first, last = whole
    best = {first: (0, 0.0, first)}  # end: (parts so far, their cost, where the last one starts)
    for start in range(first, last):
        parts, cost, _ = best[start]
        width = 0
        for end in range(start + 1, min(reach[start], last) + 1):
            width += len(atoms[end - 1])
            price = (width / size) ** 2 + (_penalty(atoms[end - 1]) if end < last else 0.0)
            way = (parts + 1, cost + price, start)
            best[end] = min(best.get(end, way), way)
    spans: list[tuple[int, int]] = []
    while last > first:
        spans.append((best[last][2], last))
        last = best[last][2]
    return spans[::-1]


def _penalty(atom: str) -> float:
    """What it costs to break after `atom`."""
    mark = atom.rstrip(" " + CLOSERS)[-1:]
    if mark and mark in STOPS:
        return AFTER_STOP
    return AFTER_COMMA if mark and mark in COMMAS else ELSEWHERE


def _length(lines: Sequence[str]) -> int:
    """Characters to be read."""
    return sum(len(line.removesuffix(GLUE)) for line in lines)


def _room(timeline: Timeline, index: int) -> float:
    """Until when the captions of a clip may stand: its end, and the pause after it but for a small gap."""
    clip = timeline.clips[index]
    if index + 1 == len(timeline.clips):
        return max(clip.end, timeline.duration)
    following = timeline.clips[index + 1].start
    return following - GAP if following - GAP > clip.start + GAP else following


def _share(clip: Clip, room: float, lengths: Sequence[int], limits: CaptionLimits) -> list[Span]:
    """When each of the clip's cues stands, in order; `lengths` are the characters of each."""
    shortest = min(MIN_DURATION * len(lengths), room - clip.start)
    block = max(min(clip.end, room) - clip.start, shortest)
    even, shares = block / len(lengths), [block * length / sum(lengths) for length in lengths]
    if even > MIN_DURATION > min(shares):  # as even as it takes for the shortest to be long enough
        weight = (even - MIN_DURATION) / (even - min(shares))
    else:
        weight = 1.0 if even > MIN_DURATION else 0.0
    spans = []
    at = clip.start
    for share in shares:
        spans.append(Span(at, at := at + weight * share + (1 - weight) * even))
    last = max(spans[-1].end, spans[-1].start + lengths[-1] / limits.chars_per_second)
    return [*spans[:-1], Span(spans[-1].start, max(spans[-1].start, min(last, room)))]
