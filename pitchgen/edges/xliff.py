"""XLIFF 2.0 and 2.1, in which sentences go to an agency and come back translated.

Source: XLIFF Version 2.1, OASIS Standard, 13 February 2018.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pitchgen.core.errors import InputError
from pitchgen.core.memory import Brought, Entry, now, tidy
from pitchgen.edges.markup import plain
from pitchgen.edges.tmx import CHINESE
from pitchgen.languages import SOURCE
from pitchgen.languages.tags import meant

NAMESPACE = "{urn:oasis:names:tc:xliff:document:2.0}"
"""Of 2.0 and 2.1 alike."""
_DRAFT = "draft-"
"""Begins the end of a unit's name where a translator engine wrote it, before the digest of what it wrote: unless
somebody touches it, it is no correction when it comes back. Programs keep names, other attributes get lost in some."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence for an agency."""

    source: str
    text: str | None
    """None where there is no translation yet."""
    settled: bool
    """A person has said it so."""


def write_xliff(lines: Sequence[Line], name: str, code: str) -> str:
    """The XLIFF 2.1 file of `lines` in the language `code` (BCP-47); `name` says what they are from."""
    root = Element("xliff", {"xmlns": NAMESPACE[1:-1], "version": "2.1", "srcLang": CHINESE, "trgLang": code})
    file = SubElement(root, "file", id="f1", original=name)
    for number, line in enumerate(lines, 1):
        draft = f"-{_DRAFT}{_digest(line.text)}" if line.text is not None and not line.settled else ""
        unit = SubElement(file, "unit", id=f"u{number}{draft}")
        segment = SubElement(unit, "segment", state="final" if line.settled else "initial")
        SubElement(segment, "source").text = line.source
        if line.text is not None:
            SubElement(segment, "target").text = line.text
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def read_xliff(root: Element, path: Path) -> Brought:
    """What the XLIFF file at `path`, whose root is given, translates; drafts that nobody touched are left out.

    Raises:
        InputError: it is no XLIFF 2, or names no languages, or is not from Chinese.
    """
    if root.tag != f"{NAMESPACE}xliff":
        older = root.tag.endswith("}xliff") or root.tag == "xliff"
        what = "XLIFF of another version; save it as XLIFF 2" if older else f"no XLIFF, its first element is {root.tag}"
        raise InputError(f"{path}: {what}")
    source, target = root.get("srcLang", ""), root.get("trgLang", "")
    if meant(source) != SOURCE:
        raise InputError(f"{path}: translates from {source or 'a language that it does not name'}, not from Chinese")
    if not target:
        raise InputError(f"{path}: does not name the language that it translates into (trgLang)")
    code, skipped = meant(target), Counter[str]()
    entries = []
    for unit in root.iter(f"{NAMESPACE}unit"):
        read = _unit(unit, skipped)
        if read and code in (None, SOURCE):
            skipped[f"in {target}, which pitchgen does not write"] += 1
        elif read and code:
            entries.append(Entry(tidy(read[0]), code, tidy(read[1]), now(), "imported"))
    return Brought(tuple(entries), tuple(f"{times} {reason}" for reason, times in skipped.items()))


def _unit(unit: Element, skipped: Counter[str]) -> tuple[str, str] | None:
    """A sentence and its translation, put together where a tool has cut them; None where there is nothing to learn."""
    parts = [part for part in unit if part.tag in (f"{NAMESPACE}segment", f"{NAMESPACE}ignorable")]
    segments = [part for part in parts if part.tag == f"{NAMESPACE}segment"]
    source = "".join(_text(part, "source") or "" for part in parts)
    texts = [_text(segment, "target") for segment in segments]
    if not tidy(source) or not all(text and text.strip() for text in texts) or not texts:
        skipped["not translated yet"] += 1
        return None
    target = "".join(text for _, text in sorted(_targets(parts)))
    states = {segment.get("state", "initial") for segment in segments}
    if states == {"initial"} and unit.get("id", "").endswith(_DRAFT + _digest(tidy(target))):
        skipped["drafts that nobody touched"] += 1
        return None
    return source, target


def _targets(parts: Sequence[Element]) -> Iterator[tuple[int, str]]:
    """The translations of the parts, and their places: a language may need another order."""
    for place, part in enumerate(parts, 1):
        target = part.find(f"{NAMESPACE}target")
        order = "" if target is None else target.get("order", "")
        text = _text(part, "target")
        yield int(order) if order.isdecimal() else place, (_text(part, "source") or "") if text is None else text


def _text(part: Element, name: str) -> str | None:
    """What stands in the source or the target of a part; None where it has none."""
    found = part.find(NAMESPACE + name)
    return None if found is None else plain(found, frozenset())  # codes are in <data>, elements here hold words


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
