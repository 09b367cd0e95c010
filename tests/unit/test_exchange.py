"""TMX and XLIFF as other programs write them, and as strangers might."""

from __future__ import annotations

from pathlib import Path

import pytest

from pitchgen.core.errors import InputError
from pitchgen.core.memory import NAME, Brought, Entry
from pitchgen.edges.markup import read_markup
from pitchgen.edges.tmx import read_tmx, write_tmx
from pitchgen.edges.xliff import Line, read_xliff, write_xliff
from pitchgen.languages import LANGUAGES
from pitchgen.languages.tags import meant

WHEN = "2026-11-24T10:00:00Z"
OURS = "urn:oasis:names:tc:xliff:document:2.0"


def tmx(folder: Path, body: str, head: str = "") -> Brought:
    path = folder / "memory.tmx"
    path.write_text(f'<?xml version="1.0"?>{head}<tmx version="1.4"><header/><body>{body}</body></tmx>', "utf-8")
    return read_tmx(read_markup(path), path)


def xliff(
    folder: Path, units: str, attributes: str = 'srcLang="zh-CN" trgLang="fr-FR"', version: str = OURS
) -> Brought:
    path = folder / "pitch.xlf"
    path.write_text(f'<xliff xmlns="{version}" {attributes}><file id="f">{units}</file></xliff>', "utf-8")
    return read_xliff(read_markup(path), path)


def unit(*pairs: tuple[str, str]) -> str:
    return f"<tu>{''.join(f'<tuv xml:lang={tag!r}><seg>{text}</seg></tuv>' for tag, text in pairs)}</tu>"


def test_a_memory_of_another_program(tmp_path: Path) -> None:
    brought = tmx(
        tmp_path,
        '<tu changedate="20200101T000000Z"><note>x</note><tuv xml:lang="zh-CN"><seg>大家好。</seg></tuv>'
        '<tuv xml:lang="en-US" changedate="20210203T040506Z"><seg>Hello <bpt i="1">&lt;b&gt;</bpt>every<hi>one</hi>'
        '<ept i="1">&lt;/b&gt;</ept>.<ph>&lt;br/&gt;</ph></seg></tuv>'
        '<tuv xml:lang="pt_BR"><seg>Olá\n   a todos.</seg></tuv></tu>',
        '<!DOCTYPE tmx SYSTEM "tmx14.dtd">',
    )
    assert brought == Brought(
        (
            Entry("大家好。", "en", "Hello everyone.", "2021-02-03T04:05:06Z", "imported"),
            Entry("大家好。", "pt", "Olá a todos.", "2020-01-01T00:00:00Z", "imported"),
        ),
        (),
    )


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    brought = tmx(
        tmp_path,
        unit(("zh", "一"), ("xx-YY", "b"), ("eo", "c"), ("fr", ""))
        + unit(("en", "a"), ("fr", "b"))
        + unit(("zh", "二"), ("eo", "d"), ("", "e")),
    )
    assert brought.entries == ()
    assert sorted(brought.skipped) == [
        "1 in xx-YY, which pitchgen does not know",
        "1 that name no language",
        "1 that translate nothing from Chinese",
        "1 without a text",
        "2 in eo, which pitchgen does not know",
    ]


def test_a_date_to_come_is_no_later_than_now(tmp_path: Path) -> None:
    body = unit(("zh", "一"), ("fr", "b")).replace("<tu>", '<tu changedate="29990101T000000Z">')
    (entry,) = tmx(tmp_path, body).entries
    assert entry.date < "2990"


def test_what_comes_back_from_an_agency(tmp_path: Path) -> None:
    brought = xliff(
        tmp_path,
        '<unit id="1"><originalData><data id="d">&lt;b&gt;</data></originalData><segment state="translated">'
        "<source>大家好。</source>"
        '<target>Bonjour <pc id="1"><mrk id="m">à</mrk></pc><ph id="2" dataRef="d"/> tous.</target></segment></unit>'
        '<unit id="2"><segment><source>谢谢。</source></segment></unit>'
        '<unit id="3"><segment><source>一。</source><target order="3">Un.</target></segment>'
        "<ignorable><source> </source></ignorable>"
        '<segment><source>二。</source><target order="1">Deux.</target></segment></unit>',
    )
    assert [(entry.source, entry.language, entry.text) for entry in brought.entries] == [
        ("大家好。", "fr", "Bonjour à tous."),
        ("一。 二。", "fr", "Deux. Un."),
    ]
    assert brought.skipped == ("1 not translated yet",)


