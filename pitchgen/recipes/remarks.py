"""What a run has to say besides its outputs: one line for each thing that a person should look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pitchgen.core.errors import Untranslated
from pitchgen.core.media import Media
from pitchgen.core.transcript import DOUBTFUL, Transcript
from pitchgen.edges.project import Project
from pitchgen.languages import SOURCE, language
from pitchgen.recipes.casting import Cast
from pitchgen.recipes.dub import Dub
from pitchgen.recipes.listening import Heard
from pitchgen.recipes.telling import Script, described

HEARD_LATE = 0.1  # seconds: an overrun below a breath is in the report, and no reason to stop anybody


def of_transcript(transcript: Transcript, origin: str, media: Media, project: Project) -> Iterator[str]:
    """Words that agree poorly with the recording, and sentences that the recogniser doubts."""
    if transcript.score is not None and transcript.score < DOUBTFUL:
        yield (
            f"{origin}: agrees poorly with the recording (score {transcript.score:.2f}, usual is "
            f"{DOUBTFUL} and more); check that it is what she says"
        )
    for doubtful in transcript.segments:
        if doubtful.doubt:
            yield (
                f"{media.path} at {doubtful.span.start:.1f} s: {doubtful.doubt.value}: {doubtful.text!r}; "
                f"listen, and correct or delete it in {project.transcript_path(SOURCE)}"
            )


def of_untranslated(scripts: Sequence[Script], wish: str) -> Iterator[str]:
    """Sentences that stay in her voice.

    Raises:
        Untranslated: there are some, and the wish is to `stop`.
    """
    sentences = tuple({line.source: None for s in scripts for line in s.lines if line.text is None})
    if not sentences:
        return
    listed = " / ".join(sentences)
    if wish == "stop":
        raise Untranslated(
            f"{len(sentences)} sentence(s) cannot be translated, and nothing is guessed: {listed} "
            "(say it otherwise, say how by pitchgen memory add, or keep her voice there: --untranslated keep)",
            sentences,
        )
    yield f"kept in the original voice, because it cannot be translated: {listed}"


def of_scripts(scripts: Sequence[Script], cast: Cast, project: Project) -> Iterator[str]:
    """Lines with another fact than she said, and languages without a voice: nothing passes silently."""
    for script in scripts:
        if not script.dubbed:
            yield (
                f"{script.language}: subtitled and not dubbed, {cast.synthesizer.name} has no voice for "
                f"{language(script.language).name}"
            )
        for line, verdict in script.unsound:
            yield (
                f"{script.language}: {'; '.join(map(described, verdict.findings))} in {line.text!r}; "
                f"correct it in {project.subtitle_path(script.language)}"
            )


def of_timing(made: Dub) -> Iterator[str]:
    """Sentences that end late."""
    for overrun in made.timeline.overruns:
        if overrun.seconds >= HEARD_LATE:
            yield (
                f"{made.script.language}: {overrun.segment.text!r} ends {overrun.seconds:.2f} s late "
                "even at the highest tempo; shorten it in the subtitle file"
            )


def of_hearing(made: Dub, heard: Heard, project: Project) -> Iterator[str]:
    """Lines in which another figure is heard than she said."""
    for line in heard.misheard:
        yield (
            f"{made.script.language} at {line.start:.1f} s: {'; '.join(map(described, line.findings))} in what is "
            f"heard, {line.heard!r}; listen, and say it otherwise in {project.subtitle_path(made.script.language)}"
        )


def of_stock_voice(media: Media) -> str:
    """Why it is not her voice that speaks."""
    return (
        f"{media.path}: a stock voice speaks, because nobody has agreed that hers is imitated; if she agrees, "
        "say so by --consent, or keep her voice by pitchgen voice add"
    )
