"""Voices of a merchant, kept and agreed to through the service: by statement, recording or document."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pitchgen.core.account import VideoState
from pitchgen.core.consent import Consent
from pitchgen.core.errors import Conflict, ConsentError, NotFound, PitchgenError
from pitchgen.core.service import Merchant, video_key
from pitchgen.edges.ledger import Entry
from pitchgen.edges.probe import probe
from pitchgen.edges.service.objects import Objects
from pitchgen.edges.service.videos import Videos
from pitchgen.edges.service.voice_folders import VoiceFolders
from pitchgen.edges.voices import Profile, VoicesFolder
from pitchgen.engines import registry
from pitchgen.recipes.voices import Terms, Voices


@dataclass(frozen=True, slots=True)
class Agreement:
    """How she agreed: in exactly one of three ways."""

    terms: Terms
    statement: str | None = None
    """What she wrote."""
    recording: str | None = None
    """Id of a video in which she reads the sentence of consent."""
    document: bytes | None = None
    document_name: str = "consent.pdf"

    def __post_init__(self) -> None:
        if sum(way is not None for way in (self.statement, self.recording, self.document)) != 1:
            raise ConsentError("say how she agreed, in one way: a statement, a recording or a document")


@dataclass(frozen=True, slots=True)
class Kept:
    """A voice, and what was agreed about it."""

    profile: Profile | None
    """None, where it was revoked."""
    consents: tuple[Consent, ...]


@dataclass(frozen=True, slots=True)
class Voicing:
    """The voices of all merchants, each seen by its own."""

    folders: VoiceFolders
    videos: Videos
    objects: Objects

    def list(self, merchant: Merchant) -> tuple[Kept, ...]:
        """Her voices, by name."""
        with self.folders.opened(merchant.id) as folder:
            return tuple(Kept(folder.profile(name), folder.consents(name)) for name in folder.names())

    def get(self, merchant: Merchant, name: str) -> Kept:
        """A voice, also one that was revoked.

        Raises:
            NotFound: there never was one of this name.
        """
        with self.folders.opened(merchant.id, name) as folder:
            _require_ever(folder, name)
            kept = folder.profile(name) if name in folder.names() else None
            return Kept(kept, folder.consents(name))

    def add(self, merchant: Merchant, name: str, video_id: str, agreement: Agreement) -> Kept:
        """Keep the voice of who speaks in a video, with her consent; without it nothing is kept.

        Raises:
            InputError: the name is taken, or too little of the video is clean speech.
            ConsentError: she did not agree.
        """
        with self._video(merchant, video_id) as path, self.folders.opened(merchant.id, name) as folder:
            shop = _shop(folder)
            shop.keep(name, probe(path), lambda: self._agree(merchant, shop, name, agreement))
            return Kept(folder.profile(name), folder.consents(name))

    def agree(self, merchant: Merchant, name: str, agreement: Agreement) -> Kept:
        """Record another consent for a voice that is kept.

        Raises:
            NotFound: there never was one of this name.
            ConsentError: she did not agree, or the voice was revoked.
        """
        with self.folders.opened(merchant.id, name) as folder:
            require_kept(folder, name)
            self._agree(merchant, _shop(folder), name, agreement)
            return Kept(folder.profile(name), folder.consents(name))

    def revoke(self, merchant: Merchant, name: str) -> Entry:
        """Take back every consent of a voice, and delete it; jobs that wait for it fail.

        Raises:
            NotFound: there never was one of this name.
        """
        with self.folders.opened(merchant.id, name) as folder:
            _require_ever(folder, name)
            return folder.revoke(name)

    def _agree(self, merchant: Merchant, shop: Voices, name: str, agreement: Agreement) -> Consent:
        if agreement.recording is not None:
            with self._video(merchant, agreement.recording) as path:
                return shop.record(name, agreement.terms, spoken=path)
        if agreement.document is None:
            return shop.record(name, agreement.terms, statement=agreement.statement)
        with tempfile.TemporaryDirectory() as work:
            path = Path(work) / Path(agreement.document_name).name
            path.write_bytes(agreement.document)
            return shop.record(name, agreement.terms, signed=path)

    @contextmanager
    def _video(self, merchant: Merchant, video_id: str) -> Iterator[Path]:
        """A copy of a video that is ready."""
        video = self.videos.get(merchant.id, video_id)
        if video.state is not VideoState.READY:
            raise Conflict(f"{video_id}: is {video.state.value}; a voice needs one that is ready")
        with tempfile.TemporaryDirectory() as work:
            path = Path(work) / f"video{_suffix(video.name)}"
            if not self.objects.get(video_key(merchant.id, video_id), path):
                raise Conflict(f"{video_id}: its file is gone; upload it again")
            try:
                yield path
            except PitchgenError as error:  # told of the file as she calls it, not of our copy
                error.args = (str(error).replace(str(path), video.name),)
                raise


def require_kept(folder: VoicesFolder, name: str) -> None:
    """Refuse what needs a voice that is not there, in words for whoever asks over HTTP.

    Raises:
        NotFound: there never was one of this name.
        ConsentError: it was revoked.
    """
    _require_ever(folder, name)
    if name not in folder.names():
        raise ConsentError(f"the voice {name!r} was revoked; POST /v1/voices keeps one again")


def _require_ever(folder: VoicesFolder, name: str) -> None:
    if not folder.ever(name):
        raise NotFound(f"{name}: no such voice; GET /v1/voices lists yours, POST /v1/voices keeps one")


def _suffix(name: str) -> str:
    suffix = Path(name).suffix
    return suffix if suffix[1:].isalnum() and len(suffix) < 6 else ""


def _shop(folder: VoicesFolder) -> Voices:
    return Voices(folder, registry.load("detect", "silero"), registry.load("transcribe", "script"))
