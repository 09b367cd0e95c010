"""Voices over HTTP: kept, agreed to, revoked; what is not there is not found, and told in words for who asks."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from api_site import SAMPLE, Site, begun, kept_voice, opened, ready_video, sent


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with opened(tmp_path) as made:
        yield made


def test_a_voice_is_kept_agreed_to_and_revoked(site: Site) -> None:
    client, content = site.client(site.wang), SAMPLE.read_bytes()
    place = begun(client, len(content))
    assert sent(client, place, 0, content).status_code == 204
    video = place.rpartition("/")[2]
    order = {"name": "wang", "video_id": video, "consent": {"person": "Wang Li", "languages": ["en"]}}
    none = client.post("/v1/voices", json=order)
    assert (none.status_code, none.json()["type"]) == (403, "urn:pitchgen:problem:consent")
    order["consent"]["statement"] = "I agree. Wang Li"  # type: ignore[index]
    kept = client.post("/v1/voices", json=order)
    assert kept.status_code == 201, kept.text
    assert kept.json()["consents"][0]["way"] == "typed"
    job = {"video_id": video, "languages": ["en"], "voice": "wang"}
    assert client.post("/v1/jobs", json=job).status_code == 201
    assert client.post("/v1/jobs", json={**job, "languages": ["fr"]}).status_code == 403
    document = base64.b64encode(b"scan").decode()
    signed = client.post("/v1/voices/wang/consents", json={"person": "Wang Li", "document": document})
    assert [consent["way"] for consent in signed.json()["consents"]] == ["typed", "signed"]
    assert client.post("/v1/jobs", json={**job, "languages": ["fr"]}).status_code == 201
    assert [voice["name"] for voice in client.get("/v1/voices").json()] == ["wang"]
    gone = client.delete("/v1/voices/wang").json()
    assert gone["seconds"] is None
    assert all(consent["revoked"] for consent in gone["consents"])
    assert client.post("/v1/jobs", json=job).status_code == 403
    assert client.get("/v1/voices").json() == []


@pytest.mark.parametrize("name", ["wang", "another", "a\nb", "x" * 65])
def test_a_voice_that_is_not_there_is_not_found(site: Site, name: str) -> None:
    kept_voice(site, site.wang, "wang")
    stranger, at = site.client(site.li), f"/v1/voices/{quote(name, safe='')}"
    order = {"video_id": ready_video(site, site.li), "languages": ["en"], "voice": name}
    answers = [
        stranger.get(at),
        stranger.delete(at),
        stranger.post(f"{at}/consents", json={"person": "W", "statement": "yes"}),
        stranger.post("/v1/jobs", json=order),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    for answer in answers:
        assert "POST /v1/voices keeps one" in answer.json()["detail"]
        assert "pitchgen" not in answer.json()["detail"]
    assert site.client(site.wang).get("/v1/voices/wang").json()["consents"][0]["person"] == "Wang Li"


def test_what_a_voice_may_not_do_is_told_with_what_to_do(site: Site) -> None:
    client, folder = site.client(site.wang), kept_voice(site, site.wang, "wang")
    order = {"video_id": ready_video(site, site.wang), "languages": ["fr"], "voice": "wang"}
    uncovered = client.post("/v1/jobs", json=order)
    client.delete("/v1/voices/wang")
    revoked = client.post("/v1/jobs", json=order)
    again = client.post("/v1/voices/wang/consents", json={"person": "W", "statement": "yes"})
    assert [uncovered.status_code, revoked.status_code, again.status_code] == [403, 403, 403]
    assert "POST /v1/voices/wang/consents" in uncovered.json()["detail"]
    assert "POST /v1/voices keeps one again" in revoked.json()["detail"]
    for name in ("..", "a/b", "", "\0"):
        document = {"person": "W", "document": "", "document_name": name}
        assert client.post("/v1/voices/wang/consents", json=document).status_code == 422
    assert folder.names() == ()
