"""What belongs to a merchant of the hosted service beside her jobs: keys, videos, glossaries, batches, messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum

from pitchgen.core.service import JobState, Scope


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key; the key itself is known to its bearer alone."""

    id: str
    merchant: str
    name: str
    """For what it is, in the words of who made it."""
    scopes: tuple[Scope, ...]
    created_at: float
    expires_at: float | None = None
    revoked_at: float | None = None

    def holds(self, at: float) -> bool:
        """Whether it opens anything at the time `at`."""
        ends = [moment for moment in (self.expires_at, self.revoked_at) if moment is not None]
        return all(at < moment for moment in ends)


class VideoState(str, Enum):
    """Whether a video can be worked on."""

    RECEIVING = "receiving"
    READY = "ready"
    FAILED = "failed"


class Way(str, Enum):
    """How a video comes in."""

    TUS = "tus"
    """In pieces, over the resumable protocol tus."""
    LINK = "link"
    """Fetched from an address."""
    PRESIGNED = "presigned"
    """Sent to the object storage itself."""


@dataclass(frozen=True, slots=True)
class Video:
    """A merchant's video."""

    id: str
    merchant: str
    name: str
    """Of its file, as the merchant calls it."""
    way: Way
    state: VideoState
    created_at: float
    size_bytes: int | None = None
    """Announced while it is received."""
    sha256: str | None = None
    duration: float | None = None
    """Seconds."""
    width_px: int | None = None
    height_px: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class StoredGlossary:
    """A merchant's terms, which lie in the object storage as CSV."""

    id: str
    merchant: str
    name: str
    terms: int
    created_at: float
    updated_at: float


@dataclass(frozen=True, slots=True)
class Batch:
    """Jobs that were asked for together."""

    id: str
    merchant: str
    name: str
    size: int
    """Number of jobs."""
    created_at: float


@dataclass(frozen=True, slots=True)
class Count:
    """How many jobs are in a state."""

    state: JobState
    jobs: int


class DeliveryState(str, Enum):
    """Whether a message has arrived."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to a merchant's own server. Its id is the same at every attempt, so that she can tell repetitions."""

    id: str
    merchant: str
    job_id: str
    url: str
    body: str
    """JSON, exactly as it is sent and signed."""
    state: DeliveryState
    attempts: int
    created_at: float
    next_at: float
    """When it is tried next."""
    delivered_at: float | None = None
    status: int | None = None
    """HTTP status of the last answer."""
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What a merchant used between two moments."""

    since: float
    until: float
    outputs: int
    minutes: float
    """Of outputs."""
    jobs: int
    storage_bytes: int
    """Of her videos and outputs now."""


def rfc3339(at: float) -> str:
    """A time as documents carry it: `2026-11-25T10:30:00.123Z`."""
    return datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for every merchant who has no limit of her own."""

    upload_bytes: int
    """Of one video."""
    requests_per_minute: int
    """Of one merchant, over all her keys."""
    batch_jobs: int
    """In one request."""
