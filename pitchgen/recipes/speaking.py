"""Whose voice is heard in the versions of a video: hers where she has agreed, a stock voice where nobody has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.config import Settings
from pitchgen.core.engines import NEED_CONSENT
from pitchgen.core.media import Excerpt, Media
from pitchgen.core.transcript import Span
from pitchgen.edges.ffmpeg import SPEECH_RATE, Ffmpeg, decode, excerpt
from pitchgen.edges.voices import Profile
from pitchgen.engines import registry
from pitchgen.kit import Kit
from pitchgen.recipes.casting import Cast
from pitchgen.recipes.voices import Ask, Terms, Voices, voices_folder
from pitchgen.stages.detect import detect
from pitchgen.stages.enroll import Speech, enroll

STOCK = "stock"
"""The engine that imitates nobody."""
LEAST = 1.0  # seconds of clean speech: short clips are dubbed too, only not as alike


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks in the versions of one video."""

    cast: Cast
    profile: Profile | None = None
    """Hers; None where a stock voice speaks, or one that takes nothing but pitch and tone."""
    stock: bool = False
    """A stock voice speaks because nobody has agreed to more."""


@dataclass(frozen=True, slots=True)
class Booth:
    """Where one speaker is heard, and her voice is had for the engines."""

    speaker: Speaker
    kit: Kit
    ffmpeg: Ffmpeg
    settings: Settings

    def speech(self, media: Media) -> Speech:
        """Where she speaks, and not where her sentences are: an edit of those must not change her voice."""
        audio = self.kit.run(decode, media, self.ffmpeg)
        return Speech(audio, self.kit.run(detect, audio, self.speaker.cast.detector))

    def excerpt(self, media: Media, spans: Sequence[Span]) -> Excerpt:
        """What the synthesizer hears of her."""
        return Excerpt(media, tuple(spans), self._rate)

    def voice(self, media: Media, codes: Sequence[str]) -> Voice:
        """Whom the synthesizer imitates: a profile with its consent, else the speaker's mere pitch and tone.

        Raises:
            ConsentError: the voice was revoked, or its consent does not cover a language.
        """
        if profile := self.speaker.profile:
            cast = self.speaker.cast
            voices = Voices(voices_folder(self.settings), cast.detector, cast.aligner, self.ffmpeg)
            return voices.voice(profile.name, codes, self._rate)
        wanted = self.excerpt(media, self.kit.run(enroll, self.speech(media), None))
        return Voice(self.kit.run(excerpt, wanted, self.ffmpeg) if wanted.spans else Audio.silence(0, wanted.rate))

    @property
    def _rate(self) -> int:
        return getattr(self.speaker.cast.synthesizer, "reference_rate", SPEECH_RATE)


def find_speaker(
    media: Media, codes: Sequence[str], cast: Cast, settings: Settings, ffmpeg: Ffmpeg, ask: Ask | None
) -> Speaker:
    """The voice that was named, else the one taken from this video, else one that somebody agrees to now.

    Args:
        media: the video.
        codes: the languages to make.
        cast: the engines that would perform.
        settings: `voice` names a profile; `consent` agrees beforehand.
        ffmpeg: decodes the video where a voice is taken from it.
        ask: asks a person at a terminal; None where there is nobody to ask.

    Raises:
        ConsentError: the voice that was named was revoked, or its consent does not cover a language.
        InputError: there is no such voice, or too little speech in the video.
    """
    if known := known_speaker(media, codes, cast, settings):
        return known
    statement = settings.consent or (ask(str(media.path)) if ask else None)
    if statement is None:
        return Speaker(replace(cast, synthesizer=registry.load("synthesize", STOCK)), stock=True)
    voices = Voices(voices_folder(settings), cast.detector, cast.aligner, ffmpeg)
    kept = voices.folder.of_video(media.sha256)
    profile = kept or voices.add(_free_name(media, voices), media, least=LEAST)
    voices.agree(profile.name, Terms(statement), statement)
    return Speaker(cast, profile)


def known_speaker(media: Media, codes: Sequence[str], cast: Cast, settings: Settings) -> Speaker | None:
    """The voice that was named or agreed to before, or one that needs no consent; None where somebody has to agree.

    Raises:
        ConsentError, InputError: as `find_speaker`.
    """
    folder = voices_folder(settings)
    if settings.voice:
        return Speaker(cast, folder.profile(settings.voice))
    if not any(cast.synthesizer.timbre(code) in NEED_CONSENT for code in codes if cast.speaks(code)):
        return Speaker(cast)
    kept = folder.of_video(media.sha256)
    return Speaker(cast, kept) if kept and folder.holding(kept.name) else None


def _free_name(media: Media, voices: Voices) -> str:
    """A profile's name for a video: the file's, and where another video has taken that, with part of its hash."""
    plain = "".join(c if c.isalnum() or c in " -_" else "_" for c in media.path.stem).strip(" _-") or "voice"
    return plain[:48] if plain[:48] not in voices.folder.names() else f"{plain[:48]}-{media.sha256[:8]}"
