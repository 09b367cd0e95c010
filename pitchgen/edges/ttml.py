"""Timed text as broadcasters exchange it: the IMSC 1.1 Text Profile is written, TTML of any profile is read.

Source: W3C, TTML Profiles for Internet Media Subtitles and Captions 1.1, and Timed Text Markup Language 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from pathlib import Path
from xml.etree.ElementTree import Element

from pitchgen.core.caption import Cue
from pitchgen.core.errors import InputError
from pitchgen.core.transcript import Span
from pitchgen.edges.markup import read_markup
from pitchgen.languages import language

SUFFIXES = (".ttml", ".dfxp", ".itt", ".xml")
NAMESPACES = ("http://www.w3.org/ns/ttml", "http://www.w3.org/2006/10/ttaf1", "http://www.w3.org/2006/04/ttaf1")
PARAMETER = "{http://www.w3.org/ns/ttml#parameter}"
PROFILE = "http://www.w3.org/ns/ttml/profile/imsc1.1/text"
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" \
xmlns:tts="http://www.w3.org/ns/ttml#styling" ttp:timeBase="media" ttp:contentProfiles="{profile}" xml:lang="{code}">
  <head>
    <styling>
      <style xml:id="caption" tts:fontFamily="proportionalSansSerif" tts:fontSize="100%" tts:color="white" \
tts:backgroundColor="transparent" tts:textAlign="center" tts:direction="{direction}"/>
    </styling>
    <layout>
      <region xml:id="bottom" tts:origin="10% 70%" tts:extent="80% 25%" tts:displayAlign="after"/>
    </layout>
  </head>
  <body region="bottom">
    <div>
"""
_TAIL = """    </div>
  </body>
</tt>
"""
_CLOCK = re.compile(r"(\d{2,}):(\d\d):(\d\d)(?:\.(\d+)|:(\d{2,})(?:\.(\d+))?)?")
_OFFSET = re.compile(r"(\d+(?:\.\d+)?)(h|m|s|ms|f|t)")


def write(cues: Iterable[Cue], code: str) -> str:
    """The file of `cues`."""
    body = "".join(
        f'      <p xml:id="c{number}" style="caption" begin="{_clock(cue.span.start)}" end="{_clock(cue.span.end)}">'
        f"{'<br/>'.join(escape(_xml(line), quote=False) for line in cue.lines)}</p>\n"
        for number, cue in enumerate(cues, 1)
    )
    head = _HEAD.format(profile=PROFILE, code=code, direction=language(code).direction)
    return head + body + _TAIL


def _xml(line: str) -> str:
    """`line` without what no XML file may hold."""
    return "".join(
        c for c in line if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )


def read(path: Path) -> list[tuple[Span, tuple[str, ...]]]:
    """When each caption of the file stands, and its lines, in order of time.

    Raises:
        InputError: a file that is no TTML, holds pictures instead of text, or has a time that cannot be read.
        StorageError: the file cannot be read.
    """
    root = read_markup(path)
    names = {f"{{{space}}}tt" for space in NAMESPACES}
    if root.tag not in names:
        raise InputError(f"{path}: XML, but no timed text (TTML); save the subtitles as TTML or SRT")
    space = root.tag[: root.tag.index("}") + 1]
    body = root.find(f"{space}body")
    document = _Document(path, space, _rates(path, root))
    found = [] if body is None else list(document.captions(body, Fraction(0)))
    return sorted(((span, lines) for span, lines in found), key=lambda caption: caption[0].start)


@dataclass(frozen=True, slots=True)
class _Rates:
    """Frames and ticks a second."""

    frames: Fraction
    ticks: Fraction


