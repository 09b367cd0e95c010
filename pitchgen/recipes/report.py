"""The report of a video: put together when a run ends, and again from what the project folder remembers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pitchgen import __version__
from pitchgen.core.engines import NEED_CONSENT, Engine, Licence
from pitchgen.core.errors import InputError, PitchgenError
from pitchgen.core.media import Media
from pitchgen.core.provenance import Holding, Layer
from pitchgen.core.report import (
    SCHEMA,
    Agreement,
    Effort,
    LanguageVersion,
    Level,
    Mark,
    Part,
    Report,
    Speech,
)
from pitchgen.core.transcript import Transcript, WordSource
from pitchgen.edges.ledger import now
from pitchgen.edges.project import Project, opened
from pitchgen.edges.report import Shown, is_written, read_report, write_report
from pitchgen.recipes.casting import Cast
from pitchgen.recipes.inspecting import read_back
from pitchgen.recipes.outcome import Outcome, Output
from pitchgen.recipes.screen import Screen
from pitchgen.recipes.sentences import with_hearing
from pitchgen.recipes.speaking import Speaker
from pitchgen.recipes.verdict import judged, judged_again
from pitchgen.recipes.voices import voices_folder


@dataclass(frozen=True, slots=True)
class Run:
    """What a run was, besides its outcome."""

    media: Media
    transcript: Transcript
    cast: Cast
    speaker: Speaker | None
    screen: Screen
    effort: Effort
    """What this video took."""


def report(outcome: Outcome, run: Run, project: Project) -> Report:
    """Write the report of a run into its project folder, unless the run found all as the one that is there says.

    Versions of earlier runs of the same video stay in it, as long as their files are there.
    """
    made, known = now(), read_report(project.folder)
    marks = {version.language: version for version in known.versions} if known else {}
    versions = [_version(output, run, made, marks.get(output.language)) for output in outcome.outputs]
    found = Report(
        schema=SCHEMA,
        pitchgen=__version__,
        made=made,
        video=run.media.path.name,
        source=run.media.sha256,
        duration=run.media.duration,
        transcript=outcome.transcript.name,
        transcript_origin=outcome.transcript_origin,
        score=outcome.score,
        profile=outcome.profile,
        platform=run.screen.preset.name if run.screen.settings.platform else "",
        effort=run.effort,
        versions=(*versions, *_earlier(known, project, run.media, {v.language for v in versions})),
        warnings=outcome.warnings,
        words=outcome.words,
    )
    if known and _findings(known) == _findings(found) and is_written(project.folder):
        return known  # its numbers are still those of the files, and it says which run measured them
    _write(project, found)
    return found


def rebuild(folder: Path) -> Report:
    """Write the report of a project folder again; its files are looked at again, and no engine is asked.

    Raises:
        InputError: no project folder, or one that remembers no report.
        StorageError: another run is working in it, or it cannot be written.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; name a project folder, as in out/socks")
    known = read_report(folder)
    if known is None:
        raise InputError(
            f"{folder}: remembers no report of this version of pitchgen; run the same pitchgen make again, "
            "which reuses all that it made"
        )
    with opened(folder) as project:
        found = replace(known, versions=tuple(_looked_at(version, folder) for version in known.versions))
        _write(project, found)
    return found


def _write(project: Project, found: Report) -> None:
    cues = {code: version.cues for code, version in project.record.versions.items()}
    write_report(project.folder, Shown(found, cues, str(project.folder)))


def _findings(found: Report) -> Report:
    """What a report says of the files, without when that was found and how much of them was made anew."""
    versions = [
        replace(version, made="", reused=True, sentences=tuple(replace(s, reused=True) for s in version.sentences))
        for version in found.versions
    ]
    return replace(found, made="", effort=Effort(0.0, ()), versions=tuple(versions))


def _earlier(known: Report | None, project: Project, media: Media, codes: set[str]) -> Iterator[LanguageVersion]:
    """Versions that this run did not make; those of another video, or without their file, are forgotten."""
    for version in known.versions if known and known.source == media.sha256 else ():
        if version.language not in codes and (project.folder / version.video).is_file():
            yield _looked_at(version, project.folder)


def _looked_at(version: LanguageVersion, folder: Path) -> LanguageVersion:
    """The version, its file looked at again."""
    path = folder / version.video
    if not path.is_file():
        return judged_again(version, "missing")
    changed = "changed" if path.stat().st_size != version.bytes else ""
    return judged_again(replace(version, mark=_mark(path)), changed)


def _version(output: Output, run: Run, made: str, before: LanguageVersion | None) -> LanguageVersion:
    """What is told of an output; the labels of a file that lies there as it did `before` were read then."""
    size = output.video.stat().st_size
    same = output.reused and before is not None and before.bytes == size and before.mark.holds
    version = LanguageVersion(
        language=output.language,
        made=made,
        video=output.video.name,
        bytes=size,
        subtitles=tuple(path.name for path in output.subtitles),
        duration=output.duration,
        waited=output.waited,
        burned=run.screen.burns,
        reused=output.reused,
        speech=_speech(output, run),
        sentences=with_hearing(output.sentences, output.heard),
        parts=tuple(_parts(output.language, run)),
        mark=before.mark if same and before else _mark(output.video),
        ear=output.heard.reason,
        loudness=output.loudness,
        leak=output.leak,
        pivot=output.pivot,
        level=Level.LOOK,
    )
    return judged(version, run.transcript, output.unmet)


def _speech(output: Output, run: Run) -> Speech:
    """Whose voice is heard, and who has agreed to it."""
    profile = run.speaker.profile if run.speaker and output.timbre in NEED_CONSENT else None
    if profile is None:
        return Speech(output.timbre, likeness=output.likeness)
    consent = voices_folder(run.screen.settings).holding(profile.name)
    agreement = (
        Agreement(consent.person, consent.way.value, consent.given, consent.until, consent.id) if consent else None
    )
    return Speech(output.timbre, profile.name, agreement, output.likeness)


def _parts(code: str, run: Run) -> Iterator[Part]:
    """Who performed each verb in a language."""
    cast = run.cast
    verbs: Mapping[str, Engine] = {
        "detect": cast.detector,
        "transcribe": _writer(run),
        "translate": cast.translator,
    }
    for verb, engine in verbs.items():
        yield _part(verb, engine)
    if cast.speaks(code):
        speaker = getattr(cast.synthesizer, "speaker", None)  # of several voices, the one that speaks this language
        yield _part("synthesize", speaker(code) if speaker else cast.synthesizer)
    if (ears := cast.ears(code)) and run.screen.settings.verify == "speech":
        yield _part("verify", ears)


def _writer(run: Run) -> Engine:
    """Who wrote down what she says."""
    writers: Mapping[str, Engine] = {
        run.cast.aligner.name: run.cast.aligner,
        WordSource.CAPTIONS.value: run.cast.text_reader,
    }
    return writers.get(run.transcript.origin, run.cast.transcriber)


def _part(verb: str, engine: Engine) -> Part:
    terms: Licence = engine.licence
    service = getattr(engine, "service", "")
    return Part(verb, engine.name, engine.fingerprint, terms.name, terms.commercial, service)


def _mark(path: Path) -> Mark:
    """What a file says of itself, read back from it."""
    try:
        found = read_back(path)
    except PitchgenError as error:
        return Mark(layers=(Layer("AIGC", Holding.UNKNOWN, str(error)),))
    return Mark(found.produce_id, found.layers, found.holds)
