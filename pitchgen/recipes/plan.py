"""What a run would do, what it would reuse and roughly how long it would take, without doing any of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pitchgen.core.audio import Voice
from pitchgen.core.fingerprint import key
from pitchgen.core.media import Media
from pitchgen.core.picture import Cover
from pitchgen.core.transcript import Transcript, WordSource
from pitchgen.edges.ffmpeg import decode, excerpt
from pitchgen.edges.probe import probe
from pitchgen.edges.project import Project, opened
from pitchgen.kit import Kit, Mapped
from pitchgen.languages import SOURCE
from pitchgen.recipes.casting import check_languages
from pitchgen.recipes.dub import dub, fitted, recording, rewordings, utterances
from pitchgen.recipes.editing import NO_FILES, Translations, edited_transcript, find_edits, read_translations
from pitchgen.recipes.length import shortened, too_long
from pitchgen.recipes.make import Studio
from pitchgen.recipes.speaking import known_speaker
from pitchgen.recipes.telling import Script, requests, told
from pitchgen.recipes.words import Sources
from pitchgen.stages.absorb import ABSORBERS
from pitchgen.stages.cover import covering
from pitchgen.stages.detect import detect
from pitchgen.stages.enroll import enroll
from pitchgen.stages.said import said
from pitchgen.stages.segment import segment
from pitchgen.stages.synthesize import synthesize
from pitchgen.stages.transcribe import transcribe
from pitchgen.stages.translate import translate

Result = TypeVar("Result")

SENTENCE_SECONDS = 4.0  # of speech and pause; the mean of the samples, for a video whose words are not known yet


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of a run."""

    stage: str
    todo: int
    reused: int
    seconds: float
    """Expected, from what this machine took before."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A run that was not made."""

    video: Path
    duration: float
    languages: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def seconds(self) -> float:
        """Expected for the whole run."""
        return sum(step.seconds for step in self.steps)


def plan(
    studio: Studio, video: Path, languages: Sequence[str], *, script: Path | None = None,
    translations: Mapping[str, Path] = NO_FILES, name: str | None = None,
) -> Plan:  # fmt: skip
    """The plan of `studio.make` with the same arguments: reads what is there and writes nothing.

    Raises:
        PitchgenError: whatever of the input is wrong already.
    """
    codes = check_languages(languages, studio.company)
    media = probe(video, audio_track=studio.settings.audio_track)
    studio.screen.check(media)
    studio.present(known_speaker(media, codes, studio.company, studio.settings))
    with opened(studio.settings.out / (name or video.stem), write=False) as project:
        planner = _Planner(studio, media, project, codes, read_translations(translations, codes))
        planner.walk(studio.sources(media, script))
    return Plan(video, media.duration, codes, tuple(planner.steps))


