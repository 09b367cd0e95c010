"""Where each kind of file carries the implicit label of GB 45438-2025: a writer and a reader for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pitchgen.core.errors import EngineError, InputError, UnsupportedError
from pitchgen.edges import chunks, marks
from pitchgen.edges.boxes import read_init, write_init
from pitchgen.edges.labels import AIGC_KEY, Aigc, read_aigc
from pitchgen.edges.probe import tags
from pitchgen.edges.program import Program, source
from pitchgen.edges.store import storage_errors, temporary

COPY_SECONDS = 600.0  # of media: what a copy of streams is given time for

_MAP = re.compile(r'^#EXT-X-MAP:(?:.*,)?URI="([^"]+)"', re.MULTILINE)

Write = Callable[[Path, Path, str], None]
"""Copies a file to another place with the label in it, instead of one that it has."""
Read = Callable[[Path], Sequence[str]]
"""Every label in a file, as it stands there."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """One kind of file."""

    place: str
    """Where in it the label stands."""
    write: Write
    read: Read


def carrier(path: Path) -> Carrier:
    """What carries the label in a file of that name.

    Raises:
        UnsupportedError: nothing does; the message says why.
    """
    suffix = path.suffix.lower()
    if suffix in WITHOUT:
        raise UnsupportedError(f"{path}: {WITHOUT[suffix]}")
    if suffix not in CARRIERS:
        raise UnsupportedError(f"{path}: no place for the AI label is known in {suffix or 'a file without suffix'}")
    return CARRIERS[suffix]


def write(path: Path, target: Path, label: str) -> None:
    """Copy `path` to `target` with `label` in it, and read it back.

    Raises:
        EngineError: it cannot be read back.
        MediaError, UnsupportedError, StorageError: the file is damaged, has no place for it, or cannot be written.
    """
    with storage_errors(target):
        carrier(target).write(path, target, label)
    check(target, label)


def check(path: Path, label: str) -> None:
    """See that `label` is in `path`, once.

    Raises:
        EngineError: it is not.
    """
    try:
        found = labels_in(path)
    except InputError:
        found = ()
    if found != (read_aigc(label),):
        raise EngineError(f"{path}: the AI label could not be read back; the output is withheld")


def labels_in(path: Path) -> tuple[Aigc, ...]:
    """Every implicit label in a file.

    Raises:
        InputError: something is called so and is no such label.
        MediaError, UnsupportedError: a damaged file, or one that has no place for it.
    """
    with storage_errors(path):
        return tuple(map(read_aigc, carrier(path).read(path)))


def labels_of(path: Path) -> tuple[Aigc, ...]:
    """Every implicit label among the tags of a video, whatever container it is in.

    Raises:
        InputError: as `labels_in`.
    """
    return tuple(map(read_aigc, _tagged(path)))


def write_hls(master: Path, label: str) -> None:
    """Label a stream of HLS where it lies: its playlists, and the first segment of each fMP4 rendition.

    Raises:
        EngineError: a label cannot be read back.
        MediaError, StorageError: a playlist or a segment that is damaged or cannot be written.
    """
    playlists = sorted(master.parent.rglob("*.m3u8"))
    heads = {segment for playlist in playlists for segment in _first_segments(playlist, master.parent)}
    for path in [*playlists, *sorted(heads)]:
        with storage_errors(path), temporary(path) as part:
            (write_init if path in heads else carrier(path).write)(path, part, label)
            part.replace(path)
    for found in [*map(labels_in, playlists), *(tuple(map(read_aigc, read_init(path))) for path in heads)]:
        if found != (read_aigc(label),):
            raise EngineError(f"{master}: the AI label could not be read back; the output is withheld")


def _first_segments(playlist: Path, root: Path) -> list[Path]:
    """What the `EXT-X-MAP` lines of a playlist name, within `root`."""
    found = [playlist.parent / name for name in _MAP.findall(playlist.read_text("utf-8"))]
    return [path for path in found if path.resolve().is_relative_to(root.resolve()) and path.is_file()]


def _copy(path: Path, target: Path, label: str, *, tag: str = "metadata", **options: str) -> None:
    """The streams as they are, with the label among the tags of the file or, by `tag`, of its sound."""
    tagged = {tag: f"{AIGC_KEY}={label}", **options}
    graph = source(path).output(str(target), map="0", c="copy", map_metadata="0", **tagged)
    Program().run(graph, path, COPY_SECONDS)


def _tagged(path: Path) -> list[str]:
    """The label among the tags of the file, or of its streams: Ogg has no others."""
    return list(dict.fromkeys(value for name, value in tags(path) if name.upper() == AIGC_KEY))


def _container(place: str, **options: str) -> Carrier:
    write: Write = partial(_copy, **options)  # type: ignore[arg-type] # mypy takes the options for the paths
    return Carrier(place, write, _tagged)


_MP4 = _container("moov.udta.meta, key AIGC", movflags="+faststart+use_metadata_tags")
_MATROSKA = _container("SimpleTag AIGC")
_OGG = _container("Vorbis comment AIGC", tag="metadata:s:a")
_HTML = Carrier('<meta name="AIGC">', marks.write_html, marks.read_html)
_MARKDOWN = Carrier("front matter, key AIGC", marks.write_markdown, marks.read_markdown)
_JPEG = Carrier("XMP TC260:AIGC in APP1", chunks.write_jpeg, chunks.read_jpeg)

CARRIERS: dict[str, Carrier] = {
    ".mp4": _MP4,
    ".mov": _MP4,
    ".m4v": _MP4,
    ".m4a": _MP4,
    ".mkv": _MATROSKA,
    ".mka": _MATROSKA,
    ".webm": _MATROSKA,
    ".mp3": _container("ID3v2 TXXX AIGC", id3v2_version="3"),
    ".flac": _container("Vorbis comment AIGC"),
    ".ogg": _OGG,
    ".opus": _OGG,
    ".wav": Carrier("RIFF chunk AIGC", chunks.write_wav, chunks.read_wav),
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".png": Carrier("XMP TC260:AIGC in iTXt", chunks.write_png, chunks.read_png),
    ".html": _HTML,
    ".htm": _HTML,
    ".md": _MARKDOWN,
    ".vtt": Carrier("NOTE AIGC", marks.write_vtt, marks.read_vtt),
    ".m3u8": Carrier("comment #AIGC", marks.write_playlist, marks.read_playlist),
}
"""By the suffix of the file."""

WITHOUT = {
    ".srt": "SRT has no place for metadata: any further line would be shown; the label is in the video and in the VTT",
    ".ts": "MPEG transport streams have no place for the AI label; HLS carries it with fMP4 segments",
}
"""Kinds of files without a place for it, and why."""
