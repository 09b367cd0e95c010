"""Fonts: found, checked character by character, and named where they are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from pitchgen.core.errors import InputError, MissingWeights
from pitchgen.edges.fonts import Fonts, _scanned
from pitchgen.languages import LANGUAGES, language
from pitchgen.languages import fonts as table


def test_every_script_has_fonts() -> None:
    assert {row.script for row in LANGUAGES.values()} <= set(table.TYPEFACES)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_packages_write_every_language(code: str, fonts: Fonts) -> None:
    text = f"{language(code).sample} OEM 304 12×15cm ¥3.5 $2 50%"
    runs = fonts.lettering(language(code), [text]).runs(text)
    assert "".join(run.text for run in runs) == text


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without fonts."""
    monkeypatch.setattr(Fonts, "_machine", ())


@pytest.mark.parametrize(
    ("code", "script", "package"),
    [
        ("th", "Thai", "fonts-noto-core"),
        ("my", "Burmese", "fonts-noto-core"),
        ("ja", "Japanese", "fonts-noto-cjk"),
        ("en", "Latin", "fonts-noto-core"),
    ],
)
def test_a_missing_font_says_what_to_install(code: str, script: str, package: str, bare: None) -> None:
    with pytest.raises(MissingWeights) as caught:
        Fonts().lettering(language(code), [language(code).sample])
    message = str(caught.value)
    assert script in message
    assert package in message
    assert table.TYPEFACES[language(code).script].families[0] in message
    assert "--fonts" in message


def test_a_sentence_that_stays_chinese_asks_for_a_chinese_font(bare: None) -> None:
    with pytest.raises(MissingWeights, match="fonts-noto-cjk"):
        Fonts().lettering(language("en"), ["大家好"])


def test_what_no_font_draws_is_named(fonts: Fonts) -> None:
    with pytest.raises(MissingWeights, match=r"U\+1F9E6"):
        fonts.lettering(language("en"), ["Socks 🧦"])


def test_a_folder_of_ones_own_comes_first(fonts: Fonts, tmp_path: Path) -> None:
    serif = next(Path("/usr/share/fonts").rglob("NotoSerif-Bold.ttf"))
    (tmp_path / "brand.ttf").symlink_to(serif)
    (entry,) = _scanned([tmp_path])
    assert (entry.family, entry.style) == ("Noto Serif", "Bold")
    own = Fonts(tmp_path).lettering(language("en"), ["Hello"])
    assert own.runs("Hello")[0].family == "Noto Serif"
    assert own.files[0].path == tmp_path / "brand.ttf"


@pytest.mark.parametrize("name", ["missing", ""])
def test_a_folder_without_fonts_is_an_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="font"):
        Fonts(tmp_path / name).lettering(language("en"), ["Hello"])


def test_a_machine_without_fontconfig_is_scanned(fonts: Fonts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    thai = language("th")
    text = thai.sample
    assert Fonts().lettering(thai, [text]).runs(text) == fonts.lettering(thai, [text]).runs(text)
