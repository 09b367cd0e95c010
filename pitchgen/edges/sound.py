"""Sound in and out of files: decoded and encoded in pieces, so that an hour takes no memory, and measured when done.

Whatever comes in (one channel or six, 8 kHz or 96), what goes out has 48 kHz and one channel or two.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pitchgen.core.audio import Loudness, Samples
from pitchgen.core.errors import MediaError
from pitchgen.core.media import Media
from pitchgen.core.stage import stage
from pitchgen.core.transcript import Span
from pitchgen.dsp.loudness import RATE, envelope
from pitchgen.dsp.room import Room, room
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.program import source

STEREO = 2
BITRATES = {1: "128k", STEREO: "192k"}  # transparent for speech, and for market noise and music beside it
PIECE = 10 * RATE  # samples of all channels read at once: 4 MB
SURVEYED = 300.0  # seconds: a room does not change, and an hour takes long to read
WHOLE_HOURS = 5 * 3600.0  # seconds: longer than any file that is taken


@dataclass(frozen=True, slots=True)
class Finished:
    """The sound of a finished file."""

    identity: str
    """Of all that it was made from."""
    path: Path

    @property
    def fingerprint(self) -> str:
        """What identifies the sound, wherever the file lies."""
        return self.identity


def channels_of(media: Media) -> int:
    """How many channels her sound has where it is kept: two at most, since phones play no more."""
    return min(STEREO, max(1, media.sound.channels)) if media.sound else 1


def original(media: Media, ffmpeg: Ffmpeg, channels: int, *, span: Span | None = None) -> Iterator[Samples]:
    """Her sound at 48 kHz in pieces of shape (n,) or (n, 2), on the clock of the file; more channels are mixed down.

    Raises:
        MediaError: sound that cannot be decoded.
    """
    if media.sound is None:
        raise MediaError(f"{media.path}: has no sound")
    part = {"ss": span.start, "t": span.duration} if span else {}
    stream = source(media.path, **part)[str(media.sound.index)]
    stream = stream.filter("aresample", RATE, **{"async": 1, "first_pts": 0})
    return _pieces(stream, media.path, ffmpeg, channels, span.duration if span else media.duration)


def decoded(path: Path, ffmpeg: Ffmpeg, channels: int) -> Iterator[Samples]:
    """The first sound track of one of our own files, as `original`."""
    return _pieces(source(path)["a:0"], path, ffmpeg, channels, WHOLE_HOURS)


def encode(blocks: Iterable[Samples], target: Path, ffmpeg: Ffmpeg, channels: int, duration: float) -> None:
    """Blocks at 48 kHz as AAC in MP4.

    Raises:
        EngineError, StorageError: as `Ffmpeg.run`.
    """
    import ffmpeg as graphs

    sound = graphs.input("pipe:", format="f32le", ac=channels, ar=RATE)
    graph = sound.output(
        str(target), acodec="aac", aac_coder="fast", audio_bitrate=BITRATES[channels], ar=RATE, map_metadata=-1
    )
    with ffmpeg.process(graph, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        try:
            for block in blocks:
                process.stdin.write(np.ascontiguousarray(block, "<f4").data)
            process.stdin.close()
        except BrokenPipeError:
            pass  # ffmpeg has left: its own words are better, and come next
        ffmpeg.finish(process, target, duration)


def measure(path: Path, ffmpeg: Ffmpeg) -> Loudness:
    """How loud the first sound track of a finished file is, as it decodes."""
    import av

    with av.open(f"file:{path}", options={"protocol_whitelist": "file"}) as container:
        channels = min(STEREO, container.streams.audio[0].codec_context.channels)
    heard = envelope(decoded(path, ffmpeg, channels))
    loudness, peak = heard.loudness(), heard.peak
    return Loudness(
        round(loudness, 2) if np.isfinite(loudness) else None,
        round(heard.range, 2),
        round(peak, 2) if np.isfinite(peak) else None,
        channels,
    )


@stage(version=1)
def gauge(files: Sequence[Finished], ffmpeg: Ffmpeg) -> Sequence[Loudness]:
    """How loud each finished sound is."""
    return [measure(file.path, ffmpeg) for file in files]


@stage(version=1)
def survey(recordings: Sequence[Media], ffmpeg: Ffmpeg) -> Sequence[Room]:
    """What the room of each recording sounds like."""
    return [room(original(media, ffmpeg, 1, span=Span(0.0, min(SURVEYED, media.duration)))) for media in recordings]


def _pieces(stream: Any, about: Path, ffmpeg: Ffmpeg, channels: int, seconds: float) -> Iterator[Samples]:
    graph = stream.output("pipe:", format="f32le", ac=channels, ar=RATE)
    with ffmpeg.process(graph, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while piece := process.stdout.read(4 * channels * PIECE):
            samples = np.frombuffer(piece, "<f4")
            yield samples if channels == 1 else samples.reshape(-1, channels)
        ffmpeg.finish(process, about, seconds)
