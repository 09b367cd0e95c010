"""Voice profiles and their consents on the disk: one folder for each, and a ledger beside them.

voices/consents.jsonl          every consent given and revoked, chained
voices/wang/profile.json       where the voice comes from
voices/wang/reference.flac     the seconds of her that engines hear
voices/wang/evidence.flac      the spoken consent, where there is one
voices/wang/store/             every result that was made with the voice: a revocation deletes it whole
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from pitchgen.core.audio import Audio
from pitchgen.core.consent import Consent, Purpose, Subject, Way
from pitchgen.core.errors import ConsentError, InputError, StorageError
from pitchgen.edges.ledger import Entry, Ledger
from pitchgen.edges.store import decode_flac, encode_flac, storage_errors

GIVEN, REVOKED = "given", "revoked"
_NAME = re.compile(r"[^\W_][\w .-]{0,63}")  # a folder's name on every system, and never a hidden one or a path


@dataclass(frozen=True, slots=True)
class Profile:
    """A voice that is kept."""

    name: str
    video: str
    """Name of the file it was taken from."""
    sha256: str
    """Of that file."""
    seconds: float
    """Of the reference."""
    created: str
    """In UTC."""


class VoicesFolder:
    """The voices of a shop and what was agreed about them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.ledger = Ledger(root / "consents.jsonl")

    def names(self) -> tuple[str, ...]:
        """The profiles that are here."""
        return tuple(sorted(path.parent.name for path in self.root.glob("*/profile.json") if not path.is_symlink()))

    def add(self, profile: Profile, reference: Audio) -> None:
        """Keep a voice.

        Raises:
            InputError: a name that is no folder's, or taken.
            StorageError: the folder cannot be written.
        """
        home = self._home(profile.name)
        if (home / "profile.json").exists():
            raise InputError(f"there is a voice {profile.name!r} already; choose another name, or revoke it first")
        with storage_errors(home):
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            (home / "reference.flac").write_bytes(encode_flac(reference))
            (home / "profile.json").write_bytes(msgspec.json.format(msgspec.json.encode(profile)))

    def ever(self, name: str) -> bool:
        """Whether there is a voice of this name, or was one."""
        return name in self.names() or any(self.consents(name))

    def profile(self, name: str) -> Profile:
        """The profile called `name`.

        Raises:
            InputError: there is none; the message lists those that are.
        """
        path = self._home(name) / "profile.json"
        try:
            return msgspec.json.decode(_plain_file(path).read_bytes(), type=Profile)
        except FileNotFoundError:
            known = ", ".join(self.names()) or "none yet"
            gone = [consent for consent in self.consents(name) if consent.revoked]
            why = f"was revoked on {gone[-1].revoked[:10]}" if gone else "is not here"
            raise (ConsentError if gone else InputError)(f"the voice {name!r} {why}; there are: {known}") from None
        except (OSError, msgspec.DecodeError) as error:
            raise StorageError(f"{path} cannot be read: {error}") from None

    def of_video(self, sha256: str) -> Profile | None:
        """The profile that was made from a video."""
        return next((found for name in self.names() if (found := self.profile(name)).sha256 == sha256), None)

    def reference(self, name: str) -> Audio:
        """The seconds that engines hear.

        Raises:
            StorageError: they cannot be read, or are a link to somewhere else.
        """
        path = self._home(name) / "reference.flac"
        with storage_errors(path, "read"):
            return decode_flac(_plain_file(path).read_bytes())

    def store(self, name: str) -> Path:
        """Where every result goes that is made with the voice."""
        return self._home(name) / "store"

    def keep_evidence(self, name: str, data: bytes, suffix: str) -> None:
        """Keep what shows that consent was given."""
        path = self._home(name) / f"evidence{suffix}"
        with storage_errors(path):
            path.write_bytes(data)

    def give(self, consent: Consent) -> Consent:
        """Record a consent; the result carries its identifier."""
        record = msgspec.to_builtins(consent)
        for made_here in ("id", "given", "revoked"):
            del record[made_here]
        entry = self.ledger.append({"event": GIVEN, **record})
        return replace(consent, id=entry.hash, given=entry.at)

    def consents(self, name: str | None = None) -> tuple[Consent, ...]:
        """Every consent that was ever given, of one voice or of all, in order.

        Raises:
            StorageError: the ledger was changed by hand.
        """
        entries = self.ledger.entries()
        revoked = {entry.record["voice"]: entry for entry in entries if entry.record["event"] == REVOKED}
        given = [_consent(entry, revoked) for entry in entries if entry.record["event"] == GIVEN]
        return tuple(consent for consent in given if name in (None, consent.voice))

    def holding(self, name: str) -> Consent | None:
        """The latest consent of a voice that was not revoked."""
        return next((consent for consent in reversed(self.consents(name)) if not consent.revoked), None)

    def revoke(self, name: str) -> Entry:
        """Take back every consent of a voice, and delete what is kept of it.

        The record comes first: from then on no run uses the voice, even if the deletion fails.

        Raises:
            InputError: there never was such a voice.
            StorageError: something cannot be deleted; the revocation holds.
        """
        home = self._home(name)
        if not home.exists() and not self.ever(name):
            raise InputError(f"there is no voice {name!r}; there are: {', '.join(self.names()) or 'none'}")
        entry = self.ledger.append({"event": REVOKED, "voice": name})
        with storage_errors(home, "deleted"):
            if home.exists():
                shutil.rmtree(home)
        return entry

    def discard(self, name: str) -> None:
        """Delete a voice to which nobody has agreed."""
        shutil.rmtree(self._home(name), ignore_errors=True)

    def _home(self, name: str) -> Path:
        if not _NAME.fullmatch(name) or name.rstrip(" .") != name:
            raise InputError(f"{name!r} is no name for a voice; use letters, digits, spaces, - and _")
        home = self.root / name
        if home.is_symlink():
            raise StorageError(f"{home} is a link to somewhere else; a voice lies in a folder of its own")
        return home


def _consent(entry: Entry, revoked: dict[str, Entry]) -> Consent:
    record = entry.record
    taken = revoked.get(record["voice"])
    return Consent(
        id=entry.hash,
        voice=record["voice"],
        person=record["person"],
        subjects=tuple(map(Subject, record["subjects"])),
        purposes=tuple(map(Purpose, record["purposes"])),
        languages=tuple(record["languages"]),
        way=Way(record["way"]),
        statement=record["statement"],
        evidence=record["evidence"],
        given=entry.at,
        until=record["until"],
        revoked=taken.at if taken and taken.number > entry.number else "",
    )


def _plain_file(path: Path) -> Path:
    """`path`, if it is no link: what is sworn to here lies here."""
    if path.is_symlink():
        raise StorageError(f"{path} is a link to somewhere else; put the file itself there")
    return path
