"""Subtitle files and scripts: what a person writes and edits, read strictly so that no edit is lost."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from pitchgen.core.caption import Cue
from pitchgen.core.errors import InputError
from pitchgen.core.transcript import Span
from pitchgen.edges import ttml
from pitchgen.edges.subtitle_formats import JOINER, RIGHT_TO_LEFT
from pitchgen.edges.text import read_text

if TYPE_CHECKING:
    from pysubs2 import SSAEvent

SUFFIXES = (".srt", ".vtt", ".ass", ".ssa", *ttml.SUFFIXES)

_CLOCK = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)[,.](\d{1,3})"
_TIMES = re.compile(rf"^\s*{_CLOCK}\s*-->\s*{_CLOCK}(?:\s+.*)?$")
_TAG = re.compile(r"</?(?:b|i|u|s|c|v|font|lang|ruby|rt)(?:[ .=][^<>]*)?>|<[\d:.]+>", re.IGNORECASE)
_OVERRIDE = re.compile(r"\{\\[^{}]*\}")  # of ASS, which many put into SRT: {\an8}
_BRACE = "\ue000", "\ue001"  # of the private use area: stand for braces that are text
_PROTECTED = re.compile(rf"(<|\{{|--){JOINER}(?=.)")


@dataclass(frozen=True, slots=True)
class _Caption:
    """One caption as a file holds it."""

    row: int
    """Line of the file where its times stand, counted from 1."""
    span: Span
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines between blank ones."""

    row: int
    lines: tuple[str, ...]


