"""The main job: a video and some languages in, a project folder with one video per language out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from pitchgen.core.config import Settings
from pitchgen.core.errors import PitchgenError
from pitchgen.core.events import Event, Listener, Opened, Warned, ignore
from pitchgen.core.media import Media
from pitchgen.core.picture import Cover
from pitchgen.core.transcript import Transcript, WordSource
from pitchgen.edges.ffmpeg import Ffmpeg, decode
from pitchgen.edges.fonts import Fonts
from pitchgen.edges.glossary import read_glossary
from pitchgen.edges.probe import probe
from pitchgen.edges.project import Project, opened
from pitchgen.edges.settings import default_store, read_settings
from pitchgen.edges.store import Store
from pitchgen.engines import registry
from pitchgen.kit import Kit
from pitchgen.languages import SOURCE
from pitchgen.recipes import remarks
from pitchgen.recipes.auditing import Audit
from pitchgen.recipes.background import Background
from pitchgen.recipes.casting import Cast, Casting, check_languages
from pitchgen.recipes.dub import Dub, dub
from pitchgen.recipes.editing import NO_FILES, Translations, find_edits, read_translations
from pitchgen.recipes.labelling import Labelling, damaged
from pitchgen.recipes.naming import spellings
from pitchgen.recipes.outcome import Outcome, Output
from pitchgen.recipes.remembering import Shop
from pitchgen.recipes.render import Renderer
from pitchgen.recipes.report import Run, report
from pitchgen.recipes.screen import Screen
from pitchgen.recipes.speaking import Booth, Speaker, find_speaker
from pitchgen.recipes.telling import Edits, Script, told
from pitchgen.recipes.versions import Versions
from pitchgen.recipes.voices import Ask, voices_folder
from pitchgen.recipes.words import Found, Sources, transcribed
from pitchgen.stages.absorb import ABSORBERS
from pitchgen.stages.caption import caption_transcript
from pitchgen.stages.cover import covering


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


class Shelve(Protocol):
    """Opens the store at a folder, with the sounds of a voice in one of their own."""

    def __call__(self, root: Path, *, sounds: Path | None = None) -> Store: ...


class Upto(Enum):
    """How far a video is prepared."""

    HEARD = "heard"
    TOLD = "told"
    SPOKEN = "spoken"


class Studio:
    """Settings, engines and store for any number of videos."""

    def __init__(
        self, settings: Settings, *, listen: Listener = ignore, ask: Ask | None = None, casting: Casting | None = None,
        shelve: Shelve = Store,
    ) -> None:  # fmt: skip
        """With the engines of another studio, where `casting` is that studio's; `shelve` opens its stores."""
        self.settings, self._shelve = settings, shelve
        self._ask, self._shared = ask, casting
        self.shop = Shop(settings)
        self.audit = Audit(settings)
        self.ffmpeg = Ffmpeg(settings.ffmpeg)
        self._common = Kit(shelve(settings.store or default_store()), listen=self._hear)
        self.kit = self._common
        """Where the results of the present video are kept."""
        self.speaker: Speaker | None = None
        """Who speaks in its versions."""
        self.screen = Screen(settings, Fonts(settings.fonts))
        self._listen = listen
        self._warnings: list[str] = []
        self.words = ""
        """Where the words of the present video were taken from."""
        self._origin = ""

    @cached_property
    def casting(self) -> Casting:
        """Who can perform here, found when it is first asked for."""
        return self._shared or Casting(self.settings)

    @cached_property
    def company(self) -> Cast:
        """As `Casting.cast`, once for all videos."""
        return replace(self.casting.company(self._listen), glossary=read_glossary(self.settings.glossary))

    @property
    def cast(self) -> Cast:
        """Who performs for the present video: without her consent, no engine that imitates her."""
        return self.speaker.cast if self.speaker else self.company

    @property
    def booth(self) -> Booth:
        """Where the present speaker is heard and her voice is had."""
        return Booth(self.speaker or Speaker(self.company), self.kit, self.ffmpeg, self.settings)

    @property
    def engines(self) -> dict[str, str]:
        """Verb to engine, as they perform for the present video."""
        found = {**self.casting.profile.engines, "synthesize": self.cast.synthesizer.name}
        writers = {WordSource.CAPTIONS.value: found["read"], self.cast.aligner.name: self.cast.aligner.name}
        return {**found, "transcribe": writers.get(self._origin, found["transcribe"])}

    def admit(self, media: Media, codes: Sequence[str]) -> None:
        """Make `media` the present video: find who speaks in it, and where its results are kept.

        Sound that has a voice profile in it lies in the profile's own folder, so that a revocation deletes all of it.

        Raises:
            ConsentError, InputError: as `find_speaker`.
        """
        self.present(find_speaker(media, codes, self.company, self.settings, self.ffmpeg, self._ask))
        if self.speaker and self.speaker.profile:  # heard before anybody agreed
            self._common.store.drop(self._common.map(decode, (media,), self.ffmpeg).keys[0])
        if self.speaker and self.speaker.stock:
            self.warn(remarks.of_stock_voice(media))

    def present(self, speaker: Speaker | None) -> None:
        """Go on with `speaker`, and with the store that her results are kept in."""
        self.kit, self.speaker = self._common, speaker
        if speaker and speaker.profile:
            own = voices_folder(self.settings).store(speaker.profile.name)
            self.kit = Kit(self._shelve(self._common.store.root, sounds=own), listen=self._hear)
            self.kit.rates = self._common.rates

    def make(
        self, video: Path, languages: Sequence[str], *, script: Path | None = None,
        translations: Mapping[str, Path] = NO_FILES, name: str | None = None,
    ) -> Outcome:  # fmt: skip
        """As the function `make`; the project folder is called `name`, by default as the video."""
        codes = check_languages(languages, self.company)
        brought = read_translations(translations, codes)
        media = self._opened(video, codes)
        with opened(self.settings.out / (name or video.stem)) as project, Background() as background:
            words = self._transcript(media, project, script)
            transcript = words.transcript
            scripts = self._scripts(media, project, transcript, codes, brought)
            self.warn(*remarks.of_untranslated(scripts, self.settings.untranslated))
            self.warn(*remarks.of_scripts(scripts, self.cast, project))
            self.screen.check(media, scripts)
            versions = Versions(self, project, self.renderer(media, transcript, self._cover(media)), background)
            outputs, packages = versions.made(scripts)
            with suppress(PitchgenError):  # estimates are a comfort: a full disk is told by what matters
                self.kit.rates.save()
            outcome = self._outcome(media, project, words, outputs, packages)
            spent = self.kit.rates.spent()
            report(outcome, Run(media, transcript, self.cast, self.speaker, self.screen, spent), project)
            return outcome

    def prepare(self, video: Path, languages: Sequence[str], upto: Upto, *, script: Path | None, name: str) -> None:
        """Do the work of `make` as far as `upto`, and keep it, so that `make` finds it done.

        Raises:
            PitchgenError: as `make`.
        """
        codes = check_languages(languages, self.company)
        media = self._opened(video, codes)
        with opened(self.settings.out / name) as project:
            transcript = self._transcript(media, project, script).transcript
            if upto is Upto.HEARD:
                return
            scripts = self._scripts(media, project, transcript, codes, {})
            if upto is Upto.TOLD:
                return
            for _ in self.dubs(media, scripts):
                pass

    def _opened(self, video: Path, codes: Sequence[str]) -> Media:
        """The header of a video, which is the present one from now on."""
        self._warnings.clear()
        media = probe(video, audio_track=self.settings.audio_track)
        self.screen.check(media)
        self._listen(Opened(str(video), media.duration))
        self.kit.rates.turn_to(media.sha256)
        self.admit(media, codes)
        self.warn(*damaged(media))
        return media

    def _scripts(
        self, media: Media, project: Project, transcript: Transcript, codes: Sequence[str], brought: Translations
    ) -> list[Script]:
        """What is said in every language."""
        edits = self._edits(project, codes, transcript, brought)
        self.warn(*spellings(self.shop.settle_names(self.cast.glossary, transcript, codes)))
        memory = self.shop.learn(edits, transcript)
        return told(transcript, codes, edits, self.cast, self.kit, memory, duration=media.duration)

    def dubs(self, media: Media, scripts: Sequence[Script]) -> Iterator[Dub]:
        """Each version on the clock, its voices made as it is asked for."""
        voice = self.booth.voice(media, [script.language for script in scripts if script.dubbed])
        absorb = ABSORBERS[self.settings.absorb]
        return dub(scripts, voice, media.duration, self.cast, self.kit, absorb)

    def _hear(self, event: Event) -> None:
        if isinstance(event, Warned):
            self._warnings.append(event.message)
        self._listen(event)

    def warn(self, *messages: str) -> None:
        """Say what a person should look at; the outcome has it too."""
        for message in messages:
            self._hear(Warned(message))

    def sources(self, media: Media, script: Path | None) -> Sources:
        """Where the words of the present video can be had."""
        return Sources(media, script, self.settings, self.cast, self.kit, self.ffmpeg)

    def _transcript(self, media: Media, project: Project, script: Path | None) -> Found:
        """As `transcribed`; what is doubtful is said."""
        found = transcribed(self.sources(media, script), project)
        self.words, self._origin = found.told, found.transcript.origin
        self.warn(*remarks.of_transcript(found.transcript, found.origin, media, project), *found.remarks)
        return found

    def _edits(
        self, project: Project, codes: Sequence[str], transcript: Transcript, translations: Translations
    ) -> Edits:
        """As `find_edits`; a file that is not ours is put aside."""
        found, foreign = find_edits(project, codes, self.shop.memory(), transcript, translations)
        for code in foreign:
            self.warn(f"{project.set_aside(code)}: was there before pitchgen and is kept under this name")
        return found

    def _cover(self, media: Media) -> Cover | None:
        """What of the picture is covered; where that is asked for and nothing is found, it is said."""
        if self.settings.old_captions != "cover":
            return None
        found = covering(self.sources(media, None).captions)
        if found is None:
            self.warn(f"{media.path}: no captions were found in the picture, so none are covered")
        return found

    def renderer(self, media: Media, transcript: Transcript, cover: Cover | None = None) -> Renderer:
        """What makes the files of a video."""
        captions = caption_transcript(transcript, media.duration)
        labelling, engines = Labelling.of(self.settings), (self.cast.separator, self.cast.watermarker)
        return Renderer(media, self.kit, self.ffmpeg, labelling, captions, self.screen, *engines, cover)

    def _outcome(
        self, media: Media, project: Project, words: Found, outputs: tuple[Output, ...],
        packages: tuple[Path, ...],
    ) -> Outcome:  # fmt: skip
        casting = self.casting
        return Outcome(
            video=media.path,
            folder=project.folder,
            duration=media.duration,
            transcript=project.transcript_path(SOURCE),
            transcript_origin=words.transcript.origin,
            words=words.told,
            score=words.transcript.score,
            profile=casting.profile.name,
            engines=self.engines,
            better=registry.better(casting.profile.name, casting.weights) if self.settings.profile == "auto" else (),
            outputs=outputs,
            warnings=tuple(self._warnings),
            packages=packages,
        )
