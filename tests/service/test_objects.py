"""The object storage: whole or not at all, first writer wins, no key leads elsewhere."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from pitchgen.core.errors import InputError, StorageError
from pitchgen.edges.service import objects as module
from pitchgen.edges.service.objects import Objects

if TYPE_CHECKING:
    from s3 import S3


@pytest.fixture(params=["folder", "s3"])
def objects(request: pytest.FixtureRequest) -> Objects:
    """Both kinds."""
    found: Objects = request.getfixturevalue("bucket" if request.param == "s3" else "folder")
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Objects:
    return Objects.open((tmp_path / "objects").as_uri())


def test_kept_once(objects: Objects, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"second")
    assert objects.put_if_absent("a/b", b"first")
    assert not objects.put_if_absent("a/b", source)
    assert objects.read("a/b") == b"first"
    objects.put("a/b", source)
    assert objects.read("a/b") == b"second"
    assert objects.head("a/b") == 6


def test_one_of_many_writers_wins(objects: Objects) -> None:
    won: list[int] = []

    def put(number: int) -> None:
        if objects.put_if_absent("k", bytes([number]) * 100_000):
            won.append(number)

    threads = [threading.Thread(target=put, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert objects.read("k") == bytes(won) * 100_000


def test_large_content(objects: Objects, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 10)
    assert objects.put_if_absent("k", b"x" * 11)
    assert not objects.put_if_absent("k", b"y" * 11)
    assert objects.get("k", tmp_path / "to" / "copy")
    assert (tmp_path / "to" / "copy").read_bytes() == b"x" * 11


def test_ranges(objects: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE", 4)
    objects.put("k", bytes(range(20)))
    assert list(objects.open_range("k", 3, 12)) == [bytes(range(3, 7)), bytes(range(7, 11)), bytes([11])]
    assert list(objects.open_range("k", 5, 5)) == []
    with pytest.raises(StorageError, match="k: "):
        list(objects.open_range("k", 18, 30))


def test_missing(objects: Objects, tmp_path: Path) -> None:
    assert objects.head("k") is None
    assert objects.read("k") is None
    assert not objects.get("k", tmp_path / "copy")
    assert list(tmp_path.glob("copy*")) == []
    objects.delete("k")


def test_a_folder_signs_no_address(folder: Objects) -> None:
    assert folder.presigned_put("k") is None


def test_what_is_sent_to_a_signed_address_is_there(bucket: Objects) -> None:
    address = bucket.presigned_put("a/袜 子.mp4")
    assert address is not None
    assert httpx.put(address, content=b"abc").is_success
    assert bucket.read("a/袜 子.mp4") == b"abc"
    assert [(found.key, found.size_bytes) for found in bucket.list("a")] == [("a/袜 子.mp4", 3)]


def test_a_bucket_that_is_not_there(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.bucket(monkeypatch)
    gone = Objects.open("s3://no-such-bucket/prefix")
    with pytest.raises(StorageError, match="the storage failed"):
        gone.put("k", b"x")


def test_listed(objects: Objects) -> None:
    for key in ("a/1", "a/b/2", "ab/3"):
        objects.put(key, key.encode())
    assert sorted((found.key, found.size_bytes) for found in objects.list("a")) == [("a/1", 3), ("a/b/2", 5)]
    assert len(list(objects.list(""))) == 3
    objects.delete("a/1")
    assert [found.key for found in objects.list("a")] == ["a/b/2"]


@pytest.mark.parametrize("key", ["../x", "a/../../x", "/etc/passwd", "a//b", ""])
def test_no_key_leads_elsewhere(objects: Objects, key: str) -> None:
    with pytest.raises(InputError, match="is no key"):
        objects.put(key, b"")


def test_presigned(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ACCESS_KEY_ID": "k", "SECRET_ACCESS_KEY": "s", "REGION": "x"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    address = Objects.open("s3://bucket/prefix").presigned_put("videos/a")
    assert address is not None
    assert "/prefix/videos/a?" in address
    assert "X-Amz-Signature=" in address


@pytest.mark.parametrize("url", ["", "/folder", "ftp://x/y", "s3://"])
def test_no_storage(url: str) -> None:
    with pytest.raises(InputError, match="file:///FOLDER or s3://BUCKET/PREFIX"):
        Objects.open(url)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be opened"):
        Objects.open((tmp_path / "file" / "folder").as_uri())
