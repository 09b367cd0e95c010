"""The nouns of the hosted service: merchants, their jobs, and what becomes of these.

A job asks for one video in some languages. Trying a job again makes another run of it, numbered by its generation: only
the newest run may say anything of the job, so that what a lost worker still finishes changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

Item = TypeVar("Item")

ID_BYTES = 15  # 120 random bits: nobody guesses the id of another merchant's job


class Scope(str, Enum):
    """What the bearer of an API key may do."""

    READ = "read"
    """See videos, jobs, outputs and usage."""
    WRITE = "write"
    """Upload videos; make, cancel and retry jobs; change the glossary."""
    VOICES = "voices"
    """Keep voices, record and revoke consents."""


class JobState(str, Enum):
    """How far a job, or one run of it, is."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    """Some languages are there, others failed."""
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def terminal(self) -> bool:
        """Whether nothing will change any more, but by a new run."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


class OutputState(str, Enum):
    """How far one language of a run is."""

    WAITING = "waiting"
    SPEAKING = "speaking"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def terminal(self) -> bool:
        """Whether this run has nothing more to do for the language."""
        return self in (OutputState.READY, OutputState.FAILED, OutputState.CANCELLED)


class Priority(str, Enum):
    """Who waits: what somebody looks at never waits behind what runs overnight."""

    INTERACTIVE = "interactive"
    BATCH = "batch"


@dataclass(frozen=True, slots=True)
class Merchant:
    """A shop of the platform."""

    id: str
    name: str
    created_at: float
    """Seconds since 1970, as all times of the service."""
    active_jobs: int | None = None
    """How many jobs may be queued or running at once; None is no limit."""
    requests_per_minute: int | None = None
    storage_bytes: int | None = None
    """Of videos and outputs together."""
    media_minutes: float | None = None
    """Minutes of outputs in a calendar month."""


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What is to be made."""

    video_id: str
    languages: tuple[str, ...]
    """BCP-47, each once."""
    priority: Priority = Priority.INTERACTIVE
    profile: str | None = None
    voice: str | None = None
    """Name of one of the merchant's voice profiles."""
    glossary: str | None = None
    """Id of one of the merchant's glossaries."""
    script: str | None = None
    """What she says, as text or SRT."""
    webhook: str | None = None
    """Address that is told when the job has ended."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Others of `pitchgen.core.config.Settings`, by name."""


@dataclass(frozen=True, slots=True)
class Job:
    """A request, and how far its newest run is."""

    id: str
    merchant: str
    request: JobRequest
    state: JobState
    generation: int
    """Of the newest run, counted from 1."""
    created_at: float
    updated_at: float
    finished_at: float | None = None
    error: str | None = None
    batch: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One try at a job."""

    id: str
    job_id: str
    merchant: str
    generation: int
    state: JobState
    created_at: float
    finished_at: float | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """One language of a run."""

    run_id: str
    job_id: str
    merchant: str
    language: str
    state: OutputState
    artifact: str | None = None
    """Prefix in the object storage that its files lie under; the video is `artifact + "/" + video`."""
    video: str | None = None
    """Name of the video file."""
    size_bytes: int | None = None
    sha256: str | None = None
    duration: float | None = None
    """Seconds."""
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a job is."""

    job: Job
    outputs: tuple[Output, ...]
    """Of its newest run, in the order of the request."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a job, as its listeners are told."""

    job_id: str
    number: int
    """Counted from 1 for each job, without gaps: whoever has seen one can ask for those after it."""
    run_id: str
    at: float
    kind: str
    """`created`, `state`, `stage`, `progress`, `warning`, `output`, `retried`."""
    stage: str | None = None
    language: str | None = None
    done: float | None = None
    total: float | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A stage that was given up, and why."""

    run_id: str
    job_id: str
    merchant: str
    stage: str
    language: str
    """Empty for a stage of all languages."""
    reason: str
    attempts: int
    at: float


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some of many, and how to ask for those after them."""

    items: tuple[Item, ...]
    next_cursor: str | None = None


def new_id(prefix: str) -> str:
    """An id that cannot be guessed: `job_` and 24 hexadecimal digits or so."""
    return f"{prefix}_{secrets.token_hex(ID_BYTES)}"


def video_key(merchant: str, video_id: str) -> str:
    """Where a merchant's video lies in the object storage."""
    return f"videos/{merchant}/{video_id}"


def glossary_key(merchant: str, glossary_id: str) -> str:
    """Where a merchant's glossary lies in the object storage, as CSV."""
    return f"glossaries/{merchant}/{glossary_id}.csv"


def voices_prefix(merchant: str) -> str:
    """Where a merchant's voice profiles and their consents lie in the object storage."""
    return f"voices/{merchant}"


def output_prefix(merchant: str, run_id: str, language: str) -> str:
    """Where the files of one language of a run lie in the object storage."""
    return f"outputs/{merchant}/{run_id}/{language}"
