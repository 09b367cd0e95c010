"""Reads `glossary.csv`: term, language, translation, note, do-not-translate."""

from __future__ import annotations

import csv
from pathlib import Path

from pitchgen.core.errors import InputError
from pitchgen.core.glossary import Glossary, Term
from pitchgen.edges.text import read_text

FILE = "glossary.csv"
COLUMNS = ("term", "language", "translation", "note", "do-not-translate")
YES = ("1", "yes", "true", "x", "y", "是")


def read_glossary(path: Path | None) -> Glossary:
    """The glossary at `path`; by default `glossary.csv` in the current folder, or none.

    Raises:
        InputError: a file that lacks a column, or a row without a term or a translation; the line is named.
    """
    if path is None:
        path = Path(FILE)
        if not path.is_file():
            return Glossary()
    rows = csv.DictReader(read_text(path).splitlines(), skipinitialspace=True)
    missing = [column for column in COLUMNS[:3] if column not in (rows.fieldnames or ())]
    if missing:
        raise InputError(f"{path}: lacks the column {missing[0]}; its first line is {','.join(COLUMNS)}")
    terms = [_term(path, rows.line_num, row) for row in rows]
    return Glossary(tuple(sorted(terms, key=lambda term: (-len(term.source), term.language))))


def _term(path: Path, line: int, row: dict[str, str | None]) -> Term:
    values = {name: (row.get(name) or "").strip() for name in COLUMNS}
    kept = values["do-not-translate"].lower() in YES
    translation = values["term"] if kept else values["translation"]
    if not values["term"] or not translation:
        raise InputError(f"{path}, line {line}: names no {'translation' if values['term'] else 'term'}")
    return Term(values["term"], "" if kept else values["language"], translation, values["note"])
