"""Subtitle files as players and editors read them: SRT, WebVTT, ASS; TTML is beside."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from pitchgen.core.caption import Cue
from pitchgen.edges import ttml
from pitchgen.languages import SOURCE, language

JOINER = "\u2060"  # WORD JOINER, invisible: keeps text that looks like markup from being taken for it
RIGHT_TO_LEFT = "\u200f" + JOINER
"""RIGHT-TO-LEFT MARK, and our own sign beside it, by which it is taken out again when the file is read."""
_OURS = re.compile(r"(<|\{|--)(?=[/\w\\>])")
_ASS_HEAD = """[Script Info]
ScriptType: v4.00+
PlayResX: 1280
PlayResY: 720
WrapStyle: 0
ScaledBorderAndShadow: yes
Language: {language}

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,48,&H00FFFFFF,&H00FFFFFF,&H00000000,&H80000000,0,0,0,0,100,100,0,0,1,3,1,2,64,64,36,-1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def write_srt(cues: Iterable[Cue], code: str = SOURCE) -> str:
    """The SRT file of `cues`; `read_subtitles` gives back their times to the millisecond and their lines."""
    turned = directed(cues, code)
    blocks = (f"{number}\n{_times(cue, ',')}\n{_body(cue, markup=False)}\n" for number, cue in enumerate(turned, 1))
    return "\n".join(blocks)


def write_vtt(cues: Iterable[Cue], code: str) -> str:
    """The WebVTT file of `cues`."""
    blocks = (f"{_times(cue, '.')}\n{_body(cue, markup=True)}\n" for cue in directed(cues, code))
    return "\n".join([f"WEBVTT\nKind: captions\nLanguage: {code}\n", *blocks])


def write_ass(cues: Iterable[Cue], code: str) -> str:
    """The Advanced SubStation Alpha file of `cues`, for players: burned captions have a script of their own."""
    lines = [_ASS_HEAD.format(language=code)]
    for cue in directed(cues, code):
        escaped = (line.replace("\\", "\\" + JOINER).replace("{", r"\{").replace("}", r"\}") for line in _lines(cue))
        times = f"{_ass_clock(cue.span.start)},{_ass_clock(cue.span.end)}"
        lines.append(f"Dialogue: 0,{times},Default,,0,0,0,," + r"\N".join(escaped) + "\n")
    return "".join(lines)


def _body(cue: Cue, *, markup: bool) -> str:
    """The lines of a cue as a file may hold them: none blank, nothing that reads as markup or as times."""
    lines = _lines(cue)
    if markup:
        lines = [html.escape(line, quote=False) for line in lines]
    else:
        lines = [_OURS.sub(rf"\1{JOINER}", line) for line in lines]
    return "\n".join(lines)


def _lines(cue: Cue) -> list[str]:
    """The lines of a cue that are not blank."""
    lines = [line.strip(" \t") for text in cue.lines for line in re.split(r"\r\n|\r|\n", text)]
    return [line for line in lines if line]


def _times(cue: Cue, point: str) -> str:
    return f"{_clock(cue.span.start, point)} --> {_clock(cue.span.end, point)}"


def _clock(seconds: float, point: str) -> str:
    """`seconds` as 00:00:01,500."""
    whole, ms = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{point}{ms:03}"


def _ass_clock(seconds: float) -> str:
    """`seconds` as 0:00:01.50: ASS counts centiseconds."""
    whole, cs = divmod(round(seconds * 100), 100)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}.{cs:02}"


def directed(cues: Iterable[Cue], code: str) -> Iterator[Cue]:
    """`cues` with a mark before lines of a right-to-left language that do not begin in it.

    Players give each line the direction of its first strong letter, and a price or a Latin name may come first. No
    other marks are needed, and none are written: they would come into a person's edits. Source: UAX #9, rule P2.
    """
    rtl = language(code).direction == "rtl"
    for cue in cues:
        marked = (RIGHT_TO_LEFT + line if rtl and _first_strong(line) == "L" else line for line in cue.lines)
        yield replace(cue, lines=tuple(marked))


def _first_strong(line: str) -> str:
    """L or R: what the first letter with a direction asks for; L where none has one, as players do."""
    kinds = (unicodedata.bidirectional(character) for character in line)
    return next(("L" if kind == "L" else "R" for kind in kinds if kind in ("L", "R", "AL")), "L")


WRITERS: dict[str, Callable[[Iterable[Cue], str], str]] = {
    "srt": write_srt,
    "vtt": write_vtt,
    "ass": write_ass,
    "ttml": ttml.write,
}
"""By the suffix of the file."""
