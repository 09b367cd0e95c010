"""The log of who made what, from what, with which voice and under which consent: only ever added to."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pitchgen import __version__
from pitchgen.core.config import Settings
from pitchgen.core.errors import InputError
from pitchgen.core.folders import user_data
from pitchgen.core.media import Media
from pitchgen.edges.content import content_digest
from pitchgen.edges.labels import AIGC_KEY, read_aigc
from pitchgen.edges.ledger import Entry, Ledger
from pitchgen.edges.probe import metadata
from pitchgen.edges.store import file_sha256
from pitchgen.recipes.speaking import Speaker
from pitchgen.recipes.voices import voices_folder


@dataclass(frozen=True, slots=True)
class Query:
    """Which records are wanted; those that match everything that is given."""

    voice: str | None = None
    source: str | None = None
    """SHA-256 of a video, or how it begins."""
    output: str | None = None
    """SHA-256 of a file, or how it begins."""
    since: str | None = None
    """First day, `2026-11-01`."""

    def matches(self, entry: Entry) -> bool:
        """Whether `entry` is wanted."""
        record = entry.record
        return (
            self.voice in (None, record.get("voice"))
            and str(record.get("source", "")).startswith(self.source or "")
            and str(record.get("sha256", "")).startswith(self.output or "")
            and entry.at >= (self.since or "")
        )


class Audit:
    """The log of one shop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.ledger = Ledger(settings.audit or default_audit())

    def made(self, media: Media, code: str, file: Path, place: Path, by: Mapping[str, Any]) -> Entry:
        """Record an output before it is put in its place.

        Args:
            media: the video it was made from.
            code: the language it speaks.
            file: where it lies for the moment.
            place: where it will be.
            by: who made it: see `makers`.

        Raises:
            StorageError: the log cannot be written; then the output must not stay.
        """
        record = {
            "event": "made",
            "video": media.path.name,
            "source": media.sha256,
            "language": code,
            "output": str(place.absolute()),
            "sha256": file_sha256(file),
            "content": content_digest(file),
            "produce_id": read_aigc(metadata(file).get(AIGC_KEY, "")).produce_id,
            "user": _user(),
            "pitchgen": __version__,
        }
        return self.ledger.append({**record, **by})

    def makers(self, speaker: Speaker | None, engines: Mapping[str, str], words: str) -> dict[str, Any]:
        """The engines, the source of her words, the voice, its consent, and where the chain of consents ends."""
        folder = voices_folder(self._settings)
        name = speaker.profile.name if speaker and speaker.profile else None
        consent = folder.holding(name) if name else None
        head = folder.ledger.head if consent else ""
        agreed = {"voice": name, "consent": consent.id if consent else "", "consents": head}
        return {"engines": dict(engines), "words": words, **agreed}

    def entries(self, query: Query) -> Iterator[Entry]:
        """The records that match, in order.

        Raises:
            StorageError: the log was changed by hand, or cannot be read.
        """
        return filter(query.matches, self.ledger.entries())

    def outputs_of(self, voice: str) -> tuple[str, ...]:
        """Every file that was made with a voice, in order, each once."""
        return tuple(dict.fromkeys(str(entry.record["output"]) for entry in self.entries(Query(voice=voice))))


def default_audit() -> Path:
    """Where the log is kept: in the user's data folder."""
    return user_data() / "audit.jsonl"


def check_day(day: str | None) -> str | None:
    """`day` as it is.

    Raises:
        InputError: it is no day.
    """
    from datetime import date

    try:
        return date.fromisoformat(day).isoformat() if day else None
    except ValueError:
        raise InputError(f"{day!r} is no day; write it as 2026-11-01") from None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return str(os.getuid())
