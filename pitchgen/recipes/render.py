"""From a dub to its file: the picture once for all languages that look the same, sound and subtitles for each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import overload

import numpy as np

from pitchgen.core.audio import Audio, Samples
from pitchgen.core.caption import Cue
from pitchgen.core.errors import EngineError
from pitchgen.core.events import Advanced
from pitchgen.core.fingerprint import key
from pitchgen.core.media import Media
from pitchgen.core.picture import Look
from pitchgen.dsp.loudness import RATE
from pitchgen.edges import labels
from pitchgen.edges.ffmpeg import Ffmpeg, Track
from pitchgen.edges.probe import metadata
from pitchgen.edges.store import PART
from pitchgen.edges.subtitle_formats import write_srt
from pitchgen.kit import Kit
from pitchgen.languages import SOURCE, language
from pitchgen.recipes.dub import Dub
from pitchgen.recipes.screen import Screen
from pitchgen.stages import mix as mixing

PICTURE_VERSION, SOUND_VERSION, ORIGINAL_VERSION, MUX_VERSION = 1, 2, 1, 2
"""Raised whenever the same input gives another file."""
SPOOL_BLOCK = 10 * RATE  # samples read at once: 2 MB


@dataclass(frozen=True, slots=True)
class Renderer:
    """What makes the files of one video."""

    media: Media
    kit: Kit
    ffmpeg: Ffmpeg
    producer: str
    captions: tuple[Cue, ...]
    """What she says, in her own language."""
    screen: Screen

    @property
    def shared_look(self) -> Look | None:
        """How the picture of every version looks; None where each has its own."""
        return None if self.screen.burns or self.screen.waits else self.screen.look(self.media)

    def look(self, dub: Dub) -> Look:
        """How the picture of a version looks; versions that look the same share one."""
        return self.screen.look(self.media, dub)

    def picture(self, look: Look) -> Path:
        """The labelled picture that looks like this, encoded once for all languages that share it."""

        length = self.media.duration + look.clock.added

        def progress(seconds: float) -> None:
            self.kit.listen(Advanced("picture", seconds, length, unit="s"))

        return self.kit.file(
            "picture",
            ".mp4",
            self._picture_parts(look),
            lambda path: self.ffmpeg.encode_picture(self.media, look, path, progress),
            version=PICTURE_VERSION,
            units=self.media.duration,
        )

    def has_picture(self, look: Look) -> bool:
        """Whether the picture is encoded already."""
        return self.kit.has_file("picture", self._picture_parts(look), version=PICTURE_VERSION)

    @property
    def loudness(self) -> float:
        """What the sound is mastered to, in LUFS."""
        return self.screen.preset.loudness_lufs or mixing.TARGET_LUFS

    def sound(self, dub: Dub) -> Path:
        """The mastered sound of a version; her own, as it is, where the version is not dubbed."""
        if not dub.script.dubbed:
            parts = self._sound_parts(dub)
            return self.kit.file("original", ".m4a", parts, self._copy_sound, version=ORIGINAL_VERSION)
        return self.kit.file(
            "sound",
            ".m4a",
            self._sound_parts(dub),
            lambda path: self._encode(dub, path),
            version=SOUND_VERSION,
        )

    def output_key(self, dub: Dub, look: Look) -> str:
        """Identifies all that the video of a version is made from."""
        tracks = (dub.cues, self._captions(dub)) if self.screen.soft else ()
        parts = self._picture_parts(look), self._sound_parts(dub), tracks, self.producer
        return key(f"mux@{MUX_VERSION}", *parts)

    def mux(self, dub: Dub, identity: str, picture: Path, sound: Path, target: Path) -> None:
        """The labelled video of a version, whose `output_key` is `identity`; its label is read back at once.

        Raises:
            EngineError: the label is not there.
        """
        code = dub.script.language
        spoken, source = language(code), language(SOURCE)
        label = labels.aigc(self.producer, f"{code}-{identity[:32]}")
        with tempfile.TemporaryDirectory(prefix="pitchgen-") as folder:
            tracks = [
                Track(_written(Path(folder) / f"{row.code}.srt", cues, row.code), row.iso639_2, row.native)
                for row, cues in ((spoken, dub.cues), (source, self._captions(dub)))
                if cues and self.screen.soft
            ]
            heard = spoken if dub.script.dubbed else source
            speech = Track(sound, heard.iso639_2, heard.native)
            self.ffmpeg.mux(picture, speech, tracks, {labels.AIGC_KEY: label}, target, dub.timeline.duration)
        if metadata(target).get(labels.AIGC_KEY) != label:
            raise EngineError(f"{target}: the AI label could not be read back; the output is withheld")

    def _captions(self, dub: Dub) -> tuple[Cue, ...]:
        """What she says, on the clock of a version."""
        return tuple(replace(cue, span=dub.clock.span(cue.span)) for cue in self.captions)

    def _picture_parts(self, look: Look) -> list[object]:
        return [self.media, look, self.ffmpeg, labels.LABEL_SECONDS, labels.label_digest()]

    def _copy_sound(self, target: Path) -> None:
        self.ffmpeg.copy_sound(self.media, target)

    def _sound_parts(self, dub: Dub) -> list[object]:
        if not dub.script.dubbed:
            return [self.media, self.ffmpeg]
        voiced = [sound.key for sound in dub.sounds]
        originals = self.media if any(clip.original for clip in dub.timeline.clips) else None
        clips = [(clip.start, clip.tempo, clip.original, clip.duration) for clip in dub.timeline.clips]
        return [clips, dub.timeline.duration, voiced, originals, self.ffmpeg, self.loudness, mixing.VERSION]

    def _encode(self, dub: Dub, target: Path) -> None:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=PART) as spool:
            for block in mixing.mix(dub.timeline, self._sounds(dub)):
                spool.write(block.astype("<f4", copy=False).data)
            spool.flush()
            blocks = _Spool(Path(spool.name), spool.tell() // 4)
            self.ffmpeg.encode_sound(mixing.master(blocks, self.loudness), target, dub.timeline.duration)

    def _sounds(self, dub: Dub) -> Iterator[Audio]:
        """The sound of each clip: her new voice, or what she said where it is kept."""
        voiced = iter(dub.sounds)
        for clip, (segment, _) in zip(dub.timeline.clips, dub.script.spoken, strict=True):
            if clip.original:
                yield self.ffmpeg.decode(self.media, rate=RATE, span=segment.span)
            else:
                yield next(voiced).audio


class _Spool(Sequence[Samples]):
    """Samples on the disk in blocks of 10 s: mastering reads them several times, and an hour fits."""

    def __init__(self, path: Path, length: int) -> None:
        self._path, self._length = path, length

    def __len__(self) -> int:
        return -(-self._length // SPOOL_BLOCK)

    @overload
    def __getitem__(self, index: int) -> Samples: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Samples]: ...
    def __getitem__(self, index: int | slice) -> Samples | Sequence[Samples]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        start = range(len(self))[index] * SPOOL_BLOCK
        return np.fromfile(self._path, "<f4", count=min(SPOOL_BLOCK, self._length - start), offset=4 * start)


def _written(path: Path, cues: Sequence[Cue], code: str) -> Path:
    path.write_text(write_srt(cues, code), "utf-8")
    return path
