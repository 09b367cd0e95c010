"""What a person has changed in a project folder since pitchgen wrote it."""

from __future__ import annotations

from collections.abc import Sequence

from pitchgen.core.errors import InputError
from pitchgen.core.media import Media
from pitchgen.core.memory import Memory
from pitchgen.core.transcript import Transcript
from pitchgen.edges.project import Project
from pitchgen.languages import SOURCE
from pitchgen.recipes.telling import Edits
from pitchgen.stages.revise import edits, remembered, revised


def find_edits(project: Project, codes: Sequence[str], memory: Memory) -> tuple[Edits, tuple[str, ...]]:
    """What a person changed in the subtitle files, and the languages whose file pitchgen never wrote.

    What was said out of a memory that is not this one counts as changed here: no correction is lost with a file.
    """
    found, foreign = {}, []
    for code in codes:
        cues = project.edited_cues(project.subtitle_path(code))
        if version := project.record.versions.get(code):
            known = remembered(version).items()
            elsewhere = {place: text for place, text in known if not memory.knows(place[0], code)}
            found[code] = {**elsewhere, **edits(version, cues, code)}
        elif cues is not None:
            foreign.append(code)
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
