"""A shop's catalog: one row for each video that is to be made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One video, and what is special about it."""

    number: int
    """As a person counts the rows of the catalog, its header being row 1; in a folder from 1."""
    video: Path
    name: str
    """Of its project folder: the sku, else the stem of the video."""
    title: str = ""
    sku: str = ""
    script: Path | None = None
    languages: tuple[str, ...] = ()
    """BCP-47; empty for those of the whole batch."""
    voice: str | None = None
    """A voice profile."""
    glossary: Path | None = None
    others: Mapping[str, str] = field(default_factory=dict)
    """Columns of the catalog that pitchgen does not know, kept for whoever reads the results."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """A row that cannot be made, and why."""

    number: int
    reason: str
