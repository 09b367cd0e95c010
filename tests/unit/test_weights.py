"""Weights: the manifest, pulling from a hub, a folder or an archive, and what is found wrong afterwards."""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pitchgen.core.engines import Licence
from pitchgen.core.errors import InputError, LicenceError, MissingWeights, StorageError
from pitchgen.core.events import Advanced, Event
from pitchgen.core.weights import Model
from pitchgen.edges import hub
from pitchgen.edges.weights import WeightsFolder, manifest, read_manifest
from pitchgen.engines import registry
from pitchgen.recipes.pull import models_of, pull

COMMIT = "1234567890abcdef1234567890abcdef12345678"
FILES = {"config.json": b'{"a": 1}', "deep/model.bin": bytes(range(256)) * 4000}
MODEL = Model("tiny", ("whisper",), tuple(FILES), 1, Licence("MIT", commercial=True), repository="shop/tiny")


class Hub(ThreadingHTTPServer):
    """What huggingface_hub asks of a hub, for one repository."""

    daemon_threads = True
    files: dict[str, bytes]
    asked: list[tuple[str, str | None]]
    cut: int | None = None
    """Bytes after which the first answer that is longer breaks off."""


class Handler(BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, *_: Any) -> None:
        return

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.startswith("/api/models/shop/tiny"):
            self._send(json.dumps(self._info()).encode(), {})
            return
        name = re.sub(r"^/(shop/tiny/resolve/[^/]+|files)/", "", path)
        if name not in self.server.files:
            self._fail()
            return
        content = self.server.files[name]
        tags = {"ETag": f'"{hashlib.sha256(content).hexdigest()}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        if self.command == "GET":
            self.server.asked.append((name, self.headers.get("Range")))
        found = re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(found[1]) if found else 0
        if found and start:
            tags["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self._send(content[start:], tags, 206 if found else 200)

    do_HEAD = do_GET  # noqa: N815

    def _info(self) -> dict[str, Any]:
        siblings = [
            {
                "rfilename": name,
                "size": len(content),
                "lfs": {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 1},
            }
            for name, content in self.server.files.items()
        ]
        return {"id": "shop/tiny", "sha": COMMIT, "siblings": siblings, "tags": [], "private": False}

    def _send(self, content: bytes, tags: dict[str, str], status: int = 200) -> None:
        self.send_response(status)
        for name, value in {**tags, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        cut = self.server.cut
        if cut is not None and len(content) > cut:
            self.server.cut = None
            self.wfile.write(content[:cut])
            self.close_connection = True
            return
        self.wfile.write(content)

    def _fail(self) -> None:
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    hub_server = Hub(("127.0.0.1", 0), Handler)
    hub_server.files, hub_server.asked = dict(FILES), []
    threading.Thread(target=hub_server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{hub_server.server_port}")
    yield hub_server
    hub_server.shutdown()
    hub_server.server_close()


@pytest.fixture
def shelf(tmp_path: Path) -> WeightsFolder:
    return WeightsFolder(tmp_path / "weights", {"tiny": MODEL})


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_pull_brings_the_files_and_records_them(server: Hub, shelf: WeightsFolder) -> None:
    heard: list[Event] = []
    weights = pull("tiny", shelf, listen=heard.append)
    assert files_in(weights.folder) == {*FILES, "lock.json"}
    assert all((weights.folder / name).read_bytes() == content for name, content in FILES.items())
    lock = shelf.lock("tiny")
    assert (lock.source, lock.commit) == ("shop/tiny", COMMIT)
    assert lock.files["config.json"].sha256 == hashlib.sha256(FILES["config.json"]).hexdigest()
    last = heard[-1]
    assert isinstance(last, Advanced)
    assert last.done == pytest.approx(sum(map(len, FILES.values())) / 1e6)
    assert last.unit == "MB"
    assert files_in(shelf.root) == {f"tiny/{name}" for name in (*FILES, "lock.json")}, "nothing half-made stays"


def test_the_digest_does_not_depend_on_where_the_files_came_from(
    server: Hub, shelf: WeightsFolder, tmp_path: Path
) -> None:
    fetched = pull("tiny", shelf).digest
    other = WeightsFolder(tmp_path / "other", shelf.models)
    assert pull("tiny", other, source=shelf.folder("tiny")).digest == fetched


def test_a_broken_download_goes_on_where_it_was(
    server: Hub, shelf: WeightsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the library itself tries again, a second pull fetches no byte of a whole file twice."""
    url = f"{hub.endpoint()}/files/deep/model.bin"
    by_url = replace(MODEL, files=("deep/model.bin",), urls=(url,), repository=None)
    shelf.models = {"tiny": by_url}
    server.cut = 300_000
    with pytest.raises(MissingWeights, match="cannot be fetched"):
        pull("tiny", shelf)
    assert not shelf.has("tiny")
    pull("tiny", shelf)
    assert server.asked[-1] == ("deep/model.bin", "bytes=300000-")
    assert (shelf.folder("tiny") / "deep/model.bin").read_bytes() == FILES["deep/model.bin"]


def test_an_address_that_states_a_digest_is_believed_only_if_it_holds(server: Hub, shelf: WeightsFolder) -> None:
    name = f"{'0' * 64}/model.bin"
    server.files[name] = b"something else"
    model = replace(MODEL, files=("model.bin",), urls=(f"{hub.endpoint()}/files/{name}",), repository=None)
    shelf.models = {"tiny": model}
    with pytest.raises(MissingWeights, match="did not arrive"):
        pull("tiny", shelf)
    assert not shelf.has("tiny")


def test_a_hub_that_cannot_be_reached_gives_the_offline_way(
    shelf: WeightsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(MissingWeights, match=r"--from FOLDER_OR_ARCHIVE") as caught:
        pull("tiny", shelf)
    assert "config.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_the_repository_lacks_is_named(server: Hub, shelf: WeightsFolder) -> None:
    del server.files["deep/model.bin"]
    with pytest.raises(MissingWeights, match=r"deep/model\.bin"):
        pull("tiny", shelf)


@pytest.mark.parametrize("kind", ["folder", "nested", "tar", "zip"])
def test_weights_come_from_folders_and_archives(kind: str, shelf: WeightsFolder, tmp_path: Path) -> None:
    source = tmp_path / "source"
    inner = source / "snapshot" if kind != "folder" else source
    for name, content in FILES.items():
        (inner / name).parent.mkdir(parents=True, exist_ok=True)
        (inner / name).write_bytes(content)
    (inner / "README.md").write_text("not needed")
    if kind == "tar":
        archive = tmp_path / "tiny.tar.gz"
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(source, ".")
        source = archive
    if kind == "zip":
        archive = tmp_path / "tiny.zip"
        with zipfile.ZipFile(archive, "w") as zipped:
            for path in source.rglob("*"):
                zipped.write(path, path.relative_to(source))
        source = archive
    weights = pull("tiny", shelf, source=source)
    assert files_in(weights.folder) == {*FILES, "lock.json"}
    assert shelf.lock("tiny").source == str(source)


def test_a_source_without_a_file_is_refused_and_leaves_nothing_on_the_shelf(
    shelf: WeightsFolder, tmp_path: Path
) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "config.json").write_bytes(b"{}")
    with pytest.raises(InputError, match=r"lacks deep/model\.bin"):
        pull("tiny", shelf, source=tmp_path / "source")
    (tmp_path / "text").write_text("no archive")
    with pytest.raises(InputError, match="neither a folder nor"):
        pull("tiny", shelf, source=tmp_path / "text")
    with pytest.raises(InputError, match="no such"):
        pull("tiny", shelf, source=tmp_path / "nowhere")
    assert not shelf.has("tiny")


@pytest.mark.parametrize(
    ("damage", "words"),
    [("missing", "is missing"), ("truncated", "bytes instead of"), ("changed", "SHA-256 differs")],
)
def test_what_changed_since_it_came_is_found_at_the_next_load(
    damage: str, words: str, server: Hub, shelf: WeightsFolder
) -> None:
    file = pull("tiny", shelf).folder / "deep/model.bin"
    content = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(content[:-1] if damage == "truncated" else content[:-1] + b"!")
    with pytest.raises(MissingWeights, match=f"{words}.*pitchgen models pull tiny"):
        shelf.weights("tiny")
    server.asked.clear()
    pull("tiny", shelf)
    shelf.verify("tiny")
    assert [name for name, _ in server.asked] == ["deep/model.bin"], "what was whole is not fetched again"


def test_a_pull_of_what_is_whole_fetches_nothing_and_loses_nothing(
    server: Hub, shelf: WeightsFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = pull("tiny", shelf).digest
    server.asked.clear()
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert pull("tiny", shelf).digest == digest
    assert pull("tiny", shelf, source=tmp_path / "nowhere").digest == digest
    assert server.asked == []


def test_an_untouched_file_is_not_hashed_at_every_load(
    server: Hub, shelf: WeightsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull("tiny", shelf)
    monkeypatch.setattr("pitchgen.edges.weights.file_sha256", lambda _: pytest.fail("hashed"))
    shelf.weights("tiny")


def test_a_full_disk_is_told_before_anything_is_fetched(
    server: Hub, shelf: WeightsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pitchgen.edges.hub.free_bytes", lambda _: 1000)
    with pytest.raises(StorageError, match="needs 1 MB and 0 MB are free"):
        pull("tiny", shelf)
    assert not server.asked


def test_the_licence_gate_stands_before_the_download(server: Hub, shelf: WeightsFolder) -> None:
    shelf.models = {"tiny": replace(MODEL, licence=Licence("CC-BY-NC-4.0", commercial=False))}
    with pytest.raises(LicenceError, match="--use research"):
        pull("tiny", shelf)
    assert pull("tiny", shelf, use="research").model.licence.name == "CC-BY-NC-4.0"


def test_names_stand_for_models(tmp_path: Path) -> None:
    shelf = WeightsFolder(tmp_path)
    assert models_of("opus-mt-zh-en", shelf) == ["opus-mt-zh-en"]
    assert models_of("faster-whisper:faster-whisper-small", shelf) == ["faster-whisper-small"]
    assert set(models_of("marian", shelf)) >= {"opus-mt-zh-en", "opus-mt-en-fr"}, "a translator of pairs needs them all"
    assert "faster-whisper-large-v3-turbo" in models_of("standard", shelf)
    with pytest.raises(InputError, match="did you mean opus-mt-en-fr"):
        models_of("opus-mt-en-fra", shelf)


def test_the_manifest_states_what_everybody_needs_to_know() -> None:
    engines = {name for names in registry.BUILT_IN.values() for name in names}
    for model in manifest().values():
        assert set(model.engines) <= engines
        assert bool(model.repository) != bool(model.urls)
        assert not model.urls or len(model.urls) == len(model.files)
        assert model.files
        assert model.size_mb > 0


def test_standard_is_made_of_what_merchants_may_use(tmp_path: Path) -> None:
    shelf = WeightsFolder(tmp_path)
    assert all(shelf.model(name).licence.commercial for name in models_of("standard", shelf))


def test_a_manifest_with_a_mistake_is_named(tmp_path: Path) -> None:
    path = tmp_path / "manifest.toml"
    path.write_text('[x]\nengines = ["whisper"]\n', "utf-8")
    with pytest.raises(InputError, match=r"manifest.toml: not a valid manifest"):
        read_manifest(path)
