"""What is told of a video and its versions once they are made: one value, kept as JSON and drawn as a page.

Every number in it was measured, by the run that the version names in `made` or on the file as it lies there; what
nobody measured is None, and is shown as that.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from pitchgen.core.audio import Leak, Loudness
from pitchgen.core.fact import Evidence, Kind
from pitchgen.core.provenance import Layer
from pitchgen.core.transcript import Span

SCHEMA = 1
"""Raised when a field changes its meaning; a report of another schema is made again by a run."""


class State(str, Enum):
    """What became of a fact of hers in the words of a version."""

    SAME = "same"
    MISSING = "missing"
    CHANGED = "changed"
    DOUBLED = "doubled"
    INVENTED = "invented"
    UNCHECKED = "unchecked"
    """Nobody here can look for it."""


class Ear(str, Enum):
    """What a recogniser heard of the facts of a sentence in its new voice."""

    SAME = "same"
    OTHER = "other"
    UNCLEAR = "unclear"
    """It did not understand the voice, or knows no such language."""
    NOT_ASKED = "not-asked"


class Origin(str, Enum):
    """Where the words of a sentence come from."""

    TRANSLATOR = "translator"
    MEMORY = "memory"  # a person said so once
    PERSON = "person"
    SHORTENED = "shortened"  # the translator's again: the first took too long to say
    ORIGINAL = "original"  # her own sound stays
    SILENT = "silent"  # a person has emptied it


class Level(str, Enum):
    """What a merchant does next."""

    RIGHT = "right"
    LOOK = "look"  # there are lines that nobody could check, or that are late
    WRONG = "wrong"  # a price, a quantity or a name is not what she said


class Reason(str, Enum):
    """Why a line, or a whole version, should be looked at. The first ones are about what a buyer relies on."""

    MISSING = "missing"
    CHANGED = "changed"
    DOUBLED = "doubled"
    INVENTED = "invented"
    MISHEARD = "misheard"
    UNCHECKED = "unchecked"
    DOUBTED = "doubted"  # the recogniser was not sure what she says
    ORIGINAL = "original"
    LATE = "late"
    NOT_DUBBED = "not-dubbed"
    LABEL = "label"  # those of the law are not complete in the file
    LIMIT = "limit"  # of the platform
    GONE = "gone"  # the file is no longer there, or no longer as it was written


WRONG = (Reason.MISSING, Reason.CHANGED, Reason.DOUBLED, Reason.INVENTED, Reason.MISHEARD)


@dataclass(frozen=True, slots=True)
class FactCheck:
    """A fact of a sentence, and what the translation has of it."""

    state: State
    kind: Kind | None
    """None for a figure that she never said."""
    said: Evidence | None
    """Where she says it; None for what she never said."""
    found: tuple[Evidence, ...] = ()
    """Where the translation says it."""
    wanted: str = ""
    """What the shop calls a name that is missing."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was heard of a sentence in its new voice."""

    ear: Ear = Ear.NOT_ASKED
    text: str = ""
    """What the recogniser wrote down; empty where nothing was understood."""
    facts: tuple[FactCheck, ...] = ()
    """What is otherwise than she said."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a version. Times are seconds on the clock of the version."""

    number: int
    """From 1, as in the transcript."""
    source: str
    """What she says."""
    source_span: Span
    """When she says it."""
    text: str
    """What is said instead; empty for silence, and for her own sound."""
    origin: Origin
    span: Span | None
    """When it is heard; None for silence."""
    tempo: float = 1.0
    """Above 1 is faster than the voice made it."""
    late: float = 0.0
    """Seconds that it ends too late."""
    longer: str = ""
    """The wording that took too long, where it was shortened."""
    reused: bool = False
    """Its sound came from the store."""
    facts: tuple[FactCheck, ...] = ()
    heard: Hearing = Hearing()

    @property
    def drift(self) -> tuple[float, float] | None:
        """How much later than hers its start and its end are, in seconds."""
        if self.span is None:
            return None
        return self.span.start - self.source_span.start, self.span.end - self.source_span.end


