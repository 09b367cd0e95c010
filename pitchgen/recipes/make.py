"""The main job: a video and some languages in, a project folder with one video per language out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.config import Settings
from pitchgen.core.errors import PitchgenError, Untranslated
from pitchgen.core.events import Advanced, Listener, Opened, Warned, ignore
from pitchgen.core.fingerprint import key
from pitchgen.core.media import Excerpt, Media
from pitchgen.core.picture import Look
from pitchgen.core.project import Version
from pitchgen.core.transcript import DOUBTFUL, Span, Transcript
from pitchgen.edges.ffmpeg import SPEECH_RATE, Ffmpeg, decode, excerpt
from pitchgen.edges.fonts import Fonts
from pitchgen.edges.probe import probe
from pitchgen.edges.project import Project, opened
from pitchgen.edges.settings import default_store, read_settings
from pitchgen.edges.store import Store
from pitchgen.engines import registry
from pitchgen.kit import Kit
from pitchgen.languages import SOURCE, language
from pitchgen.recipes.background import Background
from pitchgen.recipes.casting import Cast, Casting, check_languages
from pitchgen.recipes.dub import Dub, dub, hear
from pitchgen.recipes.editing import NO_FILES, Translations, edited_transcript, find_edits, read_translations
from pitchgen.recipes.listening import NOT_HEARD, Heard, listened
from pitchgen.recipes.naming import spellings
from pitchgen.recipes.outcome import Outcome, Output
from pitchgen.recipes.published import by_line, output
from pitchgen.recipes.remembering import Shop
from pitchgen.recipes.render import Renderer
from pitchgen.recipes.screen import Screen
from pitchgen.recipes.telling import Edits, Script, described, told
from pitchgen.recipes.words import find_script
from pitchgen.stages.absorb import ABSORBERS
from pitchgen.stages.caption import caption_transcript
from pitchgen.stages.detect import detect
from pitchgen.stages.enroll import Speech, enroll

HEARD_LATE = 0.1  # seconds: an overrun below a breath is in the report, and no reason to stop anybody


def make(
    video: str | Path,
    languages: Sequence[str],
    *,
    script: str | Path | None = None,
    translations: Mapping[str, str | Path] | None = None,
    listen: Listener = ignore,
    **settings: Any,
) -> Outcome:
    """Dub `video` into `languages`, reusing whatever was made before.

    Args:
        video: a video in which a merchant speaks Chinese.
        languages: BCP-47 codes.
        script: what she says, as text or subtitles; by default a file of the same stem beside the video,
            or a subtitle track in it.
        translations: subtitle files that somebody translated, by language; what they say is said.
        listen: told how far the run is.
        settings: see `pitchgen.core.config.Settings`.

    Raises:
        PitchgenError: with one line that says what is wrong and what to do.
    """
    studio = Studio(read_settings(settings), listen=listen)
    files = {code: Path(path) for code, path in (translations or {}).items()}
    return studio.make(Path(video), languages, script=Path(script) if script else None, translations=files)


class Studio:
    """Settings, engines and store for any number of videos."""

    def __init__(self, settings: Settings, *, listen: Listener = ignore) -> None:
        self.settings = settings
        self.shop = Shop(settings)
        self.ffmpeg = Ffmpeg(settings.ffmpeg)
        self.kit = Kit(Store(settings.store or default_store()), listen=self._hear)
        self.screen = Screen(settings, Fonts(settings.fonts))
        self._listen = listen
        self._warnings: list[str] = []

    @cached_property
    def casting(self) -> Casting:
        """Who can perform here, found when it is first asked for."""
        return Casting(self.settings)

    @cached_property
    def cast(self) -> Cast:
        """As `Casting.cast`, once for all videos."""
        return self.casting.cast(self._listen)

    def make(
        self, video: Path, languages: Sequence[str], *, script: Path | None = None,
        translations: Mapping[str, Path] = NO_FILES,
    ) -> Outcome:  # fmt: skip
        """As the function `make`."""
        codes = check_languages(languages, self.cast)
        brought = read_translations(translations, codes)
        self._warnings.clear()
        media = probe(video, audio_track=self.settings.audio_track)
        self.screen.check(media)
        self._listen(Opened(str(video)))
        with opened(self.settings.out / video.stem) as project, Background() as background:
            transcript = self._transcript(media, project, script)
            edits = self._edits(project, codes, transcript, brought)
            for spelling in spellings(self.shop.settle_names(self.cast.glossary, transcript, codes)):
                self._warn(spelling)
            memory = self.shop.learn(edits, transcript)
            scripts = told(transcript, codes, edits, self.cast, self.kit, memory, duration=media.duration)
            self._check_translated(scripts)
            self._check_scripts(project, scripts)
            self.screen.check(media, scripts)
            outputs = self._outputs(media, project, transcript, scripts, background)
            with suppress(PitchgenError):  # estimates are a comfort: a full disk is told by what matters
                self.kit.rates.save()
            return self._outcome(media, project, transcript, outputs)

    def _hear(self, event: Advanced | Warned | Opened) -> None:
        if isinstance(event, Warned):
            self._warnings.append(event.message)
        self._listen(event)

    def _warn(self, message: str) -> None:
        self._hear(Warned(message))

    def _transcript(self, media: Media, project: Project, script: Path | None) -> Transcript:
        """What she says: a person's edited transcript, else what the transcriber hears."""
        words = find_script(media, script, self.ffmpeg)
        script_key = key(words.sentences) if words else ""
        edited = edited_transcript(project, media, script_key)
        if edited:
            project.save_transcript(edited, media.sha256, script_key)
            return edited
        transcript = hear(media, words.sentences if words else None, self.cast, self.kit, self.ffmpeg)
        if transcript.score is not None and transcript.score < DOUBTFUL:
            place = words.origin if words else media.path
            self._warn(
                f"{place}: agrees poorly with the recording (score {transcript.score:.2f}, usual is "
                f"{DOUBTFUL} and more); check that it is what she says"
            )
        for doubtful in transcript.segments:
            if doubtful.doubt:
                self._warn(
                    f"{media.path} at {doubtful.span.start:.1f} s: {doubtful.doubt.value}: {doubtful.text!r}; "
                    f"listen, and correct or delete it in {project.transcript_path(SOURCE)}"
                )
        project.save_transcript(transcript, media.sha256, script_key)
        return transcript

    def _edits(
        self, project: Project, codes: Sequence[str], transcript: Transcript, translations: Translations
    ) -> Edits:
        """As `find_edits`; a file that is not ours is put aside."""
        found, foreign = find_edits(project, codes, self.shop.memory(), transcript, translations)
        for code in foreign:
            self._warn(f"{project.set_aside(code)}: was there before pitchgen and is kept under this name")
        return found

    def _check_translated(self, scripts: Sequence[Script]) -> None:
        unknown = {line.source: None for s in scripts for line in s.lines if line.text is None}
        if not unknown:
            return
        sentences = tuple(unknown)
        listed = " / ".join(sentences)
        if self.settings.untranslated == "stop":
            raise Untranslated(
                f"{len(sentences)} sentence(s) cannot be translated, and nothing is guessed: {listed} "
                "(say it otherwise, say how by pitchgen memory add, or keep her voice there: --untranslated keep)",
                sentences,
            )
        self._warn(f"kept in the original voice, because it cannot be translated: {listed}")

    def _check_scripts(self, project: Project, scripts: Sequence[Script]) -> None:
        """Say which lines have another fact than she said, and which languages no voice: nothing passes silently."""
        for script in scripts:
            if not script.dubbed:
                self._warn(
                    f"{script.language}: subtitled and not dubbed, {self.cast.synthesizer.name} has no voice for "
                    f"{language(script.language).name}"
                )
            for line, verdict in script.unsound:
                self._warn(
                    f"{script.language}: {'; '.join(map(described, verdict.findings))} in {line.text!r}; "
                    f"correct it in {project.subtitle_path(script.language)}"
                )

    def _outputs(
        self,
        media: Media,
        project: Project,
        transcript: Transcript,
        scripts: Sequence[Script],
        background: Background,
    ) -> tuple[Output, ...]:
        """Every language version; the picture is encoded while the voices are made."""
        renderer = self.renderer(media, transcript)
        pictures: dict[Look, Future[Path]] = {}
        pending: list[Future[Output]] = []
        dubs: list[Dub] = []
        absorb = ABSORBERS[self.settings.absorb]
        for made in dub(scripts, self.voice(media), media.duration, self.cast, self.kit, absorb):
            dubs.append(made)
            self._check_fit(made)
            look = renderer.look(made)
            identity = renderer.output_key(made, look)
            awaited = None
            if not project.is_current(made.script.language, identity):
                awaited = pictures.get(look) or background.submit(renderer.picture, look)
                pictures[look] = awaited
            pending.append(background.submit(self._render, made, identity, project, renderer, awaited))
            self.kit.listen(Advanced("render", sum(f.done() for f in pending), len(scripts)))
        heard = [self._heard(made, project) for made in dubs]  # after all are said: each network is loaded once
        outputs = []
        for future, facts in zip(pending, heard, strict=True):
            outputs.append(replace(future.result(), heard=facts))
            self.kit.listen(Advanced("render", len(outputs), len(scripts), sum(o.reused for o in outputs)))
        for note in [*self.screen.preset.notes, *(f"{o.video}: {limit}" for o in outputs for limit in o.unmet)]:
            self._warn(f"{self.screen.preset.name}: {note}")
        project.save_subtitles(SOURCE, renderer.captions, self.settings.formats)
        return tuple(outputs)

    def renderer(self, media: Media, transcript: Transcript) -> Renderer:
        """What makes the files of a video."""
        captions = caption_transcript(transcript, media.duration)
        return Renderer(media, self.kit, self.ffmpeg, self.settings.producer, captions, self.screen)

    def voice(self, media: Media) -> Voice:
        """Whom the synthesizer imitates. Consent records have their place here: see docs/architecture.md."""
        wanted = self.excerpt(media, self.kit.run(enroll, self.speech(media), None))
        reference = self.kit.run(excerpt, wanted, self.ffmpeg) if wanted.spans else Audio.silence(0, wanted.rate)
        return Voice(reference, self.settings.consent)

    def speech(self, media: Media) -> Speech:
        """Where she speaks, and not where her sentences are: an edit of those must not change her voice."""
        audio = self.kit.run(decode, media, self.ffmpeg)
        return Speech(audio, self.kit.run(detect, audio, self.cast.detector))

    def excerpt(self, media: Media, spans: Sequence[Span]) -> Excerpt:
        """What the synthesizer hears of her."""
        return Excerpt(media, tuple(spans), getattr(self.cast.synthesizer, "reference_rate", SPEECH_RATE))

    def _heard(self, made: Dub, project: Project) -> Heard:
        """What is heard of the facts in a version; what is heard otherwise is said."""
        if self.settings.verify != "speech":
            return NOT_HEARD
        heard = listened(made, self.cast, self.kit)
        for line in heard.misheard:
            self._warn(
                f"{made.script.language} at {line.start:.1f} s: {'; '.join(map(described, line.findings))} in what is "
                f"heard, {line.heard!r}; listen, and say it otherwise in {project.subtitle_path(made.script.language)}"
            )
        return heard

    def _check_fit(self, made: Dub) -> None:
        for overrun in made.timeline.overruns:
            if overrun.seconds >= HEARD_LATE:
                self._warn(
                    f"{made.script.language}: {overrun.segment.text!r} ends {overrun.seconds:.2f} s late "
                    "even at the highest tempo; shorten it in the subtitle file"
                )

    def _render(
        self, made: Dub, identity: str, project: Project, renderer: Renderer, picture: Future[Path] | None
    ) -> Output:
        """The files of one language version; runs beside the engines."""
        code = made.script.language
        kept = project.record.versions.get(code)
        written = kept.output if kept else None
        if picture is not None:
            sound = renderer.sound(made)  # made while the picture is still being encoded
            encoded = picture.result()
            written = project.publish(code, identity, lambda path: renderer.mux(made, identity, encoded, sound, path))
        version = Version(made.script.lines, by_line(made), written)
        if version != kept or not project.has_subtitles(code, self.settings.formats):
            project.save_subtitles(code, made.cues, self.settings.formats)
            project.save_version(code, version)
        return output(made, project, self.cast, self.screen, reused=picture is None)

    def _outcome(self, media: Media, project: Project, transcript: Transcript, outputs: tuple[Output, ...]) -> Outcome:
        casting = self.casting
        return Outcome(
            video=media.path,
            folder=project.folder,
            duration=media.duration,
            transcript=project.transcript_path(SOURCE),
            transcript_origin=transcript.origin,
            score=transcript.score,
            profile=casting.profile.name,
            engines=casting.profile.engines,
            better=registry.better(casting.profile.name, casting.weights) if self.settings.profile == "auto" else (),
            outputs=outputs,
            warnings=tuple(self._warnings),
        )
