"""A shop's translation memory: what a person corrected once is said that way from then on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone

_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029 ]+")
"""Line breaks and blanks; a no-break space stays, because French writes 3,5 € with one."""
_UNWRITABLE = re.compile(r"[\x00-\x1f\ud800-\udfff\ufffe\uffff]")
"""What no XML file can hold. Source: XML 1.0, production 2."""
DATE = "%Y-%m-%dT%H:%M:%SZ"
"""As entries write the time, in UTC: in this form the later one sorts after the earlier one."""

SENTENCE, NAME = "sentence", "name"
"""What an entry is of: a whole sentence that she says, or the name of a person or a shop."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a sentence or a name is in one language, from a date on."""

    source: str
    """In Chinese."""
    language: str
    """BCP-47 code of `text`."""
    text: str | None
    """None where it was taken out of the memory."""
    date: str
    """When it was said so, as `DATE`."""
    origin: str = "edited"
    """`edited` in a subtitle file, `added`, `removed`, `imported`, or `transliterated`."""
    kind: str = SENTENCE

    @property
    def place(self) -> tuple[str, str, str]:
        """What there is one entry of."""
        return self.kind, self.source, self.language


@dataclass(frozen=True, slots=True)
class Brought:
    """What a file of an agency brings."""

    entries: tuple[Entry, ...]
    skipped: tuple[str, ...]
    """What was left out, and why: `3 in xx, which pitchgen does not know`."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Entries by their place, the latest of each, those taken out included."""

    latest: dict[tuple[str, str, str], Entry] = field(default_factory=dict)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is remembered, in the order in which it came."""
        return tuple(entry for entry in self.latest.values() if entry.text is not None)

    def recall(self, sentence: str, language: str) -> str | None:
        """What is said for `sentence`; None where nothing is remembered."""
        found = self.latest.get((SENTENCE, tidy(sentence), language))
        return found.text if found else None

    def name(self, source: str, language: str) -> str | None:
        """How a name is written; None where nobody has written it yet."""
        found = self.latest.get((NAME, tidy(source), language))
        return found.text if found else None

    def knows(self, sentence: str, language: str) -> bool:
        """Whether `sentence` was ever remembered, so that one that is gone was taken out by a person."""
        return (SENTENCE, tidy(sentence), language) in self.latest

    def news(self, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        """Those that say something else than is remembered, and are not older."""
        found = []
        for entry in entries:
            known = self.latest.get(entry.place)
            if known is None or (entry.date >= known.date and entry.text != known.text):
                found.append(entry)
        return tuple(found)


def memory(entries: Iterable[Entry]) -> Memory:
    """The memory that `entries` are: of each place the one with the latest date, of equal dates the last."""
    latest: dict[tuple[str, str, str], Entry] = {}
    for entry in entries:
        known = latest.get(entry.place)
        if known is None or entry.date >= known.date:
            latest[entry.place] = entry
    return Memory(latest)


def tidy(text: str) -> str:
    """`text` on one line, as entries hold it."""
    if text.isprintable() and "  " not in text:  # most texts, and far quicker
        return text.strip(" ")
    return _BREAKS.sub(" ", text).strip(" ")


def unwritable(text: str) -> str | None:
    """The first character of a tidy `text` that no memory can hold; None where there is none."""
    if text.isprintable():
        return None
    found = _UNWRITABLE.search(text)
    return found.group() if found else None


def now() -> str:
    """This moment, as entries write it."""
    return datetime.now(timezone.utc).strftime(DATE)
