"""The files of a report: what pitchgen remembers of it, the document for machines, and the page for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pitchgen.core.caption import Cue
from pitchgen.core.report import SCHEMA, Report
from pitchgen.edges.store import write_atomically

MEMORY = ".pitchgen-report.json"  # so that both others can be deleted, or edited, and come back as they were
DOCUMENT = "report.json"
PAGE = "report.html"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page is drawn from."""

    report: Report
    cues: Mapping[str, tuple[Cue, ...]]
    """The captions of each language, shown over its video."""
    folder: str
    """Where it lies, as a person names it."""


def write_report(folder: Path, shown: Shown) -> None:
    """Write all three files, each whole or not at all."""
    from pitchgen.edges.page import page

    document = msgspec.json.format(msgspec.json.encode(shown.report))
    drawn = page(shown)
    write_atomically(folder / MEMORY, document)
    write_atomically(folder / DOCUMENT, document)
    write_atomically(folder / PAGE, drawn)


def read_report(folder: Path) -> Report | None:
    """What is remembered of a project folder; None where there is nothing, or it is of another schema."""
    try:
        found = msgspec.json.decode((folder / MEMORY).read_bytes(), type=Report)
    except (OSError, msgspec.DecodeError):
        return None  # it can be made again, by a run that reuses everything
    return found if found.schema == SCHEMA else None


def is_written(folder: Path) -> bool:
    """Whether both files that others read are there."""
    return (folder / DOCUMENT).is_file() and (folder / PAGE).is_file()
