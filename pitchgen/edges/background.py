"""Her sound without her voice, kept as FLAC: written and read in pieces, and searched for what is left of the voice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pitchgen.core.audio import Audio, Leak, Samples
from pitchgen.core.media import Media
from pitchgen.core.stage import stage
from pitchgen.core.transcript import Span
from pitchgen.dsp.leak import leaks
from pitchgen.dsp.loudness import RATE
from pitchgen.dsp.reader import Reader
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.sound import original

HEADROOM = 0.5  # on the disk: what is taken apart may peak higher than the whole did
PIECE = 10 * RATE  # samples of each channel read at once
HEARD_DB = -20.0  # below her voice; what is quieter is hidden by the new one. Source: as of bed.DUCKED_DB


@dataclass(frozen=True, slots=True)
class Kept:
    """A background on the disk, and what it was taken from."""

    identity: str
    path: Path
    media: Media

    @property
    def fingerprint(self) -> str:
        """What identifies both, wherever they lie."""
        return self.identity


def pack(blocks: Iterable[Samples], target: Path, channels: int) -> None:
    """Write the blocks, at 48 kHz, as FLAC."""
    import soundfile

    with soundfile.SoundFile(target, "w", RATE, channels, "PCM_24", format="FLAC") as file:
        for block in blocks:
            file.write(block * np.float32(HEADROOM))


def unpacked(path: Path) -> Iterator[Samples]:
    """The blocks again, of shape (n,) or (n, n_channels)."""
    import soundfile

    with soundfile.SoundFile(path) as file:
        while len(block := file.read(PIECE, dtype="float32")):
            yield block / np.float32(HEADROOM)


def without(said: Audio, path: Path, span: Span) -> Audio:
    """Her voice alone: what she said in `span`, in one channel, without the background that lies at `path`."""
    import soundfile

    start = round(span.start * RATE)
    behind, _ = soundfile.read(path, start=start, frames=len(said.samples), dtype="float32", always_2d=True)
    voice = said.samples.copy()
    voice[: len(behind)] -= behind.mean(axis=1) / np.float32(HEADROOM)
    return Audio(voice, said.rate)


@stage(version=1)
def trace(backgrounds: Sequence[Kept], ffmpeg: Ffmpeg) -> Sequence[Leak]:
    """What is left of her voice in each background: of what correlates with all that was taken out."""
    return [_trace(kept, ffmpeg) for kept in backgrounds]


def _trace(kept: Kept, ffmpeg: Ffmpeg) -> Leak:
    def behind() -> Iterator[Samples]:
        return (block if block.ndim == 1 else block.mean(axis=1) for block in unpacked(kept.path))

    def voice() -> Iterator[Samples]:
        reader = Reader(behind())
        return (block - reader.take(len(block)) for block in original(kept.media, ffmpeg, 1))

    levels = leaks(behind(), voice())
    spoken = levels[~np.isnan(levels)]
    return Leak(
        round(float(spoken.max()), 1) if len(spoken) else None,
        round(float(np.mean(spoken > HEARD_DB)), 4) if len(spoken) else 0.0,
        tuple(None if np.isnan(level) else round(float(level), 1) for level in levels),
    )
