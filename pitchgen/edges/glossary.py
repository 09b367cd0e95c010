"""Reads `glossary.csv`: term, language, translation, note, do-not-translate."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from pitchgen.core.errors import InputError
from pitchgen.core.glossary import Glossary, Term
from pitchgen.edges.text import read_text
from pitchgen.languages import SOURCE, language

FILE = "glossary.csv"
COLUMNS = ("term", "language", "translation", "note", "do-not-translate")
YES = ("1", "yes", "true", "x", "y", "是")
NO = ("", "0", "no", "false", "n", "否")
_DELIMITERS = (",", ";", "\t")  # a spreadsheet writes the one that its country is used to


def read_glossary(path: Path | None) -> Glossary:
    """The glossary at `path`; by default `glossary.csv` in the current folder, or none.

    Raises:
        InputError: a file that lacks a column, or a row that cannot be meant; the line is named.
    """
    if path is None:
        path = Path(FILE)
        if not path.is_file():
            return Glossary()
    terms: dict[tuple[str, str], Term] = {}
    lines: dict[tuple[str, str], int] = {}
    for line, term in _rows(path):
        place = term.source, term.language
        if place in terms and terms[place].translation != term.translation:
            where = term.language or "every language"
            raise InputError(
                f"{path}, line {line}: {term.source} is called {term.translation or 'by its own name'} in {where}, "
                f"and otherwise in line {lines[place]}; keep one of them"
            )
        terms[place], lines[place] = term, line
    return Glossary(tuple(sorted(terms.values(), key=lambda term: (-len(term.source), term.language))))


def _rows(path: Path) -> Iterator[tuple[int, Term]]:
    """Each term with its line; rows with nothing in them are passed over."""
    text = read_text(path)
    head = text.lstrip().splitlines()[0]
    delimiter = max(_DELIMITERS, key=head.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), skipinitialspace=True, delimiter=delimiter, strict=True)
    try:
        rows.fieldnames = [name.strip().lower() for name in rows.fieldnames or ()]
        missing = [column for column in COLUMNS[:3] if column not in rows.fieldnames]
        if missing:
            raise InputError(f"{path}: lacks the column {missing[0]}; its first line is {','.join(COLUMNS)}")
        for row in rows:
            if any(value and value.strip() for name, value in row.items() if name):
                yield rows.line_num, _term(path, rows.line_num, row)
    except csv.Error as error:
        raise InputError(f"{path}, line {rows.line_num}: cannot be read as CSV: {error}") from error


def _term(path: Path, line: int, row: dict[str, str | None]) -> Term:
    where = f"{path}, line {line}"
    if None in row:
        raise InputError(f"{where}: has more columns than the first line; put what holds a comma into quotes")
    values = {name: (row.get(name) or "").strip() for name in COLUMNS}
    said = values["do-not-translate"].lower()
    if said not in (*YES, *NO):
        raise InputError(f"{where}: do-not-translate is yes or empty, not {values['do-not-translate']!r}")
    if not values["term"]:
        raise InputError(f"{where}: names no term")
    try:
        code = language(values["language"]).code if values["language"] else ""
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    if code == SOURCE:
        raise InputError(f"{where}: {SOURCE} is what she speaks; name a language of her buyers, or none for all")
    if said in YES:
        if values["translation"] not in ("", values["term"]):
            raise InputError(f"{where}: is not to be translated, and is translated by {values['translation']!r}")
        return Term(values["term"], code, values["term"], values["note"])
    return Term(values["term"], code, values["translation"], values["note"])
