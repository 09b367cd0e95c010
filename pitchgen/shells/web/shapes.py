"""Documents as the API takes and gives them. Times are RFC 3339, durations seconds, sizes bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Generic, Literal, TypeVar

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import Self

from pitchgen.core.account import Batch, Count, Delivery, StoredGlossary, Usage, Video, rfc3339
from pitchgen.core.service import Event, Job, JobRequest, JobState, Output, Page, Priority, Standing

Item = TypeVar("Item")
Shown = TypeVar("Shown", bound=BaseModel)
SMALL = 200  # characters of a name
Name = Annotated[str, Field(min_length=1, max_length=SMALL)]
Languages = Annotated[list[str], Field(min_length=1, max_length=100, description="BCP-47, as in en, fr, pt-BR")]


class Taken(BaseModel):
    """A document that comes in: a field that nobody knows is a mistake."""

    model_config = ConfigDict(extra="forbid")


def document(shown: BaseModel) -> Response:
    """An answer that is ready to be sent: what is polled is not validated and turned over once more."""
    return Response(shown.model_dump_json(), media_type="application/json")


class LinkedVideo(Taken):
    """A video to be fetched."""

    url: str = Field(max_length=2000)
    name: Name | None = None


class PresignedVideo(Taken):
    """A video that will be sent to the object storage itself."""

    presigned: Literal[True]
    name: Name
    size_bytes: int = Field(gt=0)


class JobOrder(Taken):
    """What is to be made of a video."""

    video_id: str
    languages: Languages
    priority: Priority = Priority.INTERACTIVE
    profile: str | None = Field(None, description="auto, standard, research or embedded")
    voice: str | None = Field(None, description="name of one of your voices")
    glossary: str | None = Field(None, description="id of one of your glossaries")
    script: str | None = Field(None, description="what she says, as text or SRT")
    webhook: str | None = Field(None, max_length=2000, description="address that is told when the job has ended")
    settings: dict[str, str | bool | int | float] = Field(default_factory=dict, max_length=50)

    def request(self) -> JobRequest:
        """As the service means it."""
        plain = self.model_dump(exclude={"languages", "settings"})
        settings = {name: str(value) for name, value in self.settings.items()}
        return JobRequest(languages=tuple(self.languages), settings=settings, **plain)


class BatchOrder(Taken):
    """Jobs that are asked for together; their priority is batch."""

    name: Name
    jobs: list[JobOrder] = Field(min_length=1)


class VideoShown(BaseModel):
    """A video."""

    id: str
    name: str
    state: str
    way: str
    created_at: str
    size_bytes: int | None
    sha256: str | None
    duration: float | None
    width_px: int | None
    height_px: int | None
    error: str | None
    upload_url: str | None = None

    @classmethod
    def of(cls, video: Video, *, upload_url: str | None = None) -> VideoShown:
        return cls(
            id=video.id, name=video.name, state=video.state.value, way=video.way.value,
            created_at=rfc3339(video.created_at), size_bytes=video.size_bytes, sha256=video.sha256,
            duration=video.duration, width_px=video.width_px, height_px=video.height_px, error=video.error,
            upload_url=upload_url,
        )  # fmt: skip


class FileShown(BaseModel):
    """One file of an output."""

    name: str
    size_bytes: int
    url: str


class OutputShown(BaseModel):
    """One language of a job."""

    language: str
    state: str
    url: str | None
    size_bytes: int | None
    sha256: str | None
    duration: float | None
    error: str | None

    @classmethod
    def of(cls, output: Output) -> OutputShown:
        there = output.artifact is not None and output.video is not None
        return cls(
            language=output.language, state=output.state.value,
            url=f"/v1/jobs/{output.job_id}/outputs/{output.language}/{output.video}" if there else None,
            size_bytes=output.size_bytes, sha256=output.sha256, duration=output.duration, error=output.error,
        )  # fmt: skip


class JobShown(BaseModel):
    """A job; its outputs where one job is asked for, not in lists."""

    id: str
    video_id: str
    languages: list[str]
    state: str
    priority: str
    profile: str | None
    voice: str | None
    glossary: str | None
    webhook: str | None
    settings: dict[str, str]
    generation: int
    batch: str | None
    error: str | None
    created_at: str
    updated_at: str
    finished_at: str | None
    outputs: list[OutputShown] | None = None

    @classmethod
    def of(cls, standing: Standing) -> JobShown:
        shown = cls.listed(standing.job)
        shown.outputs = list(map(OutputShown.of, standing.outputs))
        return shown

    @classmethod
    def listed(cls, job: Job) -> JobShown:
        asked = job.request
        return cls(
            id=job.id, video_id=asked.video_id, languages=list(asked.languages), state=job.state.value,
            priority=asked.priority.value, profile=asked.profile, voice=asked.voice, glossary=asked.glossary,
            webhook=asked.webhook, settings=dict(asked.settings), generation=job.generation, batch=job.batch,
            error=job.error, created_at=rfc3339(job.created_at), updated_at=rfc3339(job.updated_at),
            finished_at=rfc3339(job.finished_at) if job.finished_at else None,
        )  # fmt: skip


class EventShown(BaseModel):
    """Something that happened to a job."""

    number: int
    kind: str
    at: str
    stage: str | None
    language: str | None
    done: float | None
    total: float | None
    message: str | None

    @classmethod
    def of(cls, event: Event) -> EventShown:
        return cls(
            number=event.number, kind=event.kind, at=rfc3339(event.at), stage=event.stage, language=event.language,
            done=event.done, total=event.total, message=event.message,
        )  # fmt: skip


class GlossaryShown(BaseModel):
    """A glossary; its terms are at `/v1/glossaries/ID/csv`."""

    id: str
    name: str
    terms: int
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, glossary: StoredGlossary) -> GlossaryShown:
        return cls(
            id=glossary.id, name=glossary.name, terms=glossary.terms, created_at=rfc3339(glossary.created_at),
            updated_at=rfc3339(glossary.updated_at),
        )  # fmt: skip


class BatchShown(BaseModel):
    """A batch; its jobs are at `/v1/jobs?batch=ID`."""

    id: str
    name: str
    size: int
    created_at: str
    states: dict[JobState, int] | None = None

    @classmethod
    def of(cls, batch: Batch, counts: tuple[Count, ...] | None = None) -> BatchShown:
        states = None if counts is None else {count.state: count.jobs for count in counts}
        return cls(id=batch.id, name=batch.name, size=batch.size, created_at=rfc3339(batch.created_at), states=states)


class DeliveryShown(BaseModel):
    """A message to your server."""

    id: str
    job_id: str
    url: str
    state: str
    attempts: int
    created_at: str
    next_at: str
    delivered_at: str | None
    status: int | None
    error: str | None

    @classmethod
    def of(cls, delivery: Delivery) -> DeliveryShown:
        return cls(
            id=delivery.id, job_id=delivery.job_id, url=delivery.url, state=delivery.state.value,
            attempts=delivery.attempts, created_at=rfc3339(delivery.created_at), next_at=rfc3339(delivery.next_at),
            delivered_at=rfc3339(delivery.delivered_at) if delivery.delivered_at else None, status=delivery.status,
            error=delivery.error,
        )  # fmt: skip


class UsageShown(BaseModel):
    """What you used in a time."""

    since: str
    until: str
    outputs: int
    minutes: float
    jobs: int
    storage_bytes: int

    @classmethod
    def of(cls, usage: Usage) -> UsageShown:
        return cls(
            since=rfc3339(usage.since), until=rfc3339(usage.until), outputs=usage.outputs,
            minutes=round(usage.minutes, 3), jobs=usage.jobs, storage_bytes=usage.storage_bytes,
        )  # fmt: skip


class SecretShown(BaseModel):
    """What signs the messages to your server."""

    secret: str


class Listed(BaseModel, Generic[Shown]):
    """Some of many."""

    items: list[Shown]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[Item], shown: Callable[[Item], Shown]) -> Self:
        return cls(items=list(map(shown, page.items)), next_cursor=page.next_cursor)


class VideosPage(Listed[VideoShown]):
    """Videos."""


class JobsPage(Listed[JobShown]):
    """Jobs, without their outputs."""


class GlossariesPage(Listed[GlossaryShown]):
    """Glossaries."""


class BatchesPage(Listed[BatchShown]):
    """Batches, without the states of their jobs."""


class DeliveriesPage(Listed[DeliveryShown]):
    """Messages to your server."""


class EventsShown(BaseModel):
    items: list[EventShown]
    last: int
    """Number of the last of them: ask for those after it."""


class FilesShown(BaseModel):
    items: list[FileShown]
