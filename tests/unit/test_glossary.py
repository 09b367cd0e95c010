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


def test_mistakes_are_named_with_their_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"line 3: names no translation"):
        read_glossary(written(tmp_path, "a,en,b,,\nc,en,,,\n"))
    with pytest.raises(InputError, match=r"line 2: names no term"):
        read_glossary(written(tmp_path, ",en,b,,\n"))
    path = tmp_path / "other.csv"
    path.write_text("word,meaning\na,b\n", "utf-8")
    with pytest.raises(InputError, match="lacks the column term"):
        read_glossary(path)