class _Planner:
    """Walks the recipe as far as results are kept, and counts from there on."""

    def __init__(
        self, studio: Studio, media: Media, project: Project, codes: tuple[str, ...], translations: Translations
    ) -> None:
        self.studio, self.media, self.project, self.codes = studio, media, project, codes
        self.translations = translations
        self.kit: Kit = studio.kit
        self.steps: list[Step] = []
        self._cover: Cover | None = None

    def walk(self, sources: Sources) -> None:
        """Fill `steps`."""
        transcript, words = self._transcript(sources), sources.words
        known = self._covered(sources)
        scripts = self._scripts(transcript) if transcript else None
        self.studio.screen.check(self.media, scripts or ())
        if transcript is None:
            guess = len(words.sentences) if words else round(self.media.duration / SENTENCE_SECONDS)
            self._step("translate", guess * len(self.codes))
            self._step("synthesize", guess * len(self.codes))
        elif scripts is None:
            self._step("synthesize", len(transcript.segments) * len(self.codes))
        if not (known and transcript and scripts and self._voices(transcript, scripts)):
            self._unknown_files()

    def _covered(self, sources: Sources) -> bool:
        """Whether it is known what of the picture is covered."""
        if self.studio.settings.old_captions != "cover" or not sources.reads:
            return True
        if not sources.captions_kept:
            if all(step.stage != "read" for step in self.steps):
                self._step("read", 1)
            return False
        self._cover = covering(sources.captions)
        return True

    def _transcript(self, sources: Sources) -> Transcript | None:
        words = sources.words
        edited = edited_transcript(self.project, self.media, key(words.sentences) if words else "")
        if edited:
            return edited
        cast, script = self.studio.cast, words.sentences if words else None
        audio = self._kept("decode", self.kit.map(decode, (self.media,), self.studio.ffmpeg))
        spans = self._kept("detect", self.kit.map(detect, (audio,), cast.detector)) if audio else None
        if words is None and sources.reads and sources.wants(WordSource.CAPTIONS):
            self._step("read", int(not sources.captions_kept), int(sources.captions_kept))
            if not sources.captions_kept:
                return None
            if spans and sources.captioned:
                return said(sources.captions, spans, SOURCE)
        if audio and spans:
            heard = self.kit.map(transcribe, (recording(audio, spans, script, cast),), cast.listener(script))
            kept = self._kept("transcribe", heard)
            return segment(kept) if kept else None
        self._step("transcribe", 1)
        return None

    def _scripts(self, transcript: Transcript) -> list[Script] | None:
        cast = self.studio.cast
        memory = self.studio.shop.foreseen(cast.glossary, transcript, self.codes)
        drafts = self.kit.map(translate, requests(transcript, self.codes, cast, memory), cast.translator)
        self._step("translate", drafts.missing, len(drafts.kept))
        if drafts.missing:
            return None
        edits, _ = find_edits(self.project, self.codes, memory, transcript, self.translations)
        return told(transcript, self.codes, edits, cast, self.kit, memory, duration=self.media.duration)

    def _voices(self, transcript: Transcript, scripts: list[Script]) -> bool:
        """Whether every sound is there, so that the files are known as well."""
        voice, cast = self._voice(), self.studio.cast
        if voice is None:
            self._step("synthesize", sum(len(script.voiced) for script in scripts))
            return False
        voices = self.kit.map(synthesize, utterances(scripts, voice), cast.synthesizer)
        self._step("synthesize", voices.missing, len(voices.kept))
        if voices.missing or self._shortening(scripts, voice):
            return False
        renderer = self.studio.renderer(self.media, transcript, self._cover)
        absorb = ABSORBERS[self.studio.settings.absorb]
        dubs = dub(scripts, voice, self.media.duration, cast, self.kit, absorb)
        made = [(d.script.language, renderer.output_key(d, look), look) for d in dubs for look in [renderer.look(d)]]
        todo = [look for code, identity, look in made if not self.project.is_current(code, identity)]
        looks = set(todo)
        missing = sum(not renderer.has_picture(look) for look in looks)
        self._files(len(todo), missing, max(1, len(looks)) - missing)
        return True

    def _shortening(self, scripts: list[Script], voice: Voice) -> bool:
        """Whether lines are to be shortened that were not before, so that what is said is not known yet."""
        cast, todo = self.studio.cast, 0
        for made in fitted(scripts, voice, self.media.duration, cast, self.kit):
            cast = replace(cast, glossary=made.script.glossary)
            long = too_long(made.script, made.timeline, cast)
            asked = self.kit.map(translate, [line.wording.request for line in long], cast.translator)
            if asked.missing:
                todo += len(long)
            elif long:
                anew = rewordings(made.script, shortened(made.script, long, cast, self.kit), voice)
                todo += self.kit.map(synthesize, anew, cast.synthesizer).missing
        if todo:
            self._step("shorten", todo)
        return bool(todo)

    def _voice(self) -> Voice | None:
        """Her voice, if it was listened to already."""
        speech = self.kit.map(enroll, (self.studio.booth.speech(self.media),), None)
        spans = self._kept("enroll", speech)
        if spans is None:
            return None
        wanted = self.studio.booth.excerpt(self.media, spans)
        heard = self.kit.map(excerpt, (wanted,) if wanted.spans else (), self.studio.ffmpeg)
        self._step("excerpt", heard.missing, len(heard.kept))
        return None if heard.missing else self.studio.booth.voice(self.media, self.codes)

    def _unknown_files(self) -> None:
        """The steps to all videos, where what they would be made from is not known yet."""
        renderer = self.studio.renderer(self.media, Transcript(SOURCE, ()), self._cover)
        look = renderer.shared_look
        pictures = 1 if look else len(self.codes)
        reused = int(look is not None and renderer.has_picture(look))
        self._files(len(self.codes), pictures - reused, reused)

    def _files(self, todo: int, pictures: int, reused: int) -> None:
        """The steps from the sounds to the videos of `todo` languages, for which `pictures` are to be encoded."""
        expected = self.kit.rates.estimate("picture", pictures * self.media.duration)
        self.steps.append(Step("picture", pictures, reused, expected))
        seconds = sum(self.kit.rates.estimate(part, todo) for part in ("sound", "opening", "mux"))
        self.steps.append(Step("render", todo, len(self.codes) - todo, seconds))

    def _kept(self, stage: str, mapped: Mapped[Any, Any, Result]) -> Result | None:
        self._step(stage, mapped.missing, len(mapped.kept))
        return None if mapped.missing else mapped[0]

    def _step(self, stage: str, todo: int, reused: int = 0) -> None:
        self.steps.append(Step(stage, todo, reused, self.kit.rates.estimate(stage, todo)))
