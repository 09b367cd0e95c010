"""TMX 1.4b, in which translation memories travel between programs.

Source: TMX 1.4b Specification, LISA OSCAR 2005.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pitchgen.core.errors import InputError
from pitchgen.core.memory import DATE, NAME, SENTENCE, Brought, Entry, now, tidy
from pitchgen.edges.markup import XML, plain
from pitchgen.languages import SOURCE
from pitchgen.languages.tags import meant

CHINESE = "zh-CN"  # what tools of agencies call it
_NAMESPACES = ("", "{http://www.lisa.org/tmx14}")
_CODES = ("bpt", "ept", "it", "ph", "ut")
"""Elements that hold markup of the format that a text came from."""
_TIME = "%Y%m%dT%H%M%SZ"
_KIND = "x-pitchgen-kind"


def write_tmx(entries: Iterable[Entry], version: str) -> str:
    """The TMX file of what is remembered; `version` is that of pitchgen."""
    root = Element("tmx", version="1.4")
    SubElement(
        root,
        "header",
        {"creationtool": "pitchgen", "creationtoolversion": version, "segtype": "sentence", "o-tmf": "pitchgen"}
        | {"adminlang": "en", "srclang": CHINESE, "datatype": "plaintext"},
    )
    body = SubElement(root, "body")
    units: dict[tuple[str, str], Element] = {}
    for entry in entries:
        if entry.text is None:
            continue
        place = entry.kind, entry.source
        if place not in units:
            units[place] = SubElement(body, "tu")
            if entry.kind != SENTENCE:
                SubElement(units[place], "prop", type=_KIND).text = entry.kind
            _variant(units[place], CHINESE, entry.source)
        changed = datetime.strptime(entry.date, DATE).strftime(_TIME)
        _variant(units[place], entry.language, entry.text, changedate=changed)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _variant(unit: Element, tag: str, text: str, **attributes: str) -> None:
    variant = SubElement(unit, "tuv", {f"{XML}lang": tag, **attributes})
    SubElement(variant, "seg").text = text


def read_tmx(root: Element, path: Path) -> Brought:
    """What the TMX file at `path`, whose root is given, translates from Chinese.

    Raises:
        InputError: it is no TMX.
    """
    name = root.tag.rpartition("}")[2]
    namespace = root.tag.removesuffix(name)
    if name != "tmx" or namespace not in _NAMESPACES:
        raise InputError(f"{path}: no TMX file, its first element is {root.tag}")
    skipped: Counter[str] = Counter()
    units = list(root.iter(f"{namespace}tu"))
    entries = [entry for unit in units for entry in _entries(unit, namespace, skipped)]
    return Brought(tuple(entries), tuple(f"{times} {reason}" for reason, times in skipped.items()))


def _entries(unit: Element, namespace: str, skipped: Counter[str]) -> Iterator[Entry]:
    codes = frozenset(namespace + code for code in _CODES)
    texts: list[tuple[str, str, str]] = []
    for variant in unit.findall(f"{namespace}tuv"):
        tag = variant.get(f"{XML}lang") or variant.get("lang") or ""
        segment = variant.find(f"{namespace}seg")
        text = "" if segment is None else tidy(plain(segment, codes))
        language = meant(tag)
        if not text:
            skipped["without a text"] += 1
        elif language is None:
            skipped[f"in {tag}, which pitchgen does not know" if tag else "that name no language"] += 1
        else:
            texts.append((language, text, _date(variant, unit)))
    source = next((text for language, text, _ in texts if language == SOURCE), None)
    kinds = [prop.text for prop in unit.findall(f"{namespace}prop") if prop.get("type") == _KIND]
    kind = NAME if NAME in kinds else SENTENCE
    if source is None:
        skipped["that translate nothing from Chinese"] += 1
        return
    yield from (Entry(source, code, text, date, "imported", kind) for code, text, date in texts if code != SOURCE)


def _date(*elements: Element) -> str:
    """When an element was changed, of the first that says it; now where none does, or says a later time."""
    for element in elements:
        for name in ("changedate", "creationdate"):
            try:
                read = datetime.strptime(element.get(name, ""), _TIME).replace(tzinfo=timezone.utc)
            except ValueError:
                continue
            return min(read.strftime(DATE), now())
    return now()
