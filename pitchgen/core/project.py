"""What pitchgen remembers of a project folder, so that a person's edits are told from its own words."""

from __future__ import annotations

from dataclasses import dataclass, field

from pitchgen.core.caption import Cue
from pitchgen.core.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of one language version."""

    source: str
    """The sentence in the transcript."""
    draft: str | None
    """What the translator made of it; None where it does not know the sentence."""
    text: str | None
    """What is said: the draft or a person's own words; empty for silence, None for the original voice."""
    remembered: bool = False
    """The draft is from the memory: what a person said for this sentence once."""

    @property
    def edited(self) -> bool:
        """A person has changed it."""
        return self.text != self.draft


@dataclass(frozen=True, slots=True)
class Written:
    """A file as pitchgen left it."""

    key: str
    """Of all that it was made from."""
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Version:
    """What was last written for one language."""

    lines: tuple[Line, ...]
    cues: tuple[Cue, ...]
    """As in the subtitle file; `segment` counts the lines."""
    output: Written | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """The memory of one project folder."""

    source: str = ""
    """SHA-256 of the video."""
    script: str = ""
    """Key of the script that the transcript came from; empty where there was none."""
    transcript: Transcript | None = None
    versions: dict[str, Version] = field(default_factory=dict)
    """By language."""
