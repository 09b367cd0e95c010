"""`/v1/voices`: kept, agreed to, revoked."""

from __future__ import annotations

import base64
import binascii
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pitchgen.core.consent import Purpose
from pitchgen.core.errors import InputError
from pitchgen.recipes.service.platform import Platform
from pitchgen.recipes.service.voicing import Agreement, Kept, Voicing
from pitchgen.recipes.voices import Terms
from pitchgen.shells.web.callers import Reader, ThePlatform, VoiceKeeper
from pitchgen.shells.web.shapes import SMALL, Name, Taken

router = APIRouter(prefix="/v1/voices", tags=["voices"])
LARGEST_DOCUMENT = 8 << 20  # characters in base64: a scan of some pages


class Agreed(Taken):
    """How she agreed, in one of three ways, and to what."""

    person: str = Field(min_length=1, max_length=SMALL)
    purposes: list[Purpose] = Field(default_factory=lambda: [Purpose.DUB])
    languages: list[str] = Field(default_factory=list, description="all, where none is named")
    until: str = Field("", description="last day, as 2027-12-31")
    statement: str | None = Field(None, max_length=2000, description="what she wrote")
    recording: str | None = Field(None, description="id of a video in which she reads the sentence of consent")
    document: str | None = Field(None, max_length=LARGEST_DOCUMENT, description="what she signed, in base64")
    document_name: str = Field(
        "consent.pdf", max_length=80, pattern=r"^\w[^/\\\x00]*$", description="a plain file name"
    )

    def agreement(self) -> Agreement:
        """As the service means it.

        Raises:
            InputError: the document is no base64, or the terms mean nothing.
        """
        try:
            document = None if self.document is None else base64.b64decode(self.document, validate=True)
        except binascii.Error:
            raise InputError("document: is no base64") from None
        terms = Terms(self.person, tuple(self.purposes), tuple(self.languages), self.until)
        return Agreement(terms, self.statement, self.recording, document, self.document_name)


class VoiceOrder(Taken):
    """A voice to be kept, of who speaks alone in a video."""

    name: Name
    video_id: str
    consent: Agreed


class ConsentShown(BaseModel):
    """What was agreed."""

    id: str
    person: str
    purposes: list[str]
    languages: list[str]
    way: str
    given: str
    until: str
    revoked: str


class VoiceShown(BaseModel):
    """A voice; of one that was revoked only its consents are left."""

    name: str
    seconds: float | None
    consents: list[ConsentShown]

    @classmethod
    def of(cls, name: str, kept: Kept) -> VoiceShown:
        consents = [
            ConsentShown(
                id=c.id, person=c.person, purposes=[p.value for p in c.purposes], languages=list(c.languages),
                way=c.way.value, given=c.given, until=c.until, revoked=c.revoked,
            )
            for c in kept.consents
        ]  # fmt: skip
        return cls(name=name, seconds=kept.profile.seconds if kept.profile else None, consents=consents)


def _voicing(platform: Platform) -> Voicing:
    return Voicing(platform.voices, platform.videos, platform.objects)


@router.post("", status_code=HTTPStatus.CREATED)
def add_voice(order: VoiceOrder, merchant: VoiceKeeper, platform: ThePlatform) -> VoiceShown:
    """Keep the voice of who speaks in a video, with her consent."""
    agreement = order.consent.agreement()
    return VoiceShown.of(order.name, _voicing(platform).add(merchant, order.name, order.video_id, agreement))


@router.get("")
def list_voices(merchant: Reader, platform: ThePlatform) -> list[VoiceShown]:
    """Your voices, by name."""
    kept = _voicing(platform).list(merchant)
    return [VoiceShown.of(one.profile.name, one) for one in kept if one.profile]


@router.get("/{name}")
def show_voice(name: str, merchant: Reader, platform: ThePlatform) -> VoiceShown:
    """A voice and all consents that were ever given for it."""
    return VoiceShown.of(name, _voicing(platform).get(merchant, name))


@router.post("/{name}/consents", status_code=HTTPStatus.CREATED)
def add_consent(name: str, agreed: Agreed, merchant: VoiceKeeper, platform: ThePlatform) -> VoiceShown:
    """Record another consent for a voice."""
    return VoiceShown.of(name, _voicing(platform).agree(merchant, name, agreed.agreement()))


@router.delete("/{name}")
def revoke_voice(name: str, merchant: VoiceKeeper, platform: ThePlatform) -> VoiceShown:
    """Take back every consent of a voice and delete it; jobs that wait for it fail."""
    voicing = _voicing(platform)
    voicing.revoke(merchant, name)
    return VoiceShown.of(name, voicing.get(merchant, name))
