"""Catalogs as shops have them: every bad row is named, nothing is made of a catalog with one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import Workbook

from pitchgen.core.catalog import Row
from pitchgen.core.errors import InputError
from pitchgen.edges.catalog import read_catalog
from pitchgen.recipes.batch import filled


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name in ("socks.mp4", "umbrella.MOV", "deep/cups.mp4", "socks.txt", ".hidden.mp4"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path


def rows(path: Path) -> tuple[Row, ...]:
    found, flaws = read_catalog(path)
    assert flaws == ()
    return found


def test_a_folder_is_a_catalog(shop: Path) -> None:
    assert [(row.number, row.name) for row in rows(shop)] == [(1, "cups"), (2, "socks"), (3, "umbrella")]


TABLE = """video,sku,title,languages,script,价格
socks.mp4,S-1,"袜子, 加厚",en fr,socks.txt,3.5

deep/cups.mp4,S-2,杯子,,,2
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table(shop: Path, encoding: str, separator: str) -> None:
    path = shop / "catalog.csv"
    text = TABLE.replace('"袜子, 加厚"', "袜子").replace(",", separator)
    path.write_bytes(text.encode(encoding))
    first, second = rows(path)
    assert (first.number, first.sku, first.title, first.languages) == (2, "S-1", "袜子", ("en", "fr"))
    assert first.script == shop / "socks.txt"
    assert first.others == {"价格": "3.5"}
    assert (second.number, second.languages, second.script) == (4, (), None)


def test_quotes_in_a_table(shop: Path) -> None:
    (shop / "catalog.csv").write_text(TABLE, "utf-8")
    assert rows(shop / "catalog.csv")[0].title == "袜子, 加厚"


def test_a_workbook_and_lines(shop: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in (
        ["Video", "SKU", "Languages"],
        ["socks.mp4", 12.0, "en,fr"],
        [None, None, None],
        ["deep/cups.mp4", 13],
    ):
        sheet.append(cells)
    book.save(shop / "catalog.xlsx")
    assert [(r.number, r.sku, r.languages) for r in rows(shop / "catalog.xlsx")] == [
        (2, "12", ("en", "fr")),
        (4, "13", ()),
    ]
    lines = [{"video": "socks.mp4", "languages": ["en", "ru"], "price": 3.5}, {"video": "deep/cups.mp4"}]
    (shop / "catalog.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    assert [(r.number, r.languages) for r in rows(shop / "catalog.jsonl")] == [(1, ("en", "ru")), (2, ())]
    assert rows(shop / "catalog.jsonl")[0].others == {"price": "3.5"}


def test_products_as_shopify_exports_them(shop: Path) -> None:
    text = "Handle,Title,Variant SKU,Variant Price,video\nsocks,Socks,S-1,3.50,socks.mp4\n"
    (shop / "products.csv").write_text(text, "utf-8")
    (row,) = rows(shop / "products.csv")
    assert (row.sku, row.title, row.name) == ("S-1", "Socks", "S-1")
    assert row.others == {"handle": "socks", "Variant Price": "3.50"}


def test_every_bad_row_is_named(shop: Path) -> None:
    text = (
        "video,sku,languages,voice\nsocks.mp4,a,,\n,b,,\nmissing.mp4,c,,\nsocks.mp4,d,en zh,\nsocks.mp4,A,,\n"
        "deep/cups.mp4,../..,,\n"
    )
    (shop / "catalog.csv").write_text(text, "utf-8")
    found, flaws = read_catalog(shop / "catalog.csv")
    assert [row.number for row in found] == [2]
    assert {flaw.number: flaw.reason.split(";")[0][:40] for flaw in flaws} == {
        3: "names no video",
        4: "video 'missing.mp4' is no file beside th",
        5: "languages: zh is none that pitchgen writ",
        6: "would write into the folder of row 2, 'A",
        7: "sku '../..' is no name for a folder",
    }


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"sku,title\n1,2\n", "no column called video; it has sku, title"),
        ("a.csv", b"video,video\n1,2\n", "column video twice"),
        ("a.csv", b'video\n"socks.mp4\n', "export it as CSV again"),
        ("a.csv", b"video\n", "holds no videos"),
        ("a.csv", b"", "the file is empty"),
        ("a.xlsx", b"no workbook", "no XLSX workbook"),
        ("a.jsonl", b"{", "line 1: no JSON"),
        ("a.jsonl", b"[1]", "no JSON object"),
        ("a.pdf", b"%PDF", "a folder, or a file in CSV, XLSX or JSONL"),
    ],
)
def test_what_is_no_catalog(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_catalog(tmp_path / name)


def test_names_of_outputs_stay_below_the_folder() -> None:
    row = Row(2, Path("a/b.mp4"), "S-1", title="../../etc/passwd", sku="S/1", others={"colour": "red"})
    assert filled("{sku}/{title}/{colour}-{lang}.mp4", row, "en") == Path("S_1/_.._etc_passwd/red-en.mp4")
    assert filled("../{lang}.mp4", row, "en") == Path("en.mp4")
