"""Voices that are kept: taken from a video, agreed to, looked up, and forgotten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.config import Settings
from pitchgen.core.consent import STATEMENT, Consent, Purpose, Subject, Way
from pitchgen.core.engines import Detector, Recording, Transcriber
from pitchgen.core.errors import ConsentError, InputError
from pitchgen.core.folders import user_data
from pitchgen.core.media import Excerpt, Media
from pitchgen.core.transcript import DOUBTFUL
from pitchgen.dsp.likeness import DIFFERENT, distance
from pitchgen.dsp.loudness import RATE
from pitchgen.dsp.resample import resample
from pitchgen.edges.ffmpeg import Ffmpeg, decode, excerpt
from pitchgen.edges.ledger import now
from pitchgen.edges.probe import probe_sound
from pitchgen.edges.store import Store, file_sha256
from pitchgen.edges.voices import Profile, VoicesFolder
from pitchgen.kit import Kit
from pitchgen.languages import SOURCE, language
from pitchgen.stages.detect import detect
from pitchgen.stages.enroll import ENOUGH, Speech, enroll
from pitchgen.stages.transcribe import transcribe

Ask = Callable[[str], str | None]
"""Asks a person whether the speaker of a video agrees; what she answers is the statement, None is no."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed to."""

    person: str
    purposes: tuple[Purpose, ...] = (Purpose.DUB,)
    languages: tuple[str, ...] = ()
    until: str = ""
    subjects: tuple[Subject, ...] = (Subject.VOICE,)

    def __post_init__(self) -> None:
        for code in self.languages:
            language(code)
        try:
            if self.until:
                date.fromisoformat(self.until)
        except ValueError:
            raise InputError(f"{self.until!r} is no date; write it as 2027-12-31") from None
        if not self.person.strip():
            raise InputError("say whose voice it is, by her name, as in 王丽")


@dataclass(slots=True)
class Voices:
    """The voices of a shop, and what making one takes."""

    folder: VoicesFolder
    detector: Detector
    aligner: Transcriber
    ffmpeg: Ffmpeg = field(default_factory=Ffmpeg)

    def add(self, name: str, media: Media, *, least: float = ENOUGH) -> Profile:
        """Keep the voice of who speaks in `media`: the cleanest seconds of a single speaker, at most 30.

        Raises:
            InputError: the name is taken or none, or fewer than `least` seconds are clean speech.
        """
        kit = self._kit(name)
        audio = kit.run(decode, media, self.ffmpeg)
        spans = kit.run(enroll, Speech(audio, kit.run(detect, audio, self.detector)), None)
        seconds = sum(span.duration for span in spans)
        if seconds < least or not spans:
            raise InputError(
                f"{media.path}: {seconds:.1f} s of clean speech are in it, a voice needs {least:.0f}; take a video in "
                "which she alone speaks, near the microphone"
            )
        reference = kit.run(excerpt, Excerpt(media, tuple(spans), RATE), self.ffmpeg)
        profile = Profile(name, media.path.name, media.sha256, round(seconds, 1), now())
        self.folder.add(profile, reference)
        return profile

    def keep(self, name: str, media: Media, agree: Callable[[], Consent]) -> tuple[Profile, Consent]:
        """Keep the voice of who speaks in `media`, once she agrees to it; without that nothing is kept.

        Raises:
            InputError: as `add`.
            ConsentError: she did not agree.
        """
        profile = self.add(name, media)
        try:
            return profile, agree()
        except BaseException:
            self.folder.discard(name)
            raise

    def record(
        self, name: str, terms: Terms, *, statement: str | None = None, spoken: Path | None = None,
        signed: Path | None = None,
    ) -> Consent:  # fmt: skip
        """Record a consent that was given in one of three ways.

        Raises:
            ConsentError: what is `spoken` is something else, or in another voice.
        """
        if spoken:
            return self.speak(name, terms, spoken, self.ffmpeg.decode(probe_sound(spoken)))
        if signed:
            return self.sign(name, terms, signed)
        return self.agree(name, terms, statement or "")

    def agree(self, name: str, terms: Terms, statement: str) -> Consent:
        """Record a consent in writing."""
        self.folder.profile(name)
        if not statement.strip():
            raise InputError("an empty statement agrees to nothing; write who agrees to what")
        return self.folder.give(_consent(name, terms, Way.TYPED, statement.strip()))

    def sign(self, name: str, terms: Terms, document: Path) -> Consent:
        """Record a consent by a signed document, which is kept."""
        self.folder.profile(name)
        digest = _sha256(document)
        self.folder.keep_evidence(name, document.read_bytes(), document.suffix)
        return self.folder.give(_consent(name, terms, Way.SIGNED, document.name, digest))

    def speak(self, name: str, terms: Terms, recording: Path, audio: Audio) -> Consent:
        """Record a consent that was said aloud.

        Args:
            name: the profile.
            terms: what is agreed to.
            recording: the file.
            audio: what is heard in it.

        Raises:
            ConsentError: something else is said, or in another voice.
        """
        reference = self.folder.reference(name)
        statement = STATEMENT.format(person=terms.person)
        kit = self._kit(name)
        spans = kit.run(detect, audio, self.detector)
        if not spans:
            raise ConsentError(f"{recording}: nobody is heard in it")
        heard = kit.run(transcribe, Recording(audio, spans, SOURCE, (statement,)), self.aligner)
        if heard.score is None or heard.score < DOUBTFUL:
            raise ConsentError(f"{recording}: it does not sound like {statement!r}; let her read exactly that sentence")
        apart = distance(audio, reference)
        if apart > DIFFERENT:
            raise ConsentError(
                f"{recording}: is spoken in another voice than {name!r} (distance {apart:.1f}, at most {DIFFERENT}); "
                "the person herself has to say it"
            )
        self.folder.keep_evidence(name, recording.read_bytes(), recording.suffix)
        return self.folder.give(_consent(name, terms, Way.SPOKEN, statement, _sha256(recording)))

    def voice(self, name: str, codes: Sequence[str], rate: int, *, purpose: Purpose = Purpose.DUB) -> Voice:
        """The voice for engines that hear references at `rate` Hz.

        Raises:
            ConsentError: it was revoked, or no consent covers the purpose in every language of `codes`.
        """
        reference = self.folder.reference(self.folder.profile(name).name)
        consent = self.folder.holding(name)
        if consent is None:
            raise ConsentError(f"nobody has agreed that the voice {name!r} is imitated; record a consent first")
        for code in codes:
            consent.require(Subject.VOICE, purpose, code, date.today())
        return Voice(resample(reference, rate), consent.id)

    def _kit(self, name: str) -> Kit:
        return Kit(Store(self.folder.store(name)))  # all of it: nothing that is found out about her is kept elsewhere


def default_voices() -> Path:
    """Where voices are kept: in the user's data folder."""
    return user_data() / "voices"


def voices_folder(settings: Settings) -> VoicesFolder:
    """That of a run."""
    return VoicesFolder(settings.voices or default_voices())


def _consent(name: str, terms: Terms, way: Way, statement: str, evidence: str = "") -> Consent:
    return Consent(
        "", name, terms.person, terms.subjects, terms.purposes, terms.languages, way, statement, evidence, "",
        until=terms.until,
    )  # fmt: skip


def _sha256(path: Path) -> str:
    try:
        return file_sha256(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
