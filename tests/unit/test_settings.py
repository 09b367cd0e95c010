"""pitchgen.toml < PITCHGEN_* < arguments, and mistakes in any of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pitchgen.core.config import Settings
from pitchgen.core.errors import InputError, StorageError
from pitchgen.edges.settings import read_settings
from pitchgen.languages import LANGUAGES, language


@pytest.fixture(autouse=True)
def nothing_set(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here nothing may be set by the environment of all tests."""
    del memory
    for name in ("MEMORY", "VOICES", "AUDIT"):
        monkeypatch.delenv(f"PITCHGEN_{name}")


def test_the_nearer_source_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pitchgen.toml").write_text('out = "toml"\nproducer = "toml"\naudio_track = 2\n')
    monkeypatch.setenv("PITCHGEN_PRODUCER", "environment")
    monkeypatch.setenv("PITCHGEN_PHRASEBOOK", "read elsewhere")
    found = read_settings({"untranslated": "keep", "profile": None}, folder=tmp_path)
    assert found == Settings(out=Path("toml"), producer="environment", untranslated="keep", audio_track=2)


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ('profil = "x"', "did you mean profile"),
        ("out = [", "not valid TOML"),
        ('audio_track = "two"', "audio_track"),
        ('untranslated = "guess"', "stop or keep"),
    ],
)
def test_mistakes_are_named(toml: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "pitchgen.toml").write_text(toml)
    with pytest.raises(InputError, match=words):
        read_settings({}, folder=tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PITCHGEN_OUTT", "x", "environment: no setting is called 'outt'; did you mean out"),
        ("PITCHGEN_USE", "private", "commercial or research"),
        ("PITCHGEN_AUDIO_TRACK", "first", "audio_track"),
    ],
)
def test_mistakes_in_the_environment_are_named(
    name: str, value: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=words):
        read_settings({}, folder=tmp_path)


def test_mistakes_in_the_arguments_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="arguments: no setting is called 'langs'"):
        read_settings({"langs": "en"}, folder=tmp_path)


def test_text_from_the_environment_gets_its_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PITCHGEN_AUDIO_TRACK", "2")
    monkeypatch.setenv("PITCHGEN_STORE", "/somewhere")
    monkeypatch.setenv("PITCHGEN_PRODUCER", "")
    assert read_settings({}, folder=tmp_path) == Settings(audio_track=2, store=Path("/somewhere"))


def test_nothing_set_is_the_default(tmp_path: Path) -> None:
    assert read_settings({}, folder=tmp_path) == Settings()


def test_a_settings_file_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "pitchgen.toml").mkdir()
    with pytest.raises(StorageError, match=r"pitchgen\.toml"):
        read_settings({}, folder=tmp_path)


@pytest.mark.parametrize(("code", "near"), [("frr", "fr"), ("english", "en"), ("rus", "ru"), ("fr-CA", "fr")])
def test_an_unknown_language_suggests_the_near_one(code: str, near: str) -> None:
    with pytest.raises(InputError, match=f"did you mean {near}"):
        language(code)


def test_language_rows_are_whole() -> None:
    import babel

    for code, row in LANGUAGES.items():
        assert row.code == code
        assert len(row.iso639_2) == 3
        assert babel.Locale.parse(code).get_display_name("en") == row.name
