"""Content credentials: signed, verified by the library's own reader, and told apart when they do not hold."""

from __future__ import annotations

import json
import shutil
import stat
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from conftest import FfmpegCall, run

from pitchgen.core.errors import InputError
from pitchgen.core.provenance import Holding, Provenance
from pitchgen.edges import certificates, credentials
from pitchgen.edges.carriers import labels_in, write
from pitchgen.edges.certificates import DEVELOPMENT, Identity, identity
from pitchgen.edges.labels import aigc, read_aigc

LABEL = aigc("shop", "fr-1")


@pytest.fixture
def development(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Identity:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return identity(None, None)


@pytest.fixture
def made(pitch: FfmpegCall, tmp_path: Path) -> Provenance:
    """Of a labelled `fr.mp4`."""
    source = pitch()
    write(source, tmp_path / "fr.mp4", LABEL)
    engines = {"translate": "madlad", "synthesize": "chatterbox"}
    return Provenance(source, "ab" * 32, "zh", "fr", "fr.mp4", True, "cloned", engines, "0.1.0", consent="c-1")


@pytest.fixture
def signed(made: Provenance, development: Identity, tmp_path: Path) -> Path:
    credentials.sign(tmp_path / "fr.mp4", made, development)
    return tmp_path / "fr.mp4"


def manifest(path: Path) -> dict:
    import c2pa

    with c2pa.Reader(path) as reader:
        document = json.loads(reader.json())
        assert [status["code"] for status in document["validation_status"]] == [credentials.UNTRUSTED]
        assert reader.get_validation_state() == "Valid"
    return document["manifests"][document["active_manifest"]]


def assertion(path: Path, label: str) -> dict:
    return next(a["data"] for a in manifest(path)["assertions"] if a["label"] == label)


def test_it_says_what_was_done_to_what(signed: Path) -> None:
    actions = {action["action"]: action for action in assertion(signed, "c2pa.actions.v2")["actions"]}
    assert list(actions) == ["c2pa.opened", "c2pa.translated", "c2pa.dubbed", "c2pa.edited"]
    assert actions["c2pa.translated"]["parameters"] == {"sourceLanguage": "zh", "targetLanguage": "fr"}
    assert actions["c2pa.dubbed"]["digitalSourceType"].endswith("/trainedAlgorithmicMedia")
    assert actions["c2pa.dubbed"]["softwareAgent"]["name"] == "chatterbox"
    parent = manifest(signed)["ingredients"][0]
    assert (parent["title"], parent["relationship"]) == ("pitch.mp4", "parentOf")
    production = assertion(signed, credentials.PRODUCTION)
    assert production["source"]["sha256"] == "ab" * 32
    assert (production["voice"], production["consent"]) == ("cloned", "c-1")


def test_the_aigc_label_survives(signed: Path) -> None:
    assert labels_in(signed) == (read_aigc(LABEL),)
    assert credentials.layer(signed).holding is Holding.HOLDS


def test_subtitles_alone_are_no_dub(made: Provenance, development: Identity, tmp_path: Path) -> None:
    credentials.sign(tmp_path / "fr.mp4", replace(made, dubbed=False), development)
    found = credentials.read(tmp_path / "fr.mp4")
    assert found
    assert found.actions == ("c2pa.opened", "c2pa.translated", "c2pa.edited")


def test_the_sources_own_credentials_are_kept(signed: Path, made: Provenance, development: Identity) -> None:
    second = signed.with_name("de.mp4")
    shutil.copy(made.source, second)
    credentials.sign(second, replace(made, source=signed, language="de"), development)
    import c2pa

    with c2pa.Reader(second) as reader:
        document = json.loads(reader.json())
    assert len(document["manifests"]) == 2


@pytest.mark.parametrize("name", ["source.mkv", "source.unknown", "broken.mp4"])
def test_any_source_is_named(name: str, made: Provenance, development: Identity, tmp_path: Path) -> None:
    source = tmp_path / name
    source.write_bytes(b"\x1a\x45\xdf\xa3 not what it seems" * 100)
    credentials.sign(tmp_path / "fr.mp4", replace(made, source=source), development)
    found = credentials.read(tmp_path / "fr.mp4")
    assert found
    assert found.ingredients == (name,)


def test_a_changed_file_is_broken(signed: Path) -> None:
    data = bytearray(signed.read_bytes())
    data[-2000] ^= 1
    signed.write_bytes(data)
    found = credentials.layer(signed)
    assert found.holding is Holding.BROKEN
    assert "assertion.bmffHash.mismatch" in found.said


def test_a_broken_manifest_is_broken(signed: Path) -> None:
    data = bytearray(signed.read_bytes())
    place = data.find(b"jumb")
    data[place + 100 : place + 300] = bytes(200)
    signed.write_bytes(data)
    assert credentials.layer(signed).holding is Holding.BROKEN


def test_a_copy_of_the_streams_has_none(signed: Path, ffmpeg: str, tmp_path: Path) -> None:
    run(ffmpeg, "-i", signed, "-c", "copy", tmp_path / "copy.mp4")
    found = credentials.layer(tmp_path / "copy.mp4")
    assert found.holding is Holding.ABSENT
    assert "removes it" in found.said


def test_the_development_certificate_says_what_it_is(signed: Path, development: Identity) -> None:
    assert "not trusted" in credentials.layer(signed).said
    assert DEVELOPMENT in credentials.layer(signed).said
    path = certificates.default_folder() / certificates.FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert identity(None, None) == development, "it is made once"


def test_a_development_certificate_that_ends_is_renewed(development: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(timezone.utc) + timedelta(days=certificates.DAYS - certificates.RENEWED + 1)

    monkeypatch.setattr(certificates, "datetime", Later)
    assert identity(None, None) != development


def test_the_shops_own_certificate(made: Provenance, development: Identity, tmp_path: Path) -> None:
    (tmp_path / "shop.pem").write_bytes(development.certificates)
    (tmp_path / "shop.key").write_bytes(development.key)
    shop = identity(tmp_path / "shop.pem", tmp_path / "shop.key")
    credentials.sign(tmp_path / "fr.mp4", made, shop)
    assert shop.algorithm == "es256"
    assert certificates.fingerprint(tmp_path / "shop.pem") != certificates.fingerprint(None)


def test_files_that_do_not_fit_are_named(
    development: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    junk, good = tmp_path / "junk.pem", tmp_path / "good.pem"
    junk.write_bytes(b"-----BEGIN NOTHING-----")
    good.write_bytes(development.certificates)
    with pytest.raises(InputError, match="belong together"):
        identity(good, None)
    with pytest.raises(InputError, match=r"junk\.pem: no certificate"):
        identity(junk, good)
    with pytest.raises(InputError, match=r"junk\.pem: no private key"):
        identity(good, junk)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "other"))
    other = tmp_path / "other.pem"
    other.write_bytes(identity(None, None).key)
    with pytest.raises(InputError, match="is not the key of"):
        identity(good, other)


def test_nobody_is_asked_over_the_network() -> None:
    assert credentials.LOCAL["verify"] == {"remote_manifest_fetch": False, "ocsp_fetch": False}
