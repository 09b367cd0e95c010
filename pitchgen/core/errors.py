"""Every error a user can meet, and the one table that maps them to exit codes and HTTP statuses.

PitchgenError
├── InputError           what was asked for is wrong: a language, a script, a subtitle file, an option
│   ├── Untranslated     sentences that the translator does not know
│   ├── NotFound         an id that is none, or not of who asks
│   └── Conflict         at odds with what is there: a key of another request, a retry of what is not over
├── QuotaError           more than a merchant may have or ask for (`retry_after` says when again)
├── UnsupportedError     right, but not something this engine or this version does
│   └── TooLarge         more bytes than are taken of anybody
├── MediaError           a file that is no video, or one that cannot be decoded
├── StorageError         a folder that cannot be written, a full disk, a project in use
├── EngineError          an engine failed (`retryable` says whether again may help)
├── MissingWeights       an engine whose packages or weights are not on this machine
├── LicenceError         weights that the licence does not allow for this use
├── ConsentError         a voice or a face without a valid consent record
└── LabelError           a file whose labels are missing or broken
"""

from __future__ import annotations

import re
from collections.abc import Iterable


class PitchgenError(Exception):
    """Base of every expected error: its text is one line for the user and needs no traceback."""


class InputError(PitchgenError):
    """What was asked for is wrong, and the user can put it right."""


class Untranslated(InputError):
    """Sentences that the translator does not know; nothing is guessed."""

    def __init__(self, message: str, sentences: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.sentences = sentences


class NotFound(InputError):
    """Nothing of this id is there, or not for who asks: the two are not told apart."""


class Conflict(InputError):
    """What was asked for is at odds with what is there already."""


class QuotaError(PitchgenError):
    """More than a merchant may have or ask for; `retry_after` is in seconds, where waiting helps."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnsupportedError(PitchgenError):
    """A sound request that this engine or version cannot serve."""


class TooLarge(UnsupportedError):
    """More bytes than are taken, whoever sends them: it has to be made smaller."""


class MediaError(PitchgenError):
    """A media file that cannot be read, or that lacks what the run needs."""


class StorageError(PitchgenError):
    """A file or folder that cannot be read or written, or a disk that is full."""


class EngineError(PitchgenError):
    """An engine failed; `retryable` says whether trying again may help."""

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable


class MissingWeights(PitchgenError):
    """Packages or weights that an engine needs are not on this machine."""


class LicenceError(PitchgenError):
    """The licence of an engine or of its weights does not allow this use."""


class ConsentError(PitchgenError):
    """A voice or face is asked for without a valid consent record."""


class LabelError(PitchgenError):
    """A file whose labels are missing or broken."""


def in_one_line(text: object) -> str:
    """What an error says, its line breaks and runs of spaces as one space each."""
    return " ".join(str(text).split())


def without_paths(text: str, folders: Iterable[object] = ()) -> str:
    """The text with each file called by its name alone: who asks over a network learns no folder of the server.

    Args:
        text: one line.
        folders: where files lie that may be named; needed where a folder's own name has spaces.
    """
    for folder in folders:
        text = text.replace(f"{folder}/", "/-/")
    return PATH.sub(lambda found: found[0].rpartition("/")[2], text)


PATH = re.compile(r"(?<![\w.:/~-])(?!/v\d/)(?:~|\.{1,2})?(?:/[^\s/:;,'\"`()\[\]<>]+)+")
"""A path; no part of an address, no fraction of words, and no route of the API."""

CODES: dict[type[PitchgenError], tuple[int, int]] = {
    # error: (exit code, HTTP status); 1 is a bug, 2 a misused command line, 130 an interrupt
    InputError: (3, 422),
    Untranslated: (4, 422),
    NotFound: (14, 404),
    Conflict: (13, 409),
    QuotaError: (15, 429),
    UnsupportedError: (5, 422),
    TooLarge: (16, 413),
    MediaError: (6, 415),
    StorageError: (7, 507),
    EngineError: (8, 502),
    MissingWeights: (9, 503),
    LicenceError: (10, 403),
    ConsentError: (11, 403),
    LabelError: (12, 422),
    PitchgenError: (1, 500),
}


def exit_code(error: PitchgenError) -> int:
    """The process exit code for `error`: that of the nearest class in `CODES`."""
    return _codes(error)[0]


def http_status(error: PitchgenError) -> int:
    """The HTTP status for `error`: that of the nearest class in `CODES`."""
    return _codes(error)[1]


def _codes(error: PitchgenError) -> tuple[int, int]:
    return next(CODES[kind] for kind in type(error).__mro__ if kind in CODES)
