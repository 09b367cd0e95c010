"""Where her words come from: the first source that is there, and whether another one says the same.

In the order of `WordSource`: a script or subtitle file, a subtitle track, captions in the picture, and last what a
recogniser hears, which may refuse what it does not understand.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from pitchgen.core.config import Settings
from pitchgen.core.engines import Transcriber
from pitchgen.core.errors import InputError, MissingWeights, UnsupportedError
from pitchgen.core.fingerprint import key
from pitchgen.core.footage import OldCaptions
from pitchgen.core.media import Media
from pitchgen.core.transcript import Transcript, WordSource
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.frames import Viewer
from pitchgen.edges.probe import CHINESE_TAGS
from pitchgen.edges.project import Project
from pitchgen.edges.subtitles import read_script
from pitchgen.kit import Kit
from pitchgen.languages import SOURCE
from pitchgen.recipes.casting import Cast
from pitchgen.recipes.dub import hear, listen
from pitchgen.recipes.editing import edited_transcript
from pitchgen.stages.agree import differences
from pitchgen.stages.read import read
from pitchgen.stages.said import coverage, said
from pitchgen.stages.segment import sentences

BESIDE = (".txt", ".srt", ".vtt", ".ass", ".ttml")
"""Files of the video's own stem that are taken as its script, the first one found."""
COVERED = 0.5  # of her speech: captions that stand for less are headlines, not what she says
LEGIBLE = 0.8  # mean probability of all characters; below it captions are not trusted at all
SHOWN = 8
"""Differences that are told one by one: more say that one source is of another video."""


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of a script, and where they were found."""

    source: WordSource
    origin: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What she says, and where that comes from."""

    transcript: Transcript
    origin: str
    """File, track or engine, for messages."""
    told: str
    """The same in a few words, for a person."""
    remarks: tuple[str, ...] = ()
    """What another source says otherwise."""


@dataclass(frozen=True)  # without slots: what is found is found once
class Sources:
    """Where the words of one video can be had."""

    media: Media
    given: Path | None
    """A script that was named."""
    settings: Settings
    cast: Cast
    kit: Kit
    ffmpeg: Ffmpeg

    def wants(self, source: WordSource) -> bool:
        """Whether the user lets words come from there."""
        return self.settings.words in ("auto", source.value)

    @cached_property
    def words(self) -> Words | None:
        """Those of a script or a track.

        Raises:
            InputError: a script without a sentence.
        """
        return (self.script if self.wants(WordSource.SCRIPT) else None) or (
            self.track if self.wants(WordSource.TRACK) else None
        )

    @cached_property
    def script(self) -> Words | None:
        """Those of the file that was named, else of one beside the video."""
        beside = (self.media.path.with_suffix(suffix) for suffix in BESIDE)
        path = self.given or next((file for file in beside if file.is_file()), None)
        return _words(WordSource.SCRIPT, str(path), read_script(path)) if path else None

    @cached_property
    def track(self) -> Words | None:
        """Those of a soft subtitle track in Chinese."""
        tracks = [s for s in self.media.streams if s.kind == "subtitle" and s.language in (*CHINESE_TAGS, "und", None)]
        if not tracks:
            return None
        with tempfile.TemporaryDirectory(prefix="pitchgen-") as folder:
            track = Path(folder) / "track.srt"
            track.write_text(self.ffmpeg.subtitles(self.media, tracks[0].index), "utf-8")
            origin = f"{self.media.path} (subtitle track {tracks[0].index})"
            return _words(WordSource.TRACK, origin, read_script(track))

    @property
    def reads(self) -> bool:
        """Whether captions in the picture can be read."""
        return bool(self.cast.text_reader.languages) and self.media.picture is not None

    @cached_property
    def captions(self) -> OldCaptions:
        """All that stand in the picture."""
        return self.kit.run(read, self.media, self.viewer) if self.reads else OldCaptions(())

    @property
    def captions_kept(self) -> bool:
        """Whether they were read before."""
        return self.reads and not self.kit.map(read, (self.media,), self.viewer).missing

    @property
    def viewer(self) -> Viewer:
        """What shows the picture to who reads it."""
        return Viewer(self.ffmpeg, self.cast.text_reader)

    @cached_property
    def unfit(self) -> str:
        """Why captions are not what she says; empty where they are."""
        old = self.captions
        if not self.reads:
            return "captions in the picture are not read"
        if not old.captions:
            return "no captions were found in the picture"
        if old.certainty < LEGIBLE:
            return f"the captions in the picture cannot be read with confidence ({old.certainty:.2f} of 1)"
        _, speech = listen(self.media, self.cast, self.kit, self.ffmpeg)
        covered = coverage(old, speech)
        if covered < COVERED:
            return f"the captions in the picture stand for {covered:.0%} of her speech only"
        return ""

    @property
    def captioned(self) -> bool:
        """Whether the words are taken from captions."""
        return self.words is None and self.wants(WordSource.CAPTIONS) and not self.unfit


