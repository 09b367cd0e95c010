"""Keys, videos, glossaries, batches, messages and usage: each seen by its own merchant, on both databases."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from pitchgen.core.account import VideoState, Way
from pitchgen.core.errors import Conflict, InputError, NotFound
from pitchgen.core.media import Media
from pitchgen.core.service import JobRequest, JobState, OutputState, Scope
from pitchgen.edges.service import tables, usages
from pitchgen.edges.service.batches import Batches
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.glossaries import Glossaries
from pitchgen.edges.service.jobs import Jobs
from pitchgen.edges.service.keys import Caller, Keys
from pitchgen.edges.service.merchants import Merchants
from pitchgen.edges.service.objects import Objects
from pitchgen.edges.service.usages import Usages, month_of
from pitchgen.edges.service.videos import Videos

MEDIA = Media(Path("v.mp4"), "ab" * 32, 12.5, None, None)


@pytest.fixture
def wang(database: Database) -> str:
    return Merchants(database).add("Wang").id


@pytest.fixture
def li(database: Database) -> str:
    return Merchants(database).add("Li").id


def test_a_key_opens_until_it_is_revoked_and_is_nowhere_in_the_database(database: Database, wang: str) -> None:
    keys = Keys(database)
    issued = keys.issue(wang, "shop", [Scope.WRITE, Scope.READ])
    caller = keys.recognise(issued.secret)
    assert caller is not None
    assert (caller.merchant.name, caller.key.scopes) == ("Wang", (Scope.READ, Scope.WRITE))
    with database.reading() as connection:
        row = connection.execute(select(tables.api_key)).one()
    assert not any(issued.secret.rpartition("_")[2] in str(value) for value in row)
    for wrong in ("", "pgk", "pgk__", issued.secret + "x", issued.secret[:-1], f"pgk_{issued.key.id}_"):
        assert keys.recognise(wrong) is None
    keys.revoke(wang, issued.key.id)
    assert keys.recognise(issued.secret) is None


def test_who_bears_a_key_is_remembered_until_something_changes(
    database: Database, wang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, elsewhere = Keys(database, remember=2.0), Keys(database, remember=2.0)
    merchants = Merchants(database, changed=here.forget)
    issued = here.issue(wang, "shop", [Scope.READ])
    assert here.remembered(issued.secret) is None
    for keys in (here, elsewhere):
        assert keys.recognise(issued.secret) == keys.remembered(issued.secret)
        assert keys.remembered(issued.secret + "x") is None
    merchants.limit(wang, requests_per_minute=7)
    caller = here.recognise(issued.secret)
    assert caller is not None
    assert caller.merchant.requests_per_minute == 7
    here.revoke(wang, issued.key.id)
    assert here.recognise(issued.secret) is None
    assert elsewhere.recognise(issued.secret)  # another process does not know yet
    later = time.monotonic() + 2.1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert elsewhere.recognise(issued.secret) is None


def test_what_was_read_before_a_change_is_not_remembered(
    database: Database, wang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = Keys(database, remember=2.0)
    issued = keys.issue(wang, "shop", [Scope.READ])
    find = keys._found

    def slow(secret: str) -> Caller | None:
        found = find(secret)
        keys.revoke(wang, issued.key.id)
        return found

    monkeypatch.setattr(keys, "_found", slow)
    keys.recognise(issued.secret)
    assert keys.remembered(issued.secret) is None


def test_a_key_expires(database: Database, wang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = Keys(database)
    issued = keys.issue(wang, "shop", [Scope.READ], lifetime=60)
    assert keys.recognise(issued.secret)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 61)
    assert keys.recognise(issued.secret) is None
    with pytest.raises(InputError, match="has ended"):
        keys.rotate(wang, issued.key.id)


def test_a_key_is_exchanged_without_a_gap(
    database: Database, wang: str, li: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = Keys(database)
    old = keys.issue(wang, "shop", [Scope.READ], lifetime=1e6)
    with pytest.raises(NotFound):
        keys.rotate(li, old.key.id)
    new = keys.rotate(wang, old.key.id, overlap=100)
    assert keys.recognise(old.secret)
    assert keys.recognise(new.secret)
    assert new.key.scopes == old.key.scopes
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 101)
    assert keys.recognise(old.secret) is None
    assert keys.recognise(new.secret)


def test_a_video_is_its_merchants_alone(database: Database, wang: str, li: str) -> None:
    videos = Videos(database)
    video = videos.announce(wang, "../../etc/袜子.mp4", Way.TUS, size_bytes=10)
    assert (video.name, video.state) == ("袜子.mp4", VideoState.RECEIVING)
    ready = videos.ready(wang, video.id, MEDIA, 12)
    assert (ready.state, ready.duration, ready.size_bytes) == (VideoState.READY, 12.5, 12)
    with pytest.raises(NotFound):
        videos.get(li, video.id)
    with pytest.raises(NotFound):
        videos.remove(li, video.id)
    assert videos.list(li).items == ()
    assert videos.stored_bytes(wang) == 12
    videos.remove(wang, video.id)
    assert videos.stored_bytes(wang) == 0


def test_a_video_that_is_worked_on_is_not_removed(database: Database, wang: str) -> None:
    videos, jobs = Videos(database), Jobs(database)
    video = videos.announce(wang, "a.mp4", Way.LINK)
    job = jobs.create(wang, JobRequest(video.id, ("en",)))
    with pytest.raises(Conflict, match=job.id):
        videos.remove(wang, video.id)
    jobs.cancel(wang, job.id)
    videos.remove(wang, video.id)


def test_pages_hold_each_row_once(database: Database, wang: str, li: str) -> None:
    videos = Videos(database)
    made = [videos.announce(wang, f"{n}.mp4", Way.TUS).id for n in range(7)]
    videos.announce(li, "hers.mp4", Way.TUS)
    seen: list[str] = []
    cursor = None
    while True:
        found = videos.list(wang, cursor=cursor, limit=3)
        seen += [video.id for video in found.items]
        if (cursor := found.next_cursor) is None:
            break
    assert seen == made[::-1]
    with pytest.raises(InputError, match="cursor"):
        videos.list(li, cursor=made[0])


def test_a_glossary_is_checked_and_replaced(database: Database, objects: Objects, wang: str, li: str) -> None:
    glossaries = Glossaries(database, objects)
    kept = glossaries.add(wang, "socks", "term,language,translation\n棉袜,en,cotton socks\n".encode())
    assert kept.terms == 1
    again = glossaries.replace(wang, kept.id, "term,language,translation\n棉袜,en,socks\n丝袜,en,tights\n".encode())
    assert again.terms == 2
    assert "tights" in glossaries.content(wang, kept.id).decode()
    with pytest.raises(NotFound):
        glossaries.content(li, kept.id)
    with pytest.raises(InputError, match=r"^glossary.csv, line 2"):
        glossaries.replace(wang, kept.id, b"term,language,translation\nx,klingon,y\n")
    glossaries.remove(wang, kept.id)
    assert glossaries.list(wang).items == ()


def test_a_batch_is_made_once(database: Database, wang: str, li: str) -> None:
    jobs = Jobs(database)
    batches = Batches(database, jobs)
    requests = [JobRequest("vid_1", ("en",)), JobRequest("vid_2", ("fr", "ru"))]
    batch = batches.create(wang, "spring", requests, idempotency_key="k")
    assert batches.create(wang, "spring", requests, idempotency_key="k") == batch
    assert len(jobs.list(wang, batch=batch.id).items) == 2
    with pytest.raises(Conflict, match=batch.id):
        batches.create(wang, "spring", requests[:1], idempotency_key="k")
    assert [(count.state, count.jobs) for count in batches.counts(wang, batch.id)] == [(JobState.QUEUED, 2)]
    with pytest.raises(NotFound):
        batches.get(li, batch.id)
    assert batches.counts(li, batch.id) == ()


def test_a_language_is_counted_once_however_often_a_job_is_tried(database: Database, wang: str, li: str) -> None:
    jobs = Jobs(database, at_end=[usages.count])
    job = jobs.create(wang, JobRequest("vid_1", ("en", "fr")))
    t = tables.output.c
    ready = {"state": OutputState.READY.value, "duration": 30.0, "size_bytes": 5, "artifact": "outputs/x"}
    with database.transaction() as connection:
        connection.execute(update(tables.output).where(t.language == "en").values(**ready))
    jobs.cancel(wang, job.id)
    jobs.retry(wang, job.id)
    with database.transaction() as connection:
        connection.execute(update(tables.output).where(t.language == "fr").values(**ready))
    jobs.cancel(wang, job.id)
    used = Usages(database).between(wang, 0, time.time() + 1)
    assert replace(used, since=0, until=0) == replace(used, since=0, until=0, outputs=2, minutes=1.0, jobs=1)
    assert used.storage_bytes == 10
    assert Usages(database).between(li, 0, time.time() + 1).outputs == 0


def test_a_month_ends_where_the_next_begins() -> None:
    start, end = month_of(1766000000.0)  # 17 December 2025
    assert month_of(end)[0] == end
    assert month_of(start) == (start, end)
    assert end - start == 31 * 86400
