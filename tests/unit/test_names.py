"""Names in the letters of other languages: as the field writes them, and as the phrasebook does."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from pitchgen.core.engines import Translation
from pitchgen.core.glossary import Glossary, Term
from pitchgen.core.memory import NAME, Entry, Memory, memory
from pitchgen.core.transcript import Segment, Span, Transcript
from pitchgen.edges.store import Store
from pitchgen.engines import registry
from pitchgen.engines.translate.phrasebook import book
from pitchgen.kit import Kit
from pitchgen.languages import LANGUAGES
from pitchgen.languages.names import spelled
from pitchgen.recipes.casting import Cast
from pitchgen.recipes.naming import new_names, spellings, with_names
from pitchgen.recipes.telling import told

TARGETS = sorted(LANGUAGES.keys() - {"zh"})


@pytest.mark.parametrize(
    ("name", "en", "ru"),
    [
        ("小王", "Xiao Wang", "Сяо Ван"),
        ("王小明", "Wang Xiaoming", "Ван Сяомин"),
        ("王老板", "Wang Laoban", "Ван Лаобань"),
        ("欧阳修", "Ouyang Xiu", "Оуян Сю"),
        ("曾志伟", "Zeng Zhiwei", "Цзэн Чживэй"),
        ("区德", "Ou De", "Оу Дэ"),
        ("吕芳", "Lü Fang", "Люй Фан"),
        ("尉迟恭", "Yuchi Gong", "Юйчи Гун"),
        ("海底捞", "Haidilao", "Хайдилао"),
        ("长城", "Changcheng", "Чанчэн"),
        ("义乌之星", "Yiwu Zhixing", "Иу Чжисин"),
        ("西安小吃店", "Xi'an Xiaochidian", "Сиань Сяочидянь"),
        ("王记商行", "Wangji Shanghang", "Ванцзи Шанхан"),
        ("Lily 王", "Lily Wang", "Lily Ван"),
    ],
)
def test_names_are_written_as_the_field_writes_them(name: str, en: str, ru: str) -> None:
    assert (spelled(name, "en", book.syllables("en")), spelled(name, "ru", book.syllables("ru"))) == (en, ru)


@pytest.mark.parametrize("code", TARGETS)
def test_the_phrasebook_writes_the_same_name(code: str) -> None:
    translator = registry.load("translate", "phrasebook")
    names = ["小王", "张伟", "老李", "小曾", "吕芳"]
    results = translator.translate([Translation(f"我是{name}。", "zh", code) for name in names])
    for name, result in zip(names, results, strict=True):
        assert spelled(name, code, book.syllables(code)) in result.text


@pytest.mark.parametrize("code", TARGETS)
def test_half_a_name_is_in_no_other_script(code: str) -> None:
    for name in ("小王", "谷粒多", "蜜雪冰城"):
        letters = {unicodedata.name(c).split()[0] for c in spelled(name, code, book.syllables(code)) if c.isalpha()}
        assert len(letters) == 1, letters


def glossary() -> Glossary:
    return Glossary((Term("小王", "", ""), Term("小王", "en", "Lily"), Term("义乌之星", "fr", ""), Term("李", "", "")))


def test_a_name_is_written_once_where_it_has_no_translation() -> None:
    found = new_names(glossary(), ["我是小王", "义乌之星"], ["en", "fr", "ru"], Memory())
    assert [(e.source, e.language, e.text, e.kind) for e in found] == [
        ("小王", "fr", "Xiao Wang", NAME),
        ("小王", "ru", "Сяо Ван", NAME),
        ("义乌之星", "fr", "Yiwu Zhixing", NAME),
    ]
    assert spellings(found)[0].startswith("小王 is written Xiao Wang (fr), Сяо Ван (ru) from now on")
    known = memory(found)
    assert new_names(glossary(), ["我是小王", "义乌之星"], ["en", "fr", "ru"], known) == []
    named = with_names(glossary(), ["en", "fr", "ru"], known)
    assert named.within("小王在义乌之星", "fr") == (("义乌之星", "Yiwu Zhixing"), ("小王", "Xiao Wang"))
    assert named.within("小王", "en") == (("小王", "Lily"),)
    assert named.within("李", "fr") == ()


def test_a_name_never_changes_by_itself() -> None:
    known = memory([Entry("小王", "fr", "Siao Wang", "2020-01-01T00:00:00Z", "transliterated", NAME)])
    assert new_names(glossary(), ["我是小王"], ["fr"], known) == []
    assert with_names(glossary(), ["fr"], known).within("小王", "fr") == (("小王", "Siao Wang"),)


def test_a_name_is_found_in_every_language_that_it_is_written_in(tmp_path: Path) -> None:
    sentence = "各位老板好，我是小王。"
    fakes = [registry.load(verb, "fake") for verb in ("detect", "transcribe", "transcribe")]
    performers = (registry.load("translate", "phrasebook"), registry.load("synthesize", "fake"))
    names = Glossary((Term("小王", "", ""),))
    known = memory(new_names(names, [sentence], TARGETS, Memory()))
    transcript = Transcript("zh", (Segment(Span(0, 3), sentence),))
    scripts = told(transcript, TARGETS, {}, Cast(*fakes, *performers, names), Kit(Store(tmp_path)), known)
    assert [(s.language, s.lines[0].text) for s in scripts if s.unsound or not s.lines[0].text] == []
    assert all((known.name("小王", s.language) or "?") in (s.lines[0].text or "") for s in scripts)