def test_a_draft_that_nobody_touched_is_no_correction(tmp_path: Path) -> None:
    path = tmp_path / "pitch.xlf"
    written = write_xliff([Line("一。", "Un.", settled=False), Line("二。", "Deux.", settled=True)], "pitch", "fr")
    for change, sources in (
        (("", ""), ["二。"]),
        ((">Un.<", ">Une.<"), ["一。", "二。"]),
        (('state="initial"', 'state="reviewed"'), ["一。", "二。"]),
        ((' state="initial"', ""), ["二。"]),
    ):
        path.write_text(written.replace(*change) if change[0] else written, "utf-8")
        brought = read_xliff(read_markup(path), path)
        assert [entry.source for entry in brought.entries] == sources
    path.write_text(written, "utf-8")
    assert read_xliff(read_markup(path), path).skipped == ("1 drafts that nobody touched",)


@pytest.mark.parametrize(
    ("attributes", "version", "words"),
    [
        ('srcLang="zh" trgLang="fr"', "urn:oasis:names:tc:xliff:document:1.2", "save it as XLIFF 2"),
        ('srcLang="zh" trgLang="fr"', "urn:other", "of another version"),
        ('srcLang="zh"', OURS, "does not name the language"),
        ('srcLang="en" trgLang="fr"', OURS, "translates from en, not from Chinese"),
        ('trgLang="fr"', OURS, "a language that it does not name"),
    ],
)
def test_what_is_not_ours_is_refused(attributes: str, version: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        xliff(tmp_path, "", attributes, version)
    assert words in str(raised.value)


def test_a_language_that_nobody_here_writes_is_left_out(tmp_path: Path) -> None:
    units = '<unit id="1"><segment><source>一。</source><target>Unu.</target></segment></unit>'
    brought = xliff(tmp_path, units, 'srcLang="zh" trgLang="eo"')
    assert brought == Brought((), ("1 in eo, which pitchgen does not write",))


BOMB = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f'<!DOCTYPE tmx [<!ENTITY a0 "lol">{BOMB}]><tmx>&a11;</tmx>', "line 1: declares or uses an entity"),
        ('<!DOCTYPE tmx [<!ENTITY x SYSTEM "file:///etc/passwd">]><tmx>&x;</tmx>', "declares or uses an entity"),
        ('<!DOCTYPE tmx [<!ENTITY % x SYSTEM "http://127.0.0.1/x"> %x;]><tmx/>', "declares or uses an entity"),
        ('<!DOCTYPE tmx SYSTEM "file:///etc/passwd"><tmx>&x;</tmx>', "declares or uses an entity"),
        ("<a>" * 5000 + "</a>" * 5000, "nests too deeply"),
        ("<tmx>", "not valid XML"),
        ("", "not valid XML"),
        ("{}", "not valid XML"),
        ('<?xml version="1.0" encoding="nonsense"?><tmx/>', "not valid XML"),
        ("<html/>", "no XLIFF"),
    ],
)
def test_hostile_files_are_refused(content: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile.tmx"
    path.write_text(content)
    with pytest.raises(InputError) as raised:
        read_xliff(read_markup(path), path)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_utf_16_is_read(tmp_path: Path) -> None:
    path = tmp_path / "memory.tmx"
    entry = Entry("小王", "ru", "Сяо Ван", WHEN, "imported", NAME)
    path.write_bytes(write_tmx([entry], "1").replace("UTF-8", "UTF-16").encode("utf-16"))
    assert read_tmx(read_markup(path), path).entries == (entry,)


def test_what_was_taken_out_is_not_written() -> None:
    assert "<tu>" not in write_tmx([Entry("一", "fr", None, WHEN)], "1")


@pytest.mark.parametrize(
    ("tag", "code"),
    [("zh-CN", "zh"), ("ZH_hans", "zh"), ("en-US", "en"), ("pt-BR", "pt"), ("iw", "he"), ("in-ID", "id"), ("tl", "fil")]
    + [("fra", "fr"), ("sr-Latn", None), ("", None), ("x-none", None)]
    + [(code, code) for code in LANGUAGES],
)
def test_tags_mean_languages(tag: str, code: str | None) -> None:
    assert meant(tag) == code
