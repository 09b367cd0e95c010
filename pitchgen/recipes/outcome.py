"""What a run tells of itself when it is done: for the table, the JSON document and callers in Python."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pitchgen.core.audio import Leak, Loudness
from pitchgen.core.fact import Finding
from pitchgen.core.report import Likeness, Sentence
from pitchgen.recipes.listening import NOT_HEARD, Heard


@dataclass(frozen=True, slots=True)
class Unsound:
    """A line that does not say the facts of its sentence."""

    sentence: str
    """What she says."""
    text: str
    """What would be said."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Output:
    """One language version, as it lies on the disk."""

    language: str
    video: Path
    subtitles: tuple[Path, ...]
    duration: float
    """Seconds."""
    segments: int
    waited: float
    """Seconds that the picture waits for what is said."""
    tempo: tuple[float, float]
    """Lowest and highest."""
    shortened: tuple[tuple[str, str], ...]
    """Lines that took too long to say, and the shorter wordings of the translator that are said instead."""
    overruns: tuple[tuple[str, float], ...]
    """Sentences that end too late, and by how many seconds."""
    kept_original: tuple[str, ...]
    """Sentences left in her own voice, because they could not be translated."""
    unsound: tuple[Unsound, ...]
    """Lines of which a price, a quantity or a name is not what she said."""
    unverified: tuple[str, ...]
    """What she says and nothing here can look for in this language: words for sizes, names with no translation."""
    edited: int
    """Sentences in a person's own words, now or once."""
    remembered: int
    """How many of them are from the memory."""
    timbre: str
    """Whose voice is heard: `cloned`, `converted`, `tinted` or `stock`."""
    pivot: str | None
    """BCP-47 code of the language that the translation went through, where there was no direct way."""
    unmet: tuple[str, ...]
    """What the platform asks for and this file does not keep."""
    reused: bool
    """The file was there already, made from the same."""
    reused_voices: int
    """Sentences whose sound came from the store."""
    loudness: Loudness
    """How loud the file is, measured on what it decodes to."""
    leak: Leak | None
    """What is left of her voice in the background that is kept; None where no background is kept apart from it."""
    heard: Heard = NOT_HEARD
    """What a recogniser hears of the facts in the new voice."""
    likeness: Likeness | None = None
    """Of the new voice to hers; None where no voice speaks."""
    sentences: tuple[Sentence, ...] = ()
    """Each with its time, its facts and where they stand; what was heard of them is in `heard`."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one video."""

    video: Path
    folder: Path
    duration: float
    transcript: Path
    transcript_origin: str
    words: str
    """Where they were taken from, in words."""
    score: float | None
    """Agreement of the words with the recording, 0 to 1; None where it was not measured."""
    profile: str
    engines: dict[str, str]
    """Verb to engine."""
    better: tuple[str, ...]
    """What the next better profile would need; empty where there is none, or where a profile was named."""
    outputs: tuple[Output, ...]
    warnings: tuple[str, ...]
    packages: tuple[Path, ...] = ()
    """Files and streams with all languages in one."""
