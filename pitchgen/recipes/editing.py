"""What a person has changed in a project folder since pitchgen wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pitchgen.core.caption import Cue
from pitchgen.core.errors import InputError
from pitchgen.core.media import Media
from pitchgen.core.memory import Memory
from pitchgen.core.transcript import Transcript
from pitchgen.edges.project import Project
from pitchgen.edges.subtitles import read_subtitles
from pitchgen.languages import SOURCE
from pitchgen.recipes.telling import Edits
from pitchgen.stages.revise import Occurrence, edits, imported, remembered, revised

Translations = Mapping[str, tuple[Cue, ...]]
"""Captions that somebody else translated, by language."""


NO_FILES: Mapping[str, Path] = {}


def read_translations(files: Mapping[str, Path], codes: Sequence[str]) -> Translations:
    """The captions of subtitle files that somebody translated.

    Raises:
        InputError: a language that is not made, or a file that cannot be read as subtitles.
        StorageError: a file cannot be read.
    """
    for code, path in files.items():
        if code not in codes:
            raise InputError(f"{path}: a translation into {code}, which is not among the languages to make; add it")
    return {code: read_subtitles(path) for code, path in files.items()}


def find_edits(
    project: Project, codes: Sequence[str], memory: Memory, transcript: Transcript, translations: Translations
) -> tuple[Edits, tuple[str, ...]]:
    """What a person changed in the subtitle files, and the languages whose file pitchgen never wrote.

    A translation from elsewhere counts as changed, and wins over the subtitle file of its language.

    What was said out of a memory that is not this one counts as changed here: no correction is lost with a file.
    """
    found: dict[str, Mapping[Occurrence, str | None]] = {}
    foreign = []
    for code in codes:
        cues = project.edited_cues(project.subtitle_path(code))
        if version := project.record.versions.get(code):
            known = remembered(version).items()
            elsewhere = {place: text for place, text in known if not memory.knows(place[0], code)}
            found[code] = {**elsewhere, **edits(version, cues, code)}
        elif cues is not None:
            foreign.append(code)
        if code in translations:
            found[code] = {**found.get(code, {}), **imported(transcript, translations[code], code)}
    return found, tuple(foreign)


def edited_transcript(project: Project, media: Media, script_key: str) -> Transcript | None:
    """The transcript as a person has changed it, now or before an earlier run; None where nobody did.

    Raises:
        InputError: the video or the script has changed as well, so that one of the two would be lost.
    """
    path, before = project.transcript_path(SOURCE), project.record.transcript
    cues = project.edited_cues(path)
    if cues is None:
        return None
    known = before or Transcript(SOURCE, ())
    transcript = revised(known, cues)
    if transcript.origin != "edited":
        return None
    if not transcript.segments:
        raise InputError(f"{path}: no sentence is left in it; delete it to start again")
    if before and (project.record.source, project.record.script) != (media.sha256, script_key):
        raise InputError(
            f"{path}: was edited, and the video or its script has changed too; "
            "delete the file to start from the new one, or choose another --out"
        )
    return transcript