@dataclass(frozen=True, slots=True)
class Look:
    """Something that a person should look at."""

    reason: Reason
    sentence: int | None = None
    """Its number; None where it is about the whole version."""
    said: str = ""
    """The words that it is about: hers, or those of the platform."""
    found: str = ""
    """What stands or is heard in their place."""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two recordings sound, by median pitch and mean spectrum. Weak: no proof of whose voice it is."""

    distance: float | None
    """0 for the same sound. None where one of them has no voice in it."""
    seconds: float
    """How much of the new voice was compared."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who agreed that her voice is imitated, and how."""

    person: str
    way: str
    """`typed`, `spoken` or `signed`."""
    given: str
    """When, in UTC."""
    until: str
    """Last day on which it holds; empty where there is none."""
    id: str
    """SHA-256 of its entry in the records."""


@dataclass(frozen=True, slots=True)
class Speech:
    """Whose voice is heard in a version."""

    timbre: str
    """A key of `core.engines.TIMBRES`."""
    name: str = ""
    """Of the voice that is kept; empty where none is."""
    agreement: Agreement | None = None
    likeness: Likeness | None = None
    """Of the new voice to hers; None where it was not measured."""


@dataclass(frozen=True, slots=True)
class Part:
    """Who did what, and under which terms."""

    verb: str
    engine: str
    identity: str
    """Engine, weights, options and library: all that changes what it returns."""
    licence: str
    commercial: bool
    service: str = ""
    """Address of the service that was asked; empty where the work was done on this machine."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What the file says of itself, read back from it: both labels of GB 45438-2025, and the content credentials."""

    produce_id: str = ""
    """Empty where the metadata has no label."""
    layers: tuple[Layer, ...] = ()
    holds: bool = False
    """Both labels of the law are there, and nothing is broken."""


@dataclass(frozen=True, slots=True)
class LanguageVersion:
    """One language version."""

    language: str
    """BCP-47."""
    made: str
    """When the run ended that these numbers are of, in UTC."""
    video: str
    """Name of its file, beside the report."""
    bytes: int
    subtitles: tuple[str, ...]
    duration: float
    waited: float
    """Seconds that the picture waits for what is said."""
    burned: bool
    """Its captions are in the picture."""
    reused: bool
    """The file was there already, made from the same."""
    speech: Speech
    sentences: tuple[Sentence, ...]
    parts: tuple[Part, ...]
    mark: Mark
    ear: str = ""
    """Why a recogniser could not check the facts in the new voice; empty where it could, or was not asked."""
    loudness: Loudness | None = None
    """Of the sound that the file decodes to."""
    leak: Leak | None = None
    """What is left of her voice in the background that is kept; None where none is kept apart from it."""
    pivot: str | None = None
    """BCP-47 code of the language that the translation went through."""
    level: Level = Level.LOOK
    look: tuple[Look, ...] = ()


@dataclass(frozen=True, slots=True)
class StageTime:
    """What a stage took in a run; what came from the store took none."""

    stage: str
    seconds: float
    units: float
    """Items, or seconds of picture."""


@dataclass(frozen=True, slots=True)
class Effort:
    """What a run took."""

    seconds: float
    """By the clock: stages that run side by side take less than their sum."""
    stages: tuple[StageTime, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A video and its versions."""

    schema: int
    pitchgen: str
    """Version of the program."""
    made: str
    """When the run ended, in UTC."""
    video: str
    """Name of the video that she filmed."""
    source: str
    """Its SHA-256."""
    duration: float
    transcript: str
    """Name of the file in which her words are edited."""
    transcript_origin: str
    score: float | None
    """Agreement of the words with the recording, 0 to 1; None where nothing measured it."""
    profile: str
    platform: str
    """Empty where none was named."""
    effort: Effort
    versions: tuple[LanguageVersion, ...]
    """Those of this run first; then those of earlier runs of the same video that still lie there."""
    warnings: tuple[str, ...]
    words: str = ""
    """Where her words were taken from."""
