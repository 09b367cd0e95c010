"""Where the words come from when nobody is asked to recognise them: a script, subtitles, a subtitle track."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from pitchgen.core.errors import InputError
from pitchgen.core.media import Media
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.probe import CHINESE_TAGS
from pitchgen.edges.subtitles import read_script
from pitchgen.stages.segment import sentences

BESIDE = (".txt", ".srt", ".vtt", ".ass", ".ttml")
"""Files of the video's own stem that are taken as its script, the first one found."""


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of a script, and where they were found."""

    origin: str
    sentences: tuple[str, ...]


def find_script(media: Media, given: Path | None, ffmpeg: Ffmpeg) -> Words | None:
    """The script: the one given, else a file beside the video, else a soft subtitle track in Chinese.

    Raises:
        InputError: a script without a sentence.
    """
    beside = (media.path.with_suffix(suffix) for suffix in BESIDE)
    path = given or next((file for file in beside if file.is_file()), None)
    if path:
        return _words(str(path), read_script(path))
    tracks = [s for s in media.streams if s.kind == "subtitle" and (s.language in (*CHINESE_TAGS, "und", None))]
    if not tracks:
        return None
    with tempfile.TemporaryDirectory(prefix="pitchgen-") as folder:
        track = Path(folder) / "track.srt"
        track.write_text(ffmpeg.subtitles(media, tracks[0].index), "utf-8")
        return _words(f"{media.path} (subtitle track {tracks[0].index})", read_script(track))


def _words(origin: str, text: str) -> Words:
    found = sentences(text)
    if not any("\u4e00" <= character <= "\u9fff" for sentence in found for character in sentence):
        raise InputError(f"{origin}: holds no Chinese sentence; write down what she says, one sentence a line")
    return Words(origin, found)
