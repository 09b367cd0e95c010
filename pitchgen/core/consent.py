"""Who agreed that her voice or face is imitated: for what, in which languages, how it was given, and until when.

Source: 深度合成管理规定, article 14: whoever offers to edit faces or voices has the user obtain the separate consent of
the person who is edited. One record is one person's consent for one voice profile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from pitchgen.core.errors import ConsentError


class Purpose(str, Enum):
    """What her voice or face may be used for."""

    DUB = "dub"
    """Her own videos, said again in other languages."""
    PRESENT = "present"
    """Videos made from text, in which she never said it."""
    INTERPRET = "interpret"
    """Live, to buyers."""


class Subject(str, Enum):
    """What of a person is imitated."""

    VOICE = "voice"
    FACE = "face"


class Way(str, Enum):
    """How consent was given."""

    TYPED = "typed"
    """A statement in writing, by her or by somebody who is answerable for it."""
    SPOKEN = "spoken"
    """She reads the statement aloud; the recording is kept, and is in the voice of the profile."""
    SIGNED = "signed"
    """A document; its file is kept by its hash."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One person's consent."""

    id: str
    """SHA-256 of its entry in the ledger."""
    voice: str
    """Name of the profile."""
    person: str
    """Whose voice and face it is."""
    subjects: tuple[Subject, ...]
    purposes: tuple[Purpose, ...]
    languages: tuple[str, ...]
    """BCP-47; empty for every language."""
    way: Way
    statement: str
    """What was stated."""
    evidence: str
    """SHA-256 of the recording or document; empty for a typed statement."""
    given: str
    """When, in UTC: `2026-11-25T10:30:00Z`."""
    until: str = ""
    """Last day on which it holds, `2027-12-31`; empty where there is none."""
    revoked: str = ""
    """When it was taken back; empty where it holds."""

    def refusal(self, subject: Subject, purpose: Purpose, language: str, today: date) -> str | None:
        """Why it does not cover a use; None where it does."""
        if self.revoked:
            return f"was revoked on {self.revoked[:10]}"
        if self.until and today > date.fromisoformat(self.until):
            return f"ended on {self.until}"
        if subject not in self.subjects:
            return f"covers {_listed(self.subjects)}, not the {subject.value}"
        if purpose not in self.purposes:
            return f"covers {_listed(self.purposes)}, not {purpose.value}"
        if self.languages and language not in self.languages:
            return f"covers {', '.join(self.languages)}, not {language}"
        return None

    def require(self, subject: Subject, purpose: Purpose, language: str, today: date) -> None:
        """Refuse a use that it does not cover.

        Raises:
            ConsentError: the message says whose consent, and why.
        """
        if reason := self.refusal(subject, purpose, language, today):
            raise ConsentError(
                f"the consent of {self.person} for the voice {self.voice!r} {reason}; "
                "take another voice, or record a new consent"
            )


STATEMENT = "本人{person}同意用我的声音和形象制作人工智能生成的视频。"
"""The sentence that has to be said, or typed, with the person's name; "I, ..., agree that AI-generated videos are made
with my voice and likeness"."""


def _listed(values: tuple[Subject, ...] | tuple[Purpose, ...]) -> str:
    return ", ".join(value.value for value in values)
