"""pitchgen.toml < PITCHGEN_* < arguments, and mistakes in any of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pitchgen.core.config import Settings
from pitchgen.core.errors import CODES, EngineError, InputError, Untranslated, exit_code, http_status
from pitchgen.edges.settings import read_settings
from pitchgen.languages import LANGUAGES, language


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


def test_every_error_has_its_codes() -> None:
    assert len({code for code, _ in CODES.values()}) == len(CODES)
    assert exit_code(Untranslated("x")) == 4
    assert http_status(EngineError("x")) == 502

    class Special(InputError): ...

    assert exit_code(Special("x")) == exit_code(InputError("x"))


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
