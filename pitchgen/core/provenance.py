"""How an output came to be, and what a file says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Provenance:
    """What was made out of what, and by what."""

    source: Path
    sha256: str
    """Of the source."""
    spoken: str
    """BCP-47 code of what is said in the source."""
    language: str
    """BCP-47 code of the output."""
    title: str
    dubbed: bool
    """Somebody else speaks; else there are subtitles alone."""
    voice: str
    """Whose: one of `pitchgen.core.engines.TIMBRES`, or `none`."""
    engines: Mapping[str, str]
    """Verb to engine."""
    version: str
    """Of pitchgen."""
    consent: str = ""
    """Identifier of the record by which her voice is imitated; empty where it is not."""
    words: str = ""
    """Where her words were taken from."""
    watermark: str = ""
    """Engine that put one into the sound; empty where there is none."""


class Holding(Enum):
    """Whether a layer of labels says what it should."""

    HOLDS = "holds"
    ABSENT = "absent"
    BROKEN = "broken"
    UNKNOWN = "unknown"  # nothing here can tell


@dataclass(frozen=True, slots=True)
class Layer:
    """One way in which a file says that it was generated."""

    name: str
    holding: Holding
    said: str
    """In one line: what was found, or why nothing was."""
