"""A language version as it lies on the disk, and what is told of it."""

from __future__ import annotations

from dataclasses import replace

from pitchgen.core.caption import Cue
from pitchgen.core.report import Likeness
from pitchgen.edges.probe import measured
from pitchgen.edges.project import Project
from pitchgen.kit import Kit
from pitchgen.recipes.casting import Cast
from pitchgen.recipes.dub import Dub
from pitchgen.recipes.outcome import Output, Unsound
from pitchgen.recipes.platform import unmet
from pitchgen.recipes.render import Renderer
from pitchgen.recipes.sentences import sentences
from pitchgen.stages.liken import Pair, liken


def output(made: Dub, identity: str, project: Project, cast: Cast, renderer: Renderer, *, reused: bool) -> Output:
    """What a run tells of a version that it made, or found made already, from what `identity` says."""
    code, screen = made.script.language, renderer.screen
    return Output(
        language=code,
        video=project.video_path(code),
        subtitles=project.subtitles(code, screen.settings.formats),
        duration=made.timeline.duration,
        segments=len(made.timeline.clips),
        waited=made.clock.added,
        tempo=made.timeline.tempos,
        shortened=tuple((line.before, line.after) for line in made.shortened),
        overruns=tuple((o.segment.text, o.seconds) for o in made.timeline.overruns),
        kept_original=tuple(line.source for line in made.script.lines if line.text is None),
        unsound=tuple(Unsound(line.source, line.text or "", found.findings) for line, found in made.script.unsound),
        unverified=tuple(fact.evidence.text for verdict in made.script.verdicts for fact in verdict.unverified),
        edited=sum(line.edited or line.remembered for line in made.script.lines),
        remembered=sum(line.remembered and not line.edited for line in made.script.lines),
        timbre=cast.synthesizer.timbre(code) if made.script.dubbed else "none",
        pivot=made.script.pivot,
        unmet=unmet(screen.preset, measured(project.video_path(code))) if screen.settings.platform else (),
        loudness=renderer.soundtrack.gauged(identity, project.video_path(code)),
        leak=renderer.soundtrack.leak() if made.script.dubbed else None,
        reused=reused,
        reused_voices=made.reused,
        likeness=_likeness(made, renderer.kit),
        sentences=sentences(made),
    )


def _likeness(made: Dub, kit: Kit) -> Likeness | None:
    """Of the new voice to the one it was given to imitate; None where no voice speaks."""
    return kit.run(liken, Pair(made.sounds[0].imitated.reference, made.sounds), None) if made.sounds else None


def by_line(made: Dub) -> tuple[Cue, ...]:
    """The captions, counted by the lines of the script instead of the clips: emptied lines have no clip."""
    homes = [index for index, line in enumerate(made.script.lines) if line.text != ""]
    return tuple(replace(cue, segment=homes[cue.segment]) for cue in made.cues)
