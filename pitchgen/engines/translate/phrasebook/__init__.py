"""Translation memory with slots: sales pitches from data files that a person can read and extend."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from pitchgen.core.engines import Licence, Translated, Translation, Translator
from pitchgen.core.errors import InputError, UnsupportedError
from pitchgen.engines.translate.phrasebook import book
from pitchgen.engines.translate.phrasebook.sentences import Matched, compose, understand
from pitchgen.engines.translate.phrasebook.terms import calling, understanding
from pitchgen.engines.translate.phrasebook.writing import Writer

VARIABLE = "PITCHGEN_PHRASEBOOK"
"""Names a folder with the user's own files."""
VERSION = 2
"""Raise it whenever the same data give another translation."""


class Phrasebook:
    """A translator that knows sentences or says that it does not; it never guesses."""

    name = "phrasebook"
    licence = Licence("Apache-2.0", commercial=True)
    exact = True

    def __init__(self, directory: Path | None = None) -> None:
        self._files = book.files([book.DATA, *([directory] if directory else [])])
        self.languages = frozenset(self._files) - {book.SOURCE}
        # Babel writes the figures, so its CLDR data are part of what we say
        parts = (self.name, str(VERSION), f"babel-{version('babel')}", book.digest(self._files))
        self.fingerprint = ":".join(parts)
        self._writers: dict[str, Writer] = {}
        self._sources: dict[tuple[str, ...], book.Source] = {}

    def translate(self, requests: Sequence[Translation]) -> Sequence[Translated]:
        """Each sentence in its target language; a text of None where it is not known.

        Raises:
            UnsupportedError: a source other than Chinese, or a target without a data file.
            InputError: a data file that is not in order.
        """
        for request in requests:
            self._check(request)
        matched: dict[tuple[str, tuple[str, ...]], Matched | None] = {}
        results = []
        for request in requests:
            place = request.text, tuple(term for term, _ in request.glossary)
            if place not in matched:
                matched[place] = understand(request.text, self._understanding(place[1]))
            found, writer = matched[place], self._writer(request.target)
            if request.glossary:
                writer = calling(writer, dict(request.glossary))
            results.append(Translated(compose(found, writer) if found else None))
        return results

    def _understanding(self, terms: tuple[str, ...]) -> book.Source:
        """What is understood where the `terms` may occur."""
        if terms and terms not in self._sources:
            self._sources[terms] = understanding(self._source, terms)
        return self._sources[terms] if terms else self._source

    @cached_property
    def _source(self) -> book.Source:
        return book.source(self._files[book.SOURCE])

    def _writer(self, code: str) -> Writer:
        if code not in self._writers:
            self._writers[code] = book.writer(code, self._files[code], self._source)
        return self._writers[code]

    def _check(self, request: Translation) -> None:
        if request.source != book.SOURCE:
            raise UnsupportedError(f"the phrasebook translates from {book.SOURCE}, not from {request.source}")
        if request.target not in self.languages:
            known = ", ".join(sorted(self.languages))
            raise UnsupportedError(f"the phrasebook has no {request.target}.toml (it has: {known})")


def load(**options: object) -> Translator:
    """The engine. `directory` names a folder with the user's own files; without it `PITCHGEN_PHRASEBOOK`.

    Raises:
        InputError: an unknown option, or a folder that does not exist.
    """
    wanted: Mapping[str, object] = {"directory": os.environ.get(VARIABLE) or None, **options}
    if unknown := sorted(set(wanted) - {"directory"}):
        raise InputError(f"the phrasebook has no option {unknown[0]!r}; it has `directory`")
    directory = wanted["directory"]
    if directory is None:
        return Phrasebook()
    if not isinstance(directory, (str, Path)) or not Path(directory).is_dir():
        raise InputError(f"the phrasebook's directory {str(directory)!r} is not a folder")
    return Phrasebook(Path(directory))
