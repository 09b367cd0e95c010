"""The project folder of one video: what a person edits, what comes out, and what pitchgen remembers.

out/socks/transcript.zh.srt    what she says: edit a sentence or its times
out/socks/fr.srt, fr.vtt       what she says in French: edit a line
out/socks/fr.mp4               the video
out/socks/.pitchgen.json       what was written last, to tell your edits from ours
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock

import msgspec

from pitchgen.core.caption import Cue
from pitchgen.core.errors import StorageError
from pitchgen.core.project import Record, Version, Written
from pitchgen.core.transcript import Transcript
from pitchgen.edges import marks
from pitchgen.edges.store import PART, storage_errors, temporary, write_atomically
from pitchgen.edges.subtitle_formats import WRITERS, write_srt
from pitchgen.edges.subtitles import read_subtitles

EDITED = "srt"  # the format that a person edits
RECORD = ".pitchgen.json"
LOCK = ".pitchgen.lock"


class Project:
    """One project folder, held by one run at a time: make it by `opened`."""

    def __init__(self, folder: Path, record: Record) -> None:
        self.folder = folder
        self.record = record
        self._remembering = Lock()  # language versions are rendered side by side

    def transcript_path(self, code: str) -> Path:
        """Where the words of the source are edited."""
        return self.folder / f"transcript.{code}.srt"

    def video_path(self, code: str) -> Path:
        """Where the video in language `code` appears."""
        return self.folder / f"{code}.mp4"

    def subtitle_path(self, code: str) -> Path:
        """Where the words in language `code` are edited."""
        return self.folder / f"{code}.{EDITED}"

    def edited_cues(self, path: Path) -> tuple[Cue, ...] | None:
        """What stands in a subtitle file now; None where there is none.

        Raises:
            InputError: a file that is not valid; nothing is overwritten.
        """
        return read_subtitles(path) if path.exists() else None

    def subtitles(self, code: str, formats: Sequence[str]) -> tuple[Path, ...]:
        """Where the subtitle files of a language lie: the one that is edited, then the others."""
        return tuple(self.folder / f"{code}.{name}" for name in dict.fromkeys((EDITED, *formats)))

    def has_subtitles(self, code: str, formats: Sequence[str]) -> bool:
        """Whether all subtitle files of a language are there."""
        return all(path.exists() for path in self.subtitles(code, formats))

    def set_aside(self, code: str) -> Path:
        """Rename a subtitle file that pitchgen did not write, so that it is not written over."""
        path = self.subtitle_path(code)
        with storage_errors(path):
            return path.rename(path.with_name(f"{code}.before.srt"))

    def save_transcript(self, transcript: Transcript, source: str, script: str) -> None:
        """Write the words of the source for a person to edit, and remember them."""
        cues = [Cue(s.span, (s.text,), i) for i, s in enumerate(transcript.segments)]
        path = self.transcript_path(transcript.language)
        if transcript.origin != "edited" or not path.exists():
            write_atomically(path, write_srt(cues))
        with self._remembering:
            self._remember(replace(self.record, source=source, script=script, transcript=transcript))

    def save_subtitles(self, code: str, cues: tuple[Cue, ...], formats: Sequence[str], label: str = "") -> None:
        """Write the captions of a language in `formats` and as SRT; WebVTT alone has a place for a label."""
        for path in self.subtitles(code, formats):
            text = WRITERS[path.suffix[1:]](cues, code)
            write_atomically(path, marks.in_vtt(text, label) if label and path.suffix == ".vtt" else text)

    def save_version(self, code: str, version: Version) -> None:
        """Remember what was written for a language."""
        with self._remembering:
            self._remember(replace(self.record, versions={**self.record.versions, code: version}))

    def publish(self, code: str, key: str, write: Callable[[Path], None]) -> Written:
        """Have `write` make the video of a language beside its place, and put it there in one step."""
        path = self.video_path(code)
        with storage_errors(path), temporary(path) as part:
            write(part)
            part.replace(path)
            return _written(path, key)

    def is_current(self, code: str, key: str) -> bool:
        """Whether the video of a language is there as it was made from what `key` identifies."""
        path = self.video_path(code)
        kept = self.record.versions.get(code)
        return bool(kept and kept.output and path.is_file() and kept.output == _written(path, key))

    def _remember(self, record: Record) -> None:
        self.record = record
        write_atomically(self.folder / RECORD, msgspec.json.format(msgspec.json.encode(record)))


@contextmanager
def opened(folder: Path, *, write: bool = True) -> Iterator[Project]:
    """The project in `folder`, for one run alone; with `write` false nothing is made or held.

    Raises:
        StorageError: a folder that cannot be written, or that another run is working in.
    """
    if not write:
        yield Project(folder, _record(folder / RECORD))
        return
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle = (folder / LOCK).open("a")
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StorageError(
                f"{folder}: another run is working in it; wait for it, or choose another --out"
            ) from error
        for part in folder.glob(f"{PART}*"):  # what a killed run left; whoever holds the lock may remove it
            part.unlink(missing_ok=True)
        try:
            yield Project(folder, _record(folder / RECORD))
        finally:
            _remove_if_unused(folder)


def _remove_if_unused(folder: Path) -> None:
    """Leave no folder behind for a video that could not be used."""
    if [path.name for path in folder.iterdir()] == [LOCK]:
        (folder / LOCK).unlink()
        folder.rmdir()


def _record(path: Path) -> Record:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Record)
    except FileNotFoundError:
        return Record()
    except msgspec.DecodeError as error:
        raise StorageError(
            f"{path}: damaged, so edits cannot be told from pitchgen's own words; "
            "keep copies of the subtitle files you edited, delete it and run again"
        ) from error
    except OSError as error:
        raise StorageError(f"{path}: cannot be read: {error.strerror}") from error


def _written(path: Path, key: str) -> Written:
    status = path.stat()
    return Written(key, status.st_size, status.st_mtime_ns)
