"""The shop's own terms."""

from __future__ import annotations

from pathlib import Path

import pytest

from pitchgen.core.errors import InputError
from pitchgen.edges.glossary import read_glossary

HEAD = "term,language,translation,note,do-not-translate\n"


def written(folder: Path, rows: str, encoding: str = "utf-8") -> Path:
    path = folder / "glossary.csv"
    path.write_text(HEAD + rows, encoding)
    return path


def test_terms_go_where_they_belong(tmp_path: Path) -> None:
    glossary = read_glossary(written(tmp_path, "小王,en,Lily,her name,\n小王,fr,Lili,,\n义乌之星,,,our brand,yes\n"))
    assert glossary.within("我是小王，义乌之星。", "en") == (("义乌之星", "义乌之星"), ("小王", "Lily"))
    assert glossary.within("我是小王", "fr") == (("小王", "Lili"),)
    assert glossary.within("大家好", "fr") == ()
    assert glossary.hotwords == ("义乌之星", "小王")


def test_a_language_of_its_own_goes_before_every_language(tmp_path: Path) -> None:
    glossary = read_glossary(written(tmp_path, "星,,Star,,\n星,fr,Étoile,,\n"))
    assert glossary.within("星", "fr") == (("星", "Étoile"),)
    assert glossary.within("星", "ru") == (("星", "Star"),)


def test_gbk_is_read(tmp_path: Path) -> None:
    rows = "小王,en,Lily,,\n今天给大家介绍我们的新产品,en,Today,,\n"
    assert read_glossary(written(tmp_path, rows, "gb18030")).hotwords[-1] == "小王"


def test_none_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_glossary(None).terms == ()
    with pytest.raises(InputError, match="no such file"):
        read_glossary(tmp_path / "missing.csv")


def test_a_name_within_a_name_does_not_win(tmp_path: Path) -> None:
    glossary = read_glossary(written(tmp_path, "义乌,en,Yiwu,,\n义乌之星,en,Yiwu Star,,\nLED,en,LED,,\n"))
    assert glossary.within("义乌之星", "en") == (("义乌之星", "Yiwu Star"),)
    assert [(use.start, use.source) for use in glossary.uses("义乌的义乌之星", "en")] == [(0, "义乌"), (3, "义乌之星")]
    assert glossary.within("LEDGER是LED灯", "en") == (("LED", "LED"),)
    assert len(glossary.uses("LEDGER是LED灯", "en")) == 1


def test_what_a_spreadsheet_writes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "glossary.csv"
    path.write_bytes(
        "\ufeffTerm;Language;Translation;Note;Do-Not-Translate\r\n小王;EN;Lily, dear;;\r\n;;;;\r\n".encode()
    )
    assert read_glossary(path).within("小王", "en") == (("小王", "Lily, dear"),)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (",en,b,,\n", "line 2: names no term"),
        ("a,en,b,,\nc,french,d,,\n", "line 3: unknown language 'french': did you mean fr?"),
        ("a,zh,b,,\n", "line 2: zh is what she speaks"),
        ("a,en,b,,maybe\n", "line 2: do-not-translate is yes or empty, not 'maybe'"),
        ("a,en,b,,yes\n", "line 2: is not to be translated, and is translated by 'b'"),
        ("a,en,b, c, d,,\n", "line 2: has more columns"),
        ("a,en,b,,\na,fr,c,,\na,en,d,,\n", "line 4: a is called d in en, and otherwise in line 2"),
        ('a,en,"b,,\n', "cannot be read as CSV"),
    ],
)
def test_mistakes_are_named_with_their_line(rows: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        read_glossary(written(tmp_path, rows))
    assert words in str(raised.value)
    assert str(tmp_path) in str(raised.value)


def test_a_column_that_is_missing_is_named(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("word,meaning\na,b\n", "utf-8")
    with pytest.raises(InputError, match="lacks the column term"):
        read_glossary(path)