def transcribed(sources: Sources, project: Project) -> Found:
    """What she says: as a person has edited it, else by the first source that is there.

    Raises:
        InputError: a script without a sentence, or an edited transcript of another video.
        MediaError: nobody speaks.
        MissingWeights: no source is there.
    """
    media, words = sources.media, sources.words
    script_key = key(words.sentences) if words else ""
    edited = edited_transcript(project, media, script_key)
    found = Found(edited, str(project.transcript_path(SOURCE)), "your edits") if edited else _taken(sources)
    project.save_transcript(found.transcript, media.sha256, script_key)
    return replace(found, remarks=() if edited else tuple(_compared(sources, found)))


def _taken(sources: Sources) -> Found:
    """What the first source says that is there."""
    media, cast, words = sources.media, sources.cast, sources.words
    if words:
        heard = hear(media, words.sentences, cast, sources.kit, sources.ffmpeg)
        return Found(heard, words.origin, "a script" if words.source is WordSource.SCRIPT else "a subtitle track")
    if sources.captioned:
        _, speech = listen(media, cast, sources.kit, sources.ffmpeg)
        transcript = said(sources.captions, speech, SOURCE)
        return Found(transcript, f"{media.path} (captions in the picture)", "captions in the picture")
    refusal = "no recogniser is here"
    if cast.hears and sources.wants(WordSource.SPEECH):
        try:
            heard = hear(media, None, cast, sources.kit, sources.ffmpeg)
        except UnsupportedError as error:
            refusal = str(error)
        else:
            return Found(heard, str(media.path), _hearing(cast.transcriber))
    raise MissingWeights(_nothing(sources, refusal))


def _nothing(sources: Sources, refusal: str) -> str:
    """That no source is there, why nothing is heard, and the ways forward."""
    media = sources.media
    asked = "" if sources.settings.words == "auto" else f" (words = {sources.settings.words})"
    captions = f"; {sources.unfit}" if sources.wants(WordSource.CAPTIONS) else ""
    return (
        f"{media.path}: what she says is not known{asked}: no script or subtitle file beside it, no Chinese subtitle "
        f"track{captions}; and {refusal}. Write what she says into {media.path.with_suffix('.txt').name} "
        "beside it, a sentence a line, or name a script or subtitle file by --script, or install a recogniser of "
        "people: pip install 'pitchgen[models]', pitchgen models pull standard"
    )


def _compared(sources: Sources, found: Found) -> Iterator[str]:
    """Where another source says something else."""
    wish, taken = sources.settings.compare, found.transcript
    if wish == "none":
        return
    if sources.words and sources.words.source is WordSource.SCRIPT and sources.track:
        yield from _different(sources.track.origin, sources.track.sentences, found)
    if sources.words and sources.reads and (wish == "all" or sources.captions_kept) and not sources.unfit:
        _, speech = listen(sources.media, sources.cast, sources.kit, sources.ffmpeg)
        captions = said(sources.captions, speech, SOURCE)
        yield from _different(f"{sources.media.path} (captions in the picture)", captions.texts, found)
    if wish == "all" and sources.cast.hears and taken.origin != sources.cast.transcriber.name:
        heard = hear(sources.media, None, sources.cast, sources.kit, sources.ffmpeg)
        yield from _different(f"{sources.media.path} ({_who(sources.cast.transcriber)})", heard.texts, found)


def _hearing(ear: Transcriber) -> str:
    limits = getattr(ear, "limits", "")
    return f"what {ear.name} hears" + (limits and f", which {limits}")


def _who(ear: Transcriber) -> str:
    return f"as {ear.name} hears it"


def _different(other: str, texts: tuple[str, ...], found: Found) -> Iterator[str]:
    """Each place in which another source differs from the words that were taken."""
    places = differences(found.transcript, texts)
    for place in places[:SHOWN]:
        yield (
            f"{found.origin} at {place.at:.1f} s: {place.taken or 'nothing'!r}, but {place.other or 'nothing'!r} in "
            f"{other}; check which is right"
        )
    if len(places) > SHOWN:
        yield f"{found.origin}: {len(places) - SHOWN} more differences from {other}; are both of this video?"


def _words(source: WordSource, origin: str, text: str) -> Words:
    found = sentences(text)
    if not any("\u4e00" <= character <= "\u9fff" for sentence in found for character in sentence):
        raise InputError(f"{origin}: holds no Chinese sentence; write down what she says, one sentence a line")
    return Words(source, origin, found)
