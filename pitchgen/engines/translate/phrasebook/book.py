"""The phrasebook's files: found, digested, read, checked."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pitchgen.core.errors import InputError
from pitchgen.engines.translate.phrasebook.forms import Choice, Form, Reader, parse
from pitchgen.engines.translate.phrasebook.reading import readers
from pitchgen.engines.translate.phrasebook.writing import SLOT, Entry, Writer

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # type: ignore[import-not-found, unused-ignore]  # newer Pythons lack it

DATA = Path(__file__).parent / "data"
SOURCE = "zh"
TABLES = (
    *("goods", "materials", "modifiers", "qualities", "colours", "sizes"),
    *("countries", "cities", "markets", "syllables"),
)
"""The lexicon: in zh.toml key -> Chinese names, elsewhere key -> word or forms."""

Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """What is understood."""

    forms: tuple[tuple[str, Form], ...]
    """(key of the sentence, one of its forms), the user's first."""
    readers: Mapping[str, Reader]
    comma_after: frozenset[str]
    """Sentences that run on into the next clause."""
    lexicon: Mapping[str, Mapping[str, str]]
    """Table -> what is said -> key."""
    units: Mapping[str, Mapping[str, str]]
    """Kind -> what is said -> key."""


def files(folders: Sequence[Path]) -> dict[str, tuple[Path, ...]]:
    """The data files of each language, in the order of `folders`."""
    found: dict[str, tuple[Path, ...]] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            found[path.stem] = (*found.get(path.stem, ()), path)
    return found


def digest(paths: Mapping[str, Sequence[Path]]) -> str:
    """SHA-256 over the content of all files: any edit gives another fingerprint."""
    total = hashlib.sha256()
    for code in sorted(paths):
        for path in paths[code]:
            total.update(code.encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def source(paths: Sequence[Path]) -> Source:
    """The Chinese side, the files of `paths` laid over one another, the last on top.

    Raises:
        InputError: a file that is not in order; the message names the file and the key.
    """
    merged, origin = _merged(paths)
    groups = _strings(merged.get("groups", {}), "groups", origin)
    lexicon = {table: _names(merged.get(table, {}), table, origin) for table in TABLES}
    units = {kind: _names(names, f"units.{kind}", origin) for kind, names in merged.get("units", {}).items()}
    known, made = readers(lexicon, units), dict[str, Choice]()
    forms: list[tuple[str, Form]] = []
    for key, notations in merged.get("patterns", {}).items():
        where = f"{_place(origin, 'patterns', key)}"
        if not isinstance(notations, list) or not all(isinstance(n, str) for n in notations) or not notations:
            raise InputError(f"{where} is a list of sentence forms")
        forms += [(key, _form(notation, groups, made, known, where)) for notation in notations]
        if len({form.slots for name, form in forms[-len(notations) :]}) > 1:
            raise InputError(f"{where} has forms with different slots")
    comma_after = merged.get("joining", {}).get("comma_after", [])
    return Source(tuple(forms), known, frozenset(comma_after), lexicon, units)


def syllables(code: str) -> dict[str, str]:
    """How the language `code` writes syllables of Chinese names; what it leaves out is written as in pinyin."""
    path = DATA / f"{code}.toml"
    return _strings(_read(path).get("syllables", {}), "syllables", {}) if path.is_file() else {}


def _form(
    notation: str,
    groups: Mapping[str, str],
    made: dict[str, Choice],
    known: Mapping[str, Reader],
    where: str,
) -> Form:
    """One form, checked."""
    try:
        form = parse(notation, groups, made)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    for slot in sorted(form.slots):
        if slot.rstrip("0123456789") not in known:
            raise InputError(f"{where} has an unknown slot {{{slot}}}")
    return form


def writer(code: str, paths: Sequence[Path], understood: Source) -> Writer:
    """The side of the language `code`, checked against what is understood.

    Raises:
        InputError: a file that is not in order; the message names the file and the key.
    """
    merged, origin = _merged(paths)
    slots = {key: form.slots for key, form in understood.forms}
    sentences = _strings(merged.get("patterns", {}), "patterns", origin)
    for key, text in sentences.items():
        where = _place(origin, "patterns", key)
        if key not in slots:
            raise InputError(f"{where} has no Chinese forms in {SOURCE}.toml")
        used = [slot["name"] for slot in SLOT.finditer(text)]
        if sorted(used) != sorted(slots[key]) or "{" in SLOT.sub("", text):
            wanted = ", ".join(f"{{{slot}}}" for slot in sorted(slots[key])) or "no slot"
            raise InputError(f"{where} must have each slot of the Chinese exactly once: {wanted}")
    lexicon = {table: _entries(merged.get(table, {}), table, origin) for table in (*TABLES, "units")}
    for key, entry in lexicon["units"].items():
        if isinstance(entry, str) or "other" not in entry:
            raise InputError(f"{_place(origin, 'units', key)} needs the plural category `other`")
    return Writer(code, sentences, lexicon, _strings(merged.get("style", {}), "style", origin))


def _merged(paths: Sequence[Path]) -> tuple[Table, dict[tuple[str, str], Path]]:
    """All files as one, keys of later files first and in place of earlier ones; and who said what."""
    merged: Table = {}
    origin: dict[tuple[str, str], Path] = {}
    for path in paths:
        for name, table in _read(path).items():
            if not isinstance(table, dict):
                raise InputError(f"{path}: {name} is not a table")
            below = merged.get(name, {})
            if name == "units" and any(isinstance(value, dict) for value in below.values()) and path.stem == SOURCE:
                table = {kind: {**below.get(kind, {}), **names} for kind, names in table.items()}
            merged[name] = {**table, **{key: value for key, value in below.items() if key not in table}}
            origin.update({(name, key): path for key in table})
    return merged, origin


def _read(path: Path) -> Table:
    try:
        table: Table = tomllib.loads(path.read_text(encoding="utf-8"))
        return table
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a TOML file: {error}") from None


def _place(origin: Mapping[tuple[str, str], Path], table: str, key: str) -> str:
    """Where a key stands, for an error message."""
    path = origin.get((table, key)) or origin.get(("units", table.rpartition(".")[2])) or "phrasebook"
    return f"{path}: {table}.{key}"


def _strings(table: Any, name: str, origin: Mapping[tuple[str, str], Path]) -> dict[str, str]:
    for key, value in table.items():
        if not isinstance(value, str):
            raise InputError(f"{_place(origin, name, key)} is a text")
    return cast("dict[str, str]", table)


def _names(table: Any, name: str, origin: Mapping[tuple[str, str], Path]) -> dict[str, str]:
    """What is said -> key; of two keys with the same name the first in the file has it."""
    if not isinstance(table, dict):
        raise InputError(f"{_place(origin, name, '')} is not a table")
    names: dict[str, str] = {}
    for key, said in _strings(table, name, origin).items():
        for word in said.split():
            names.setdefault(word, key)
    return names


def _entries(table: Any, name: str, origin: Mapping[tuple[str, str], Path]) -> dict[str, Entry]:
    for key, value in table.items():
        forms = value.values() if isinstance(value, dict) else (value,)
        if not all(isinstance(form, str) for form in forms):
            raise InputError(f"{_place(origin, name, key)} is a text or a table of texts")
    return cast("dict[str, Entry]", table)
