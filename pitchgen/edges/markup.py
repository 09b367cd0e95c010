"""Reads XML from strangers: no entities, nothing fetched, nothing huge or endlessly nested."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from pitchgen.core.errors import InputError
from pitchgen.edges.store import storage_errors

LARGEST = 64 << 20  # bytes: some 200,000 sentences in ten languages
DEEPEST = 100  # elements within one another; the formats of agencies nest about ten
XML = "{http://www.w3.org/XML/1998/namespace}"


def read_markup(path: Path) -> Element:
    """The root element of the XML file at `path`; names are written `{namespace}name`.

    Raises:
        InputError: no such file, one that is no XML or too large, or one that declares entities.
        StorageError: the file cannot be read.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    with storage_errors(path, "read"):
        if path.stat().st_size > LARGEST:
            raise InputError(f"{path}: larger than {LARGEST >> 20} MB; split it")
        data = path.read_bytes()
    reader = _Reader(path)
    try:
        reader.parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # LookupError: an encoding that does not exist
        raise InputError(f"{path}: not valid XML: {error}") from error
    return reader.builder.close()


class _Reader:
    """One file while it is read."""

    def __init__(self, path: Path) -> None:
        self.path, self.depth = path, 0
        self.builder = TreeBuilder()
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self.builder.data
        # a document type is let pass, many TMX files name theirs; it is not fetched, and may not declare anything
        self.parser.EntityDeclHandler = self._refuse
        self.parser.ExternalEntityRefHandler = self._refuse
        self.parser.SkippedEntityHandler = self._refuse

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise InputError(f"{self.path}, line {self.parser.CurrentLineNumber}: nests too deeply")
        self.builder.start(_named(name), {_named(key): value for key, value in attributes.items()})

    def _end(self, name: str) -> None:
        self.depth -= 1
        self.builder.end(_named(name))

    def _refuse(self, *_: object) -> bool:
        line = self.parser.CurrentLineNumber
        raise InputError(f"{self.path}, line {line}: declares or uses an entity, which is not read; write it out")


def _named(name: str) -> str:
    return "{" + name if "}" in name else name


def plain(element: Element, codes: frozenset[str]) -> str:
    """The text in `element`, what stands in elements named in `codes` left out: they hold markup and no words."""
    return "".join(_plain(element, codes))


def _plain(element: Element, codes: frozenset[str]) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag not in codes:
            yield from _plain(child, codes)
        yield child.tail or ""
