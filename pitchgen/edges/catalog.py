"""Reads a catalog: a folder of videos, CSV, XLSX, JSON lines, or the products that Shopify exports.

Columns: `video`, `sku`, `title`, `script`, `languages`, `voice`, `glossary`; others are kept. Paths are those beside
the catalog. Every row is looked at before anything is made, and every bad one is named.
"""

from __future__ import annotations

import csv
import io
import json
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from pitchgen.core.catalog import Flaw, Row
from pitchgen.core.errors import InputError
from pitchgen.edges.store import storage_errors
from pitchgen.edges.text import read_text
from pitchgen.languages import LANGUAGES, SOURCE

VIDEOS = (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi")
KNOWN = ("video", "sku", "title", "script", "languages", "voice", "glossary")
SHOPIFY = {"Variant SKU": "sku", "Title": "title", "Handle": "handle"}
"""Columns of a product export that ours are made of; `video` is a column that the shop adds."""
MAX_ROWS = 100_000
_SEPARATORS = re.compile(r"[,;\s]+")
_UNSAFE = re.compile(r"[^\w.-]+")

Cells = tuple[int, Mapping[str, str]]
"""Number of a row, and its cells by column."""


def read_catalog(path: Path) -> tuple[tuple[Row, ...], tuple[Flaw, ...]]:
    """The rows of the catalog at `path`, and what is wrong with the others.

    Raises:
        InputError: it cannot be read as a catalog, or holds no row.
        StorageError: it cannot be read at all.
    """
    with storage_errors(path, "read"):
        cells = list(_cells(path))
    if not cells:
        raise InputError(f"{path}: holds no videos; a folder of them, or a table with a column called video")
    if len(cells) > MAX_ROWS:
        raise InputError(f"{path}: {len(cells)} rows; at most {MAX_ROWS} are taken at once, so part it")
    folder = path if path.is_dir() else path.parent
    rows: list[Row] = []
    flaws: list[Flaw] = []
    taken: dict[str, int] = {}
    for number, values in cells:
        row = _row(number, values, folder)
        if isinstance(row, Row) and (first := taken.setdefault(row.name.casefold(), number)) != number:
            row = Flaw(
                number, f"would write into the folder of row {first}, {row.name!r}; give both a sku of their own"
            )
        (rows if isinstance(row, Row) else flaws).append(row)  # type: ignore[arg-type]
    return tuple(rows), tuple(flaws)


def _cells(path: Path) -> Iterator[Cells]:
    if path.is_dir():
        found = (p for p in sorted(path.rglob("*")) if p.suffix.lower() in VIDEOS and not p.name.startswith("."))
        return ((number, {"video": str(video.relative_to(path))}) for number, video in enumerate(found, 1))
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        return _sheet(path)
    if suffix in (".jsonl", ".ndjson"):
        return _lines(path)
    if suffix in (".csv", ".tsv", ".txt"):
        return _table(path)
    raise InputError(f"{path}: a catalog is a folder, or a file in CSV, XLSX or JSONL")


def _table(path: Path) -> Iterator[Cells]:
    text = read_text(path)
    sample = text[:10_000].split("\n", 1)[0]
    separator = max(",;\t", key=sample.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    header: list[str] = []
    try:
        for number, cells in enumerate(reader, 1):
            if not header:
                header = _header(path, cells)
            elif any(cell.strip() for cell in cells):
                yield number, dict(zip(header, map(str.strip, cells), strict=False))
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: {error}; export it as CSV again") from None


def _sheet(path: Path) -> Iterator[Cells]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that it does not keep, which nobody asked for
            book = load_workbook(path, read_only=True, data_only=True)
            rows = [[_text(cell) for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
            book.close()
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError) as error:
        raise InputError(f"{path}: no XLSX workbook that can be read ({error}); save it again") from None
    header = _header(path, rows[0]) if rows else []
    for number, cells in enumerate(rows[1:], 2):
        if any(cells):
            yield number, dict(zip(header, cells, strict=False))


def _text(cell: object) -> str:
    """As a person sees it: 12 for 12.0."""
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _lines(path: Path) -> Iterator[Cells]:
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            raise InputError(f"{path}, line {number}: no JSON; one object a line") from None
        if not isinstance(found, dict):
            raise InputError(f'{path}, line {number}: no JSON object, as in {{"video": "socks.mp4"}}')
        yield number, {str(k): ",".join(map(str, v)) if isinstance(v, list) else str(v) for k, v in found.items()}


def _header(path: Path, cells: list[str]) -> list[str]:
    """The names of the columns, ours in lower case, Shopify's as ours."""
    names = [cell.strip().lstrip("\ufeff") for cell in cells]
    plain = [SHOPIFY.get(name) or (name.lower() if name.lower() in KNOWN else name) for name in names]
    if "video" not in plain:
        raise InputError(f"{path}: has no column called video; it has {', '.join(filter(None, names)) or 'none'}")
    if doubled := next((name for name in KNOWN if plain.count(name) > 1), None):
        raise InputError(f"{path}: has the column {doubled} twice")
    return plain


def _row(number: int, cells: Mapping[str, str], folder: Path) -> Row | Flaw:
    value = {name: cells.get(name, "").strip() for name in KNOWN}
    if not value["video"]:
        return Flaw(number, "names no video")
    files: dict[str, Path | None] = {}
    for column in ("video", "script", "glossary"):
        files[column] = folder / value[column] if value[column] else None
        if (file := files[column]) and not file.is_file():
            return Flaw(number, f"{column} {value[column]!r} is no file beside the catalog")
    codes = tuple(filter(None, _SEPARATORS.split(value["languages"])))
    if unknown := [code for code in codes if code not in LANGUAGES or code == SOURCE]:
        return Flaw(number, f"languages: {', '.join(unknown)} is none that pitchgen writes")
    video = files["video"]
    assert video is not None
    name = _UNSAFE.sub("_", value["sku"] or video.stem).strip("._")
    if not name:
        return Flaw(number, f"sku {value['sku']!r} is no name for a folder")
    others = {column: cell for column, cell in cells.items() if column and column not in KNOWN}
    return Row(
        number, video, name, value["title"], value["sku"], files["script"], codes, value["voice"] or None,
        files["glossary"], others,
    )  # fmt: skip
