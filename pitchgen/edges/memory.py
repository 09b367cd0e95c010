"""The memory on the disk: `memory.jsonl`, one entry a line, only ever added to.

A person can read it, a version control system can merge it, and two runs that write at once lose nothing: each holds
a lock while it adds whole lines and has the system put them on the disk. A line that a killed run left half-written
is passed over.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from pitchgen.core.errors import InputError
from pitchgen.core.memory import NAME, SENTENCE, Entry, Memory, memory, tidy, unwritable
from pitchgen.edges.store import storage_errors
from pitchgen.languages import LANGUAGES, SOURCE

FILE = "memory.jsonl"
State = tuple[int, int, int]
"""Inode, bytes, and nanoseconds of the last change of a file."""
_BEGINNING = b'{"source":'  # of every line
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def memory_path(memory: Path | None, glossary: Path | None) -> Path:
    """Where the memory lies: where the settings say, else beside the glossary, else in the current folder."""
    return memory or (glossary.parent if glossary else Path()) / FILE


def memory_state(path: Path) -> State | None:
    """What tells whether the memory at `path` was written to; None where there is no file."""
    try:
        status = path.stat()
    except OSError:  # reading says what is wrong
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def read_memory(path: Path) -> Memory:
    """The memory at `path`; an empty one where there is no file yet.

    Raises:
        InputError: a line that is no entry; it is named.
        StorageError: the file cannot be read.
    """
    with storage_errors(path, "read"):
        data = path.read_bytes() if path.exists() else b""
    return memory(_entries(path, data))


def remember(path: Path, entries: Sequence[Entry]) -> None:
    """Add `entries` to the memory at `path`, all of them or none.

    Raises:
        StorageError: the file cannot be written.
    """
    if not entries:
        return
    lines = b"".join(msgspec.json.encode(_checked(str(path), entry)) + b"\n" for entry in entries)
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            size = file.seek(0, os.SEEK_END)
            try:
                file.write(_closing(file.fileno(), size) + lines)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                os.ftruncate(file.fileno(), size)  # a full disk: nothing half-written stays
                raise


def _closing(handle: int, size: int) -> bytes:
    """What ends a line that a killed run left half-written: the end of line, so that it is known as such."""
    return b"\n" if size and os.pread(handle, 1, size - 1) != b"\n" else b""


def _entries(path: Path, data: bytes) -> Iterator[Entry]:
    lines = data.removeprefix(codecs.BOM_UTF8).split(b"\n")  # an editor may have put the mark there
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = msgspec.json.decode(line, type=Entry)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if line[: len(_BEGINNING)] == _BEGINNING[: len(line)] and "truncated" in str(error):
                continue  # what a killed run left
            raise InputError(f"{path}, line {number}: no entry of a memory: {error}; correct or delete it") from error
        yield _checked(f"{path}, line {number}", entry)


def _checked(place: str, entry: Entry) -> Entry:
    """`entry`, tidy.

    Raises:
        InputError: a language that is no target, no date, an empty text, a character that no memory can hold.
    """
    if entry.language not in LANGUAGES or entry.language == SOURCE:
        raise InputError(f"{place}: {entry.language!r} is none of the languages that pitchgen writes")
    if entry.kind not in (SENTENCE, NAME):
        raise InputError(f"{place}: an entry is of a {SENTENCE} or a {NAME}, not of a {entry.kind!r}")
    if not _DATE.fullmatch(entry.date):
        raise InputError(f"{place}: {entry.date!r} is no date; write it as 2026-11-24T10:30:00Z")
    source, text = tidy(entry.source), None if entry.text is None else tidy(entry.text)
    for part in filter(None, (source, text)):
        if character := unwritable(part):
            raise InputError(f"{place}: {part!r} holds {character!r}, which no file for agencies can hold")
    if not source or text == "":
        raise InputError(f"{place}: names no {'text' if source else 'sentence'}")
    if (source, text) == (entry.source, entry.text):
        return entry
    return replace(entry, source=source, text=text)


def checked(entries: Iterable[Entry]) -> list[Entry]:
    """`entries` as the memory will hold them.

    Raises:
        InputError: one that it cannot hold.
    """
    return [_checked(repr(entry.source), entry) for entry in entries]
