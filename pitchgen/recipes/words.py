"""Where the words come from: a script, subtitles, a subtitle track, else what is heard."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from pitchgen.core.errors import InputError
from pitchgen.core.fingerprint import key
from pitchgen.core.media import Media
from pitchgen.core.transcript import Transcript
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.probe import CHINESE_TAGS
from pitchgen.edges.project import Project
from pitchgen.edges.subtitles import read_script
from pitchgen.kit import Kit
from pitchgen.recipes.casting import Cast
from pitchgen.recipes.dub import hear
from pitchgen.recipes.editing import edited_transcript
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


def transcribed(
    media: Media, project: Project, script: Path | None, cast: Cast, kit: Kit, ffmpeg: Ffmpeg
) -> tuple[Transcript, str]:
    """What she says, and where it comes from: a person's edited transcript, else her script, else what is heard.

    Raises:
        InputError: a script without a sentence, or an edited transcript of another video.
        MediaError: nobody speaks.
    """
    words = find_script(media, script, ffmpeg)
    origin, script_key = (words.origin, key(words.sentences)) if words else (str(media.path), "")
    found = edited_transcript(project, media, script_key) or hear(
        media, words.sentences if words else None, cast, kit, ffmpeg
    )
    project.save_transcript(found, media.sha256, script_key)
    return found, origin


def _words(origin: str, text: str) -> Words:
    found = sentences(text)
    if not any("\u4e00" <= character <= "\u9fff" for sentence in found for character in sentence):
        raise InputError(f"{origin}: holds no Chinese sentence; write down what she says, one sentence a line")
    return Words(origin, found)
