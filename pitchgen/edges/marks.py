"""Labels in text: HTML, Markdown, WebVTT and HLS playlists, implicit and, where a reader sees text, explicit."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path

from pitchgen.core.errors import MediaError
from pitchgen.edges.labels import AIGC_KEY
from pitchgen.languages.notices import NOTICES

_META = re.compile(r"<meta\s+name=[\"']?AIGC[\"']?\s+content=(?:\"([^\"]*)\"|'([^']*)')\s*/?>\s?", re.IGNORECASE)
_HEAD = re.compile(r"<head(?:\s[^>]*)?>|<html(?:\s[^>]*)?>|<!doctype[^>]*>", re.IGNORECASE)
_BODY = re.compile(r"<body(?:\s[^>]*)?>", re.IGNORECASE)
_FRONT = re.compile(r"\A---\n(.*?)^---\n", re.DOTALL | re.MULTILINE)
_KEY = re.compile(rf"^{AIGC_KEY}:[ ]*(.*)\n", re.MULTILINE)
_NOTE = re.compile(r"^NOTE AIGC (.*)\n\n?", re.MULTILINE)
_COMMENT = re.compile(r"^#AIGC:(.*)\n", re.MULTILINE)


def _writer(place: Callable[[str, str, Path], str]) -> Callable[[Path, Path, str], None]:
    def write(path: Path, target: Path, label: str) -> None:
        target.write_text(place(_text(path), label, path), "utf-8", newline="")

    return write


def _reader(pattern: re.Pattern[str]) -> Callable[[Path], list[str]]:
    def read(path: Path) -> list[str]:
        return [html.unescape(text) if pattern is _META else text for text in _found(pattern, _text(path))]

    return read


def _found(pattern: re.Pattern[str], text: str) -> list[str]:
    return ["".join(group or "" for group in match.groups()) for match in pattern.finditer(text)]


def _text(path: Path) -> str:
    """The text with the line ends of Unix.

    Raises:
        MediaError: no UTF-8.
    """
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise MediaError(f"{path}: is not UTF-8 text; save it as such") from error
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def plain(label: str) -> str:
    """The label without the signs that could end the comment it stands in: `<`, `>` and `&` as JSON escapes."""
    for sign in "<>&":
        label = label.replace(sign, f"\\u{ord(sign):04x}")
    return label


def _in_html(text: str, label: str, path: Path) -> str:
    del path
    text = _META.sub("", text)
    tag = f'<meta name="{AIGC_KEY}" content="{html.escape(label)}">\n'
    places = list(_HEAD.finditer(text))
    heads = [found for found in places if found[0].lower().startswith("<head")] or places[-1:]
    end = heads[0].end() if heads else 0
    return text[:end] + tag + text[end:]


def _in_markdown(text: str, label: str, path: Path) -> str:
    del path
    line = f"{AIGC_KEY}: {label}\n"  # JSON is YAML
    front = _FRONT.match(text)
    if not front:
        return f"---\n{line}---\n{text}"
    return f"---\n{_KEY.sub('', front[1])}{line}---\n{text[front.end() :]}"


def read_markdown(path: Path) -> list[str]:
    """The label in the front matter."""
    front = _FRONT.match(_text(path))
    return _found(_KEY, front[1]) if front else []


def _in_vtt(text: str, label: str, path: Path) -> str:
    if not text.startswith("WEBVTT"):
        raise MediaError(f"{path}: no WebVTT file; it begins with WEBVTT")
    return in_vtt(text, label)


def in_vtt(text: str, label: str) -> str:
    """A WebVTT file with the label in a note, which no player shows."""
    head, blank, cues = _NOTE.sub("", text).partition("\n\n")
    return f"{head.rstrip()}\n\nNOTE {AIGC_KEY} {plain(label)}\n\n{cues if blank else ''}"


def _in_playlist(text: str, label: str, path: Path) -> str:
    head, _, rest = _COMMENT.sub("", text).partition("\n")
    if head != "#EXTM3U":
        raise MediaError(f"{path}: no HLS playlist; it begins with #EXTM3U")
    return f"{head}\n#{AIGC_KEY}:{plain(label)}\n{rest}"


write_html, read_html = _writer(_in_html), _reader(_META)
write_markdown = _writer(_in_markdown)
write_vtt, read_vtt = _writer(_in_vtt), _reader(_NOTE)
write_playlist, read_playlist = _writer(_in_playlist), _reader(_COMMENT)


def shown_html(text: str, code: str) -> str:
    """A page with the explicit label as the first thing that a reader sees."""
    notice = f'<p class="aigc" lang="{code}"><strong>{html.escape(NOTICES[code])}</strong></p>\n'
    body = _BODY.search(text)
    end = body.end() if body else 0
    return text if notice in text else text[:end] + notice + text[end:]


def shown_markdown(text: str, code: str) -> str:
    """A text with the explicit label as its first line."""
    notice = f"**{NOTICES[code]}**\n\n"
    front = _FRONT.match(text)
    end = front.end() if front else 0
    return text if notice in text else text[:end] + notice + text[end:]