def read_subtitles(path: Path) -> tuple[Cue, ...]:
    """The captions of an SRT, WebVTT, ASS or TTML file in any usual encoding, without markup, in order.

    `segment` counts the captions. One whose text was deleted stays, without lines.

    Raises:
        InputError: anything from which a caption or its time might be lost, as `FILE line N: what to do`.
        StorageError: the file cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"{path}: not a subtitle file; name one that ends in {', '.join(SUFFIXES)}")
    if suffix in ttml.SUFFIXES:
        rows = [_Caption(number, span, lines) for number, (span, lines) in enumerate(ttml.read(path), 1)]
    elif suffix in (".ass", ".ssa"):
        rows = _read_ass(path, read_text(path))
    else:
        text = read_text(path)
        web = suffix == ".vtt" or text.startswith("WEBVTT")
        rows = [_read_block(path, block, web=web) for block in _blocks(path, text, web=web)]
    if not rows:
        raise InputError(f"{path}: no captions in this file; give each a time line 00:00:01,000 --> 00:00:02,000")
    _check_order(path, rows)
    return tuple(Cue(row.span, row.lines, index) for index, row in enumerate(rows))


def read_script(path: Path) -> str:
    """What the merchant says, as she wrote it down: a text file, or a subtitle file's captions, one a line.

    Raises:
        InputError: no such file, a folder, an empty file, one that is no text, or a broken subtitle file.
        StorageError: the file cannot be read.
    """
    if path.suffix.lower() in SUFFIXES:
        text = "\n".join(_one_line(cue) for cue in read_subtitles(path))
    else:
        text = read_text(path)
    if not any(map(str.isalnum, text)):
        raise InputError(f"{path}: no words in this file; write what is said in the video, a sentence a line")
    return text


def _blocks(path: Path, text: str, *, web: bool) -> Iterator[_Block]:
    """The captions of a file, each with its time line first; numbers, names and comments are gone."""
    for block in _paragraphs(text):
        first = block.lines[0]
        if web and (block.row == 1 or re.match(r"(NOTE|STYLE|REGION)(\s|$)", first)):
            continue
        if "-->" in first:
            yield block
        elif len(block.lines) > 1 and "-->" in block.lines[1] and (web or first.strip().isdigit()):
            yield _Block(block.row + 1, block.lines[1:])
        elif not web and first.strip().isdigit() and len(block.lines) == 1:
            raise InputError(f"{path} line {block.row}: a number without a time line; add one or delete it")
        else:
            raise InputError(
                f"{path} line {block.row}: text outside a caption ({_shown(first)}); remove the blank line "
                "before it, or give it a time line 00:00:01,000 --> 00:00:02,000"
            )


def _paragraphs(text: str) -> Iterator[_Block]:
    """The runs of lines that are not blank."""
    lines: list[str] = []
    for row, line in enumerate([*re.split(r"\r\n|\r|\n", text), ""], 1):
        if line.strip(" \t"):
            lines.append(line)
        elif lines:
            yield _Block(row - len(lines), tuple(lines))
            lines = []


def _read_block(path: Path, block: _Block, *, web: bool) -> _Caption:
    """The caption of a block that begins with its time line."""
    span = _read_times(path, block.row, block.lines[0])
    for row, line in enumerate(block.lines[1:], block.row + 1):
        if _TIMES.match(line) or (web and "-->" in line):
            raise InputError(f"{path} line {row}: a time line inside a caption; put a blank line before it")
    stripped = (_without_markup(line, web=web).strip(" \t") for line in block.lines[1:])
    return _Caption(block.row, span, tuple(line for line in stripped if line))


def _without_markup(line: str, *, web: bool) -> str:
    plain = _TAG.sub("", line.replace(RIGHT_TO_LEFT, ""))
    return html.unescape(plain) if web else _PROTECTED.sub(r"\1", _OVERRIDE.sub("", plain))


def _read_times(path: Path, row: int, line: str) -> Span:
    found = _TIMES.match(line)
    if not found:
        raise InputError(
            f"{path} line {row}: not a time line ({_shown(line)}); write it as 00:00:01,000 --> 00:00:02,000"
        )
    start, end = (_seconds(found.groups()[i : i + 4]) for i in (0, 4))
    if end < start:
        raise InputError(f"{path} line {row}: the caption ends before it starts ({_shown(line)}); correct its times")
    return Span(start, end)


def _seconds(clock: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = clock
    ms = int((fraction or "0").ljust(3, "0"))
    return (int(hours or 0) * 3_600_000 + int(minutes or 0) * 60_000 + int(seconds or 0) * 1000 + ms) / 1000


def _check_order(path: Path, rows: Sequence[_Caption]) -> None:
    for before, after in pairwise(rows):
        if after.span.start < before.span.start:
            raise InputError(f"{path} line {after.row}: starts before the caption above it; put them in order")
        if after.span.start < before.span.end:
            raise InputError(
                f"{path} line {after.row}: starts before the caption above it (line {before.row}) has ended; "
                "correct one of the times"
            )


def _read_ass(path: Path, text: str) -> list[_Caption]:
    """The captions of an Advanced SubStation file, sorted: its lines may stand in any order."""
    import pysubs2

    try:
        events = pysubs2.SSAFile.from_string(text, format_="ass").events
    except (pysubs2.Pysubs2Error, ValueError) as error:
        raise InputError(f"{path}: not an ASS file: {error}; save it as SRT") from error
    declared = sum(line.startswith("Dialogue:") for line in re.split(r"\r\n|\r|\n", text))
    spoken = sorted(event for event in events if not event.is_comment)
    if len(spoken) != declared or any(event.end < event.start for event in spoken):
        raise InputError(f"{path}: lines that cannot be read; save it as SRT")
    return [
        _Caption(number, Span(event.start / 1000, event.end / 1000), tuple(_plain(event)))
        for number, event in enumerate(spoken, 1)
    ]


def _plain(event: SSAEvent) -> list[str]:
    """The lines of an ASS event that are not blank."""
    import pysubs2

    text = event.text.replace(r"\{", _BRACE[0]).replace(r"\}", _BRACE[1])  # pysubs2 takes these for overrides
    plain = pysubs2.SSAEvent(text=text).plaintext.replace(_BRACE[0], "{").replace(_BRACE[1], "}")
    shown = plain.replace("\\" + JOINER, "\\").replace(RIGHT_TO_LEFT, "")
    return [line for text in shown.split("\n") if (line := text.strip(" \t"))]


def _one_line(cue: Cue) -> str:
    """The lines of a caption as one: with a space where Latin words meet, without one between characters."""
    return re.sub(r"(?<=[!-~])\n(?=[!-~])", " ", cue.text).replace("\n", "").replace(JOINER, "")


def _shown(line: str) -> str:
    """The beginning of a line, for a message."""
    return repr(line if len(line) <= 40 else line[:40] + "…")