@dataclass(frozen=True, slots=True)
class _Document:
    """A file while it is read."""

    path: Path
    space: str
    rates: _Rates

    def captions(self, element: Element, start: Fraction) -> Iterator[tuple[Span, tuple[str, ...]]]:
        """The captions within `element`, whose own times count from `start`."""
        begin = start + self._time(element, "begin", Fraction(0))
        inner = [child for child in element if child.tag in (f"{self.space}div", f"{self.space}p", f"{self.space}span")]
        timed = [child for child in inner if child.get("begin") is not None]
        if (element.tag == f"{self.space}p" and not timed) or element.tag == f"{self.space}span":
            end = self._end(element, start, begin)
            if end is not None:
                yield Span(float(begin), float(end)), self._lines(element)
            return
        if any(name.endswith("backgroundImage") for name in element.attrib):
            raise InputError(f"{self.path}: its captions are pictures, not text; ask for TTML or IMSC text")
        for child in timed if element.tag == f"{self.space}p" else inner:
            yield from self.captions(child, begin)

    def _end(self, element: Element, start: Fraction, begin: Fraction) -> Fraction | None:
        """When a caption goes; None where it has no times at all."""
        if element.get("end") is not None:
            end = start + self._time(element, "end", Fraction(0))
        elif element.get("dur") is not None:
            end = begin + self._time(element, "dur", Fraction(0))
        elif element.get("begin") is None:
            return None
        else:
            raise InputError(f"{self.path}: a caption has a begin and neither end nor dur; give it one")
        if end < begin:
            raise InputError(f"{self.path}: a caption ends before it begins ({float(begin):.3f} s); correct its times")
        return end

    def _lines(self, element: Element) -> tuple[str, ...]:
        """The lines of a caption that are not blank; a run of white space is one space."""
        lines = (re.sub(r" +", " ", line).strip(" ") for line in "".join(self._pieces(element)).split("\n"))
        return tuple(line for line in lines if line)

    def _pieces(self, element: Element) -> Iterator[str]:
        """The text in `element`: its own line breaks are spaces, and <br/> is one."""
        yield re.sub(r"[ \t\r\n]+", " ", element.text or "")
        for child in element:
            if child.tag == f"{self.space}br":
                yield "\n"
            elif child.tag == f"{self.space}span":
                yield from self._pieces(child)
            yield re.sub(r"[ \t\r\n]+", " ", child.tail or "")

    def _time(self, element: Element, name: str, missing: Fraction) -> Fraction:
        text = element.get(name)
        if text is None:
            return missing
        if found := _CLOCK.fullmatch(text.strip()):
            hours, minutes, seconds, fraction, frames, _ = found.groups()
            whole = Fraction(int(hours) * 3600 + int(minutes) * 60 + int(seconds))
            part = Fraction(int(frames)) / self.rates.frames if frames else Fraction(f"0.{fraction or 0}")
            return whole + part
        if found := _OFFSET.fullmatch(text.strip()):
            number, unit = Fraction(found[1]), found[2]
            of = {"h": Fraction(3600), "m": Fraction(60), "s": Fraction(1), "ms": Fraction(1, 1000)}
            of |= {"f": 1 / self.rates.frames, "t": 1 / self.rates.ticks}
            return number * of[unit]
        raise InputError(f"{self.path}: {name}={text!r} is no time; write it as 00:00:01.000")


def _rates(path: Path, root: Element) -> _Rates:
    """Source: TTML 2, ttp:frameRate, ttp:frameRateMultiplier, ttp:tickRate and their defaults."""
    attributes = {name.rsplit("}")[-1]: value for name, value in root.attrib.items() if "#parameter}" in name}
    try:
        up, down = attributes.get("frameRateMultiplier", "1 1").replace(":", " ").split()
        frames = Fraction(attributes.get("frameRate", "30")) * Fraction(up) / Fraction(down)
        ticks = Fraction(attributes.get("tickRate", "1"))
    except (ValueError, ZeroDivisionError) as error:
        raise InputError(f"{path}: its frame rate or tick rate is no number") from error
    if frames <= 0 or ticks <= 0:
        raise InputError(f"{path}: its frame rate or tick rate is not above zero")
    return _Rates(frames, ticks)


def _clock(seconds: float) -> str:
    """`seconds` as 00:00:01.500."""
    whole, ms = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{ms:03}"
