"""The API of a test, and who asks it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from fastapi import FastAPI
from sqlalchemy import update
from starlette.testclient import TestClient

from pitchgen.core.account import Limits, Way
from pitchgen.core.audio import Audio
from pitchgen.core.consent import Consent, Purpose, Subject
from pitchgen.core.consent import Way as ConsentWay
from pitchgen.core.media import Media
from pitchgen.core.service import Job, JobRequest, OutputState, Scope, output_prefix
from pitchgen.edges.service import tables
from pitchgen.edges.service.addresses import Addresses
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.objects import Objects
from pitchgen.edges.service.records import append_event, find_job, newest_run
from pitchgen.edges.voices import Profile, VoicesFolder
from pitchgen.recipes.service.platform import Platform
from pitchgen.shells.web.application import application

SAMPLE = Path(__file__).parents[2] / "samples" / "socks.mp4"
TUS = {"Tus-Resumable": "1.0.0"}
PROBLEM = "application/problem+json"
CSV = b"term,language,translation\na,en,b\n"


@dataclass(frozen=True)
class Site:
    """The API, and who asks it."""

    app: FastAPI
    platform: Platform
    submitted: list[Job]
    wang: str
    li: str

    def client(self, merchant: str, *scopes: Scope) -> TestClient:
        key = self.platform.keys.issue(merchant, "test", scopes or tuple(Scope)).secret
        return TestClient(self.app, headers={"Authorization": f"Bearer {key}"}, raise_server_exceptions=False)


LIMITS = Limits(upload_bytes=4 << 20, requests_per_minute=100_000, batch_jobs=2000)


@contextmanager
def opened(tmp_path: Path, *, url: str | None = None, objects: Objects | None = None) -> Iterator[Site]:
    """The API over SQLite and a folder, where nothing else is said, with two merchants; one of several machines."""
    database = Database.open(url or f"sqlite:///{tmp_path}/service.sqlite")
    database.migrate()
    submitted: list[Job] = []
    platform = Platform.of(
        database,
        objects or Objects.open((tmp_path / "objects").as_uri()),
        tmp_path / "state",
        submitted.append,
        addresses=Addresses(resolve=lambda host, port: ["127.0.0.1"], inside=("127.0.0.1/32",)),
        limits=LIMITS,
    )
    known = {merchant.name: merchant.id for merchant in platform.merchants.list()}
    wang, li = (known.get(name) or platform.merchants.add(name).id for name in ("Wang", "Li"))
    yield Site(application(platform), platform, submitted, wang, li)
    database.close()


def ready_video(site: Site, merchant: str) -> str:
    video = site.platform.videos.announce(merchant, "a.mp4", Way.TUS)
    site.platform.videos.ready(merchant, video.id, Media(Path("a"), "00" * 32, 60.0, None, None), 10)
    return video.id


def finished_job(site: Site, merchant: str, content: bytes = b"0123456789") -> str:
    """A job whose English is there."""
    job = site.platform.jobs.create(merchant, JobRequest(ready_video(site, merchant), ("en",)))
    with site.platform.database.reading() as connection:
        run = newest_run(connection, job)
    prefix = output_prefix(merchant, run.id, "en")
    site.platform.objects.put(f"{prefix}/en.mp4", content)
    values = {"state": OutputState.READY.value, "artifact": prefix, "video": "en.mp4", "size_bytes": len(content)}
    with site.platform.database.transaction() as connection:
        connection.execute(update(tables.output).where(tables.output.c.run_id == run.id).values(**values))
    return job.id


def say(site: Site, merchant: str, job_id: str, *messages: str) -> None:
    with site.platform.database.transaction() as connection:
        job = find_job(connection, merchant, job_id)
        assert job
        run = newest_run(connection, job)
        for message in messages:
            append_event(connection, run, "warning", message=message)


def metadata(name: str) -> str:
    return f"filename {base64.b64encode(name.encode()).decode()}"


def begun(client: TestClient, size: int) -> str:
    said = {"Upload-Length": str(size), "Upload-Metadata": metadata("袜.mp4")}
    answer = client.post("/v1/uploads", headers={**TUS, **said})
    assert answer.status_code == 201, answer.text
    return "/v1/uploads/" + answer.headers["location"].rpartition("/")[2]


def sent(client: TestClient, place: str, offset: int, piece: bytes) -> Any:
    kind = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}
    return client.patch(place, headers={**TUS, **kind}, content=piece)


def kept_voice(site: Site, merchant: str, name: str) -> VoicesFolder:
    """A voice whose owner agreed to English."""
    assert site.platform.objects.local
    folder = VoicesFolder(site.platform.objects.local / "voices" / merchant)
    silence = Audio(np.zeros(16_000, np.float32), 16_000)
    folder.add(Profile(name, "a.mp4", "00" * 32, 6.0, "2026-01-01T00:00:00Z"), silence)
    folder.give(
        Consent("", name, "Wang Li", (Subject.VOICE,), (Purpose.DUB,), ("en",), ConsentWay.TYPED, "I agree", "", "")
    )
    return folder
