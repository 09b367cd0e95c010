"""The API on a bucket: videos that are sent to it directly, voices that several machines share."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from api_site import LIMITS, SAMPLE, Site, opened
from starlette.testclient import TestClient

from pitchgen.edges.service.objects import Objects
from pitchgen.edges.service.voice_copies import VoiceCopies
from pitchgen.edges.service.voice_folders import VoiceFolders

if TYPE_CHECKING:
    from postgres import Postgres


@pytest.fixture
def site(tmp_path: Path, bucket: Objects) -> Iterator[Site]:
    with opened(tmp_path, objects=bucket) as made:
        yield made


def sent(client: TestClient, content: bytes, *, announced: int | None = None) -> str:
    """The id of a video that is in the bucket, and not looked at yet."""
    order = {"presigned": True, "name": "袜.mp4", "size_bytes": announced or len(content)}
    video = client.post("/v1/videos", json=order).json()
    assert video["state"] == "receiving"
    assert httpx.put(video["upload_url"], content=content).is_success  # without a key of ours
    return str(video["id"])


def keys(objects: Objects, prefix: str) -> list[str]:
    return sorted(found.key for found in objects.list(prefix))


def test_a_video_is_sent_to_the_bucket_itself(site: Site, bucket: Objects) -> None:
    client, content = site.client(site.wang), SAMPLE.read_bytes()
    video = sent(client, content)
    assert keys(bucket, "incoming") == [f"incoming/{site.wang}/{video}"]
    assert site.client(site.li).post(f"/v1/videos/{video}/complete").status_code == 404
    done = client.post(f"/v1/videos/{video}/complete").json()
    assert (done["state"], done["size_bytes"], done["duration"] > 1) == ("ready", len(content), True)
    assert bucket.read(f"videos/{site.wang}/{video}") == content
    assert keys(bucket, "incoming") == []
    assert client.post(f"/v1/videos/{video}/complete").status_code == 409
    order = client.post("/v1/jobs", json={"video_id": video, "languages": ["en"]})
    assert order.status_code == 201
    assert client.post(f"/v1/jobs/{order.json()['id']}/cancel").json()["state"] == "cancelled"
    assert client.delete(f"/v1/videos/{video}").status_code == 204
    assert keys(bucket, "videos") == []


def test_what_was_sent_to_the_bucket_is_looked_at(site: Site, bucket: Objects) -> None:
    client = site.client(site.wang)
    order = {"presigned": True, "name": "a.mp4", "size_bytes": 5}
    nothing = client.post("/v1/videos", json=order).json()["id"]
    assert client.post(f"/v1/videos/{nothing}/complete").status_code == 409
    none = sent(client, b"no video")
    refused = client.post(f"/v1/videos/{none}/complete")
    assert (refused.status_code, "袜.mp4" in refused.json()["detail"]) == (415, True)
    large = sent(client, bytes(LIMITS.upload_bytes + 1), announced=5)
    assert client.post(f"/v1/videos/{large}/complete").status_code == 413
    site.platform.merchants.limit(site.wang, storage_bytes=len(SAMPLE.read_bytes()) - 1)
    full = sent(client, SAMPLE.read_bytes(), announced=5)
    assert client.post(f"/v1/videos/{full}/complete").status_code == 429
    for video in (none, large, full):
        assert client.get(f"/v1/videos/{video}").json()["state"] == "failed"
    assert keys(bucket, "incoming") == keys(bucket, "videos") == []


def test_voices_are_shared_by_machines(tmp_path: Path, bucket: Objects, postgres: Postgres) -> None:
    url = postgres.fresh()
    with opened(tmp_path / "a", url=url, objects=bucket) as a, opened(tmp_path / "b", url=url, objects=bucket) as b:
        here, there = a.client(a.wang), b.client(b.wang)
        video = sent(here, SAMPLE.read_bytes())
        here.post(f"/v1/videos/{video}/complete")
        consent = {"person": "Wang Li", "languages": ["en"], "statement": "I agree. Wang Li"}
        kept = here.post("/v1/voices", json={"name": "wang", "video_id": video, "consent": consent})
        assert kept.status_code == 201, kept.text
        home = f"voices/{a.wang}"
        assert keys(bucket, home) == [
            f"{home}/{n}" for n in ("consents.jsonl", "wang/profile.json", "wang/reference.flac")
        ]
        assert [voice["name"] for voice in there.get("/v1/voices").json()] == ["wang"]
        assert b.client(b.li).get("/v1/voices/wang").status_code == 404
        scan = {"person": "Wang Li", "document": base64.b64encode(b"scan").decode(), "document_name": "scan.pdf"}
        assert there.post("/v1/voices/wang/consents", json=scan).status_code == 201
        assert [one["way"] for one in here.get("/v1/voices/wang").json()["consents"]] == ["typed", "signed"]
        assert bucket.read(f"{home}/wang/evidence.pdf") == b"scan"
        order = {"video_id": video, "languages": ["fr"], "voice": "wang"}
        assert there.post("/v1/jobs", json=order).status_code == 201
        worker = VoiceFolders(b.platform.database, bucket, tmp_path / "worker")
        with worker.opened(a.wang) as folder:
            assert folder.reference("wang").samples.size
            made = folder.store("wang") / "made.flac"
            made.parent.mkdir()
            made.write_bytes(b"her voice")
        assert not any("store" in key for key in keys(bucket, home))
        assert here.delete("/v1/voices/wang").json()["seconds"] is None
        assert keys(bucket, home) == [f"{home}/consents.jsonl"]
        assert there.post("/v1/jobs", json=order).status_code == 403
        assert there.get("/v1/voices").json() == []
        with worker.opened(a.wang) as folder:
            assert folder.names() == ()
        assert not made.exists()  # what another machine made with it goes when that one looks again
        assert [path.name for path in (tmp_path / "worker").rglob("*") if path.is_file()] == ["consents.jsonl"]


def test_of_the_voices_in_a_bucket_the_one_that_is_asked_for_is_copied_once(
    tmp_path: Path, bucket: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []
    get = Objects.get

    def counted(self: Objects, key: str, to: Path) -> bool:
        fetched.append(key.removeprefix("voices/mer_a/"))
        return get(self, key, to)

    monkeypatch.setattr(Objects, "get", counted)
    files = ("consents.jsonl", "li/profile.json", "li/reference.flac", "wang/profile.json", "wang/reference.flac")
    for name in (*files, "wang/store/ab/made.flac"):
        bucket.put(f"voices/mer_a/{name}", name.encode())
    copies, root = VoiceCopies(bucket), tmp_path / "copies"
    copies.pull("mer_a", root, "wang")
    assert sorted(fetched) == ["consents.jsonl", "wang/profile.json", "wang/reference.flac"]
    copies.pull("mer_a", root, "wang")
    assert len(fetched) == 3, "what has not changed was copied again"
    bucket.put("voices/mer_a/wang/profile.json", b"of another day")
    (root / "wang" / "reference.flac").write_bytes(b"overwritten here")
    copies.pull("mer_a", root, "wang")
    assert sorted(fetched[3:]) == ["wang/profile.json", "wang/reference.flac"]
    assert (root / "wang" / "reference.flac").read_bytes() == b"wang/reference.flac"
    copies.pull("mer_a", root, None)
    assert sorted(fetched[5:]) == ["li/profile.json", "li/reference.flac"]
    bucket.delete("voices/mer_a/li/profile.json")
    copies.pull("mer_a", root, "wang")
    assert not (root / "li").exists(), "what was revoked elsewhere is still here"


def test_what_workers_made_with_a_voice_stays_in_the_bucket_until_it_is_revoked(site: Site, bucket: Objects) -> None:
    client = site.client(site.wang)
    video = sent(client, SAMPLE.read_bytes())
    client.post(f"/v1/videos/{video}/complete")
    consent = {"person": "Wang Li", "statement": "I agree. Wang Li"}
    kept = client.post("/v1/voices", json={"name": "wang", "video_id": video, "consent": consent})
    assert kept.status_code == 201, kept.text
    made = f"voices/{site.wang}/wang/store/ab/made.flac"
    bucket.put(made, b"her voice")
    assert client.post("/v1/jobs", json={"video_id": video, "languages": ["en"], "voice": "wang"}).status_code == 201
    assert len(client.get("/v1/voices").json()) == 1
    assert bucket.read(made) == b"her voice"
    client.delete("/v1/voices/wang")
    assert bucket.read(made) is None
