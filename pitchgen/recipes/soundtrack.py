"""What is heard in a version: the new voices over what is kept of her sound, as loud as asked."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import overload

import numpy as np

from pitchgen.core.audio import Audio, Leak, Loudness, Samples
from pitchgen.core.engines import Separator, Watermarker
from pitchgen.core.errors import EngineError
from pitchgen.core.fingerprint import key
from pitchgen.core.media import Media
from pitchgen.dsp.loudness import RATE, amplified, envelope
from pitchgen.dsp.room import level, tone
from pitchgen.edges.background import Kept, pack, trace, unpacked, without
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.sound import Finished, channels_of, encode, gauge, measure, original, survey
from pitchgen.edges.store import PART
from pitchgen.engines.watermark.none import Unmarked
from pitchgen.kit import Kit
from pitchgen.recipes.dub import Dub
from pitchgen.stages import bed as laying
from pitchgen.stages import mix as mixing
from pitchgen.stages import separate as separating

SOUND_VERSION, ORIGINAL_VERSION = 5, 3
"""Raised whenever the same input gives another file."""
SPOOL_BLOCK = 10 * RATE  # samples of each channel read at once: 2 MB
PROMISED_DBTP = -1.0  # of the file as it decodes. Source: EBU R 128, which asks for that of every programme
TRIES = 4  # the second was enough for all that was measured
AIR_DB = 0.1  # below the promise: another decoder rounds otherwise
TOLERANCE_LU = 0.5  # Source: EBU R 128, of a finished programme
LOWER_DB = 0.5  # more than what a peak was too high: the encoder adds another amount each time


@dataclass(frozen=True, slots=True)
class Soundtrack:
    """What makes the sounds of one video."""

    media: Media
    kit: Kit
    ffmpeg: Ffmpeg
    loudness: float
    """LUFS of every version."""
    separator: Separator
    """Says what is kept of her sound."""
    watermarker: Watermarker = field(default_factory=Unmarked)
    """Marks the new voices, before they are mixed and encoded."""

    def sound(self, dub: Dub) -> Path:
        """The finished sound of a version; her own, equally loud, where the version is not dubbed."""
        if not dub.script.dubbed:
            return self.original()
        return self.kit.file(
            "sound", ".m4a", self.parts(dub), lambda path: self._write(dub, path), version=SOUND_VERSION
        )

    def original(self) -> Path:
        """Her own sound, as loud as the others."""
        return self.kit.file("original", ".m4a", self.original_parts, self._write_original, version=ORIGINAL_VERSION)

    @property
    def original_parts(self) -> list[object]:
        """All that her own sound is made from."""
        return [self.media, self.ffmpeg, self.loudness, mixing.VERSION]

    def parts(self, dub: Dub) -> list[object]:
        """All that the sound of a version is made from."""
        if not dub.script.dubbed:
            return self.original_parts
        voiced = [sound.key for sound in dub.sounds]
        clips = [(clip.start, clip.tempo, clip.original, clip.duration) for clip in dub.timeline.clips]
        kept = [] if self.separator.leaves == "nothing" else [dub.clock, laying.VERSION, separating.VERSION]
        return [*self.original_parts, clips, dub.timeline.duration, voiced, self.separator, self.watermarker, *kept]

    def gauged(self, identity: str, path: Path) -> Loudness:
        """How loud the file at `path` is, which was made from what `identity` says; measured once."""
        return self.kit.run(gauge, Finished(identity, path), self.ffmpeg)

    def leak(self) -> Leak | None:
        """How much of her voice is in the background; None for a separator that does not claim to take it out."""
        if self.separator.leaves != "background":
            return None
        identity = key(f"background@{separating.VERSION}", self.media, self.separator, self.ffmpeg)
        known = self.kit.map(trace, (Kept(identity, Path(), self.media),), self.ffmpeg)
        if not known.missing:
            return known[0]  # an hour of sound is not read to find that it was
        return self.kit.run(trace, Kept(identity, self._background(), self.media), self.ffmpeg)

    def _write(self, dub: Dub, target: Path) -> None:
        folder, channels = target.parent, channels_of(self.media)
        seconds = dub.timeline.duration
        spoken = self.watermarker.watermark(mixing.mix(dub.timeline, self._sounds(dub)))
        with spooled(spoken, folder, 1) as voices:
            if self.separator.leaves == "nothing":
                self._master(voices, target, 1, seconds, bed=lambda: self._room(dub))
                return
            with spooled(mixing.over(voices, self._bed(dub, voices, channels)), folder, channels) as blocks:
                self._master(blocks, target, channels, seconds)

    def _write_original(self, target: Path) -> None:
        channels = channels_of(self.media)
        with spooled(original(self.media, self.ffmpeg, channels), target.parent, channels) as blocks:
            self._master(blocks, target, channels, self.media.duration)

    def _room(self, dub: Dub) -> Iterator[Samples]:
        """The sound of her room, under a version that keeps nothing else of it."""
        known = self.kit.run(survey, self.media, self.ffmpeg)
        return tone(known, level(known, self.loudness), round(dub.timeline.duration * RATE))

    def _bed(self, dub: Dub, voices: Sequence[Samples], channels: int) -> Iterator[Samples]:
        """What is kept of her sound on the clock of a version, to the new voices as it was to her own."""
        if self.separator.leaves == "everything":
            kept = original(self.media, self.ffmpeg, channels)
            speech = [clip.span for clip in dub.timeline.clips if not clip.original]
        else:
            kept, speech = unpacked(self._background()), []
        hers, ours = self.kit.run(survey, self.media, self.ffmpeg).loudness_lufs, envelope(voices).loudness()
        gain = 10 ** ((ours - hers) / 20) if hers is not None and np.isfinite(ours) else 1.0
        seconds = min(dub.timeline.duration, dub.clock.at(self.media.duration))
        return amplified(laying.on_clock(kept, dub.clock), laying.gains(seconds, speech) * np.float32(gain))

    def _background(self) -> Path:
        """Her sound without her voice, as FLAC; made once for all languages."""

        def write(target: Path) -> None:
            channels = channels_of(self.media)
            pack(separating.separate(original(self.media, self.ffmpeg, channels), self.separator), target, channels)

        parts = [self.media, self.separator, self.ffmpeg]
        return self.kit.file("background", ".flac", parts, write, version=separating.VERSION)

    def _master(
        self,
        blocks: Sequence[Samples],
        target: Path,
        channels: int,
        duration: float,
        *,
        bed: Callable[[], Iterator[Samples]] = lambda: iter(()),
    ) -> None:
        """The blocks over `bed`, as loud as asked once they are decoded again.

        Where the encoder lifts a peak too high it is done again with a lower ceiling; where it makes the whole louder
        or quieter, once more with that made up for: after that the limiter stands against it.

        Raises:
            EngineError: no ceiling keeps the peaks down.
        """
        ceiling, aim = mixing.CEILING_DBTP, self.loudness
        for _ in range(TRIES):
            mastered = mixing.master(blocks, aim, ceiling)
            encode(mixing.over(mastered, bed()), target, self.ffmpeg, channels, duration)
            made = measure(target, self.ffmpeg)
            if made.true_peak_dbtp is not None and made.true_peak_dbtp > PROMISED_DBTP - AIR_DB:
                ceiling -= made.true_peak_dbtp - PROMISED_DBTP + LOWER_DB
                continue
            off = 0.0 if made.integrated_lufs is None else self.loudness - made.integrated_lufs
            if abs(off) <= TOLERANCE_LU or aim != self.loudness:
                return
            aim += off
        raise EngineError(f"{self.media.path}: its sound peaks above {PROMISED_DBTP:g} dBTP however low it is encoded")

    def _sounds(self, dub: Dub) -> Iterator[Audio]:
        """The sound of each clip: her new voice, or what she said where it is kept and not in the bed already."""
        voiced = iter(dub.sounds)
        for clip, (segment, _) in zip(dub.timeline.clips, dub.script.spoken, strict=True):
            if not clip.original:
                yield next(voiced).audio
            elif self.separator.leaves == "everything":
                yield Audio.silence(clip.duration, RATE)
            else:
                said = self.ffmpeg.decode(self.media, rate=RATE, span=segment.span)
                yield said if self.separator.leaves == "nothing" else without(said, self._background(), segment.span)


@contextmanager
def spooled(blocks: Iterable[Samples], folder: Path, channels: int) -> Iterator[Sequence[Samples]]:
    """The blocks on the disk for as long as the context lasts: mastering reads them several times, and an hour fits."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix=PART) as file:
        for block in blocks:
            file.write(np.ascontiguousarray(block, "<f4").data)
        file.flush()
        yield _Spool(Path(file.name), file.tell() // (4 * channels), channels)


class _Spool(Sequence[Samples]):
    """Samples on the disk in blocks of 10 s, of shape (n,) or (n, n_channels)."""

    def __init__(self, path: Path, length: int, channels: int) -> None:
        self._path, self._length, self._channels = path, length, channels

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
        count = self._channels * min(SPOOL_BLOCK, self._length - start)
        samples = np.fromfile(self._path, "<f4", count=count, offset=4 * self._channels * start)
        return samples if self._channels == 1 else samples.reshape(-1, self._channels)
