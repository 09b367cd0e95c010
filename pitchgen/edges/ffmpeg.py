"""Decoding, encoding and muxing by the ffmpeg program: a graph as data, a process of its own, no shell.

Every input may be hostile: only local files and pipes may be opened, whatever a playlist inside asks for;
no run outlasts its time limit; location and device metadata of the phone are not passed on.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pitchgen.core.audio import Audio, Samples
from pitchgen.core.errors import MediaError, UnsupportedError
from pitchgen.core.media import Excerpt, Media, Stream
from pitchgen.core.picture import Look
from pitchgen.core.stage import stage
from pitchgen.core.transcript import Span
from pitchgen.dsp.fade import joined
from pitchgen.edges.labels import LABEL_SECONDS
from pitchgen.edges.opening import APART
from pitchgen.edges.picture import filtered, laid_out
from pitchgen.edges.program import Process, Program, Progress, source

SPEECH_RATE = 16_000  # Hz: what detectors and recognisers listen to
PRESET, QUALITY = "veryfast", 20  # x264: twice real time and more on two cores, no loss a phone would show
FILLED = 1.05  # of the least bitrate: the encoder may leave its buffer of a second partly empty
STEREO = 2
CANCELLED_DBFS = -40.0  # a mix quieter than this is looked at channel by channel
CANCELLED_BY = -10.0  # dB that a channel alone must be louder than the mix to be taken for it


@dataclass(frozen=True, slots=True)
class Track:
    """A subtitle or sound track of an output."""

    path: Path
    language: str
    """ISO 639-2/T."""
    title: str


class Ffmpeg(Program):
    """One ffmpeg program and what pitchgen asks of it."""

    def decode(self, media: Media, *, rate: int = SPEECH_RATE, span: Span | None = None) -> Audio:
        """The speech track as mono, on the clock of the file: sample 0 is its start, gaps are silence.

        Raises:
            MediaError: sound that cannot be decoded.
        """
        if media.sound is None:
            raise MediaError(f"{media.path}: has no sound")
        samples = self._decoded(media, media.sound, rate, span)
        if media.sound.channels == STEREO and _level(samples) < CANCELLED_DBFS:
            # One channel may be the other upside down (a microphone wired wrongly): their sum is silence
            sides = (self._decoded(media, media.sound, rate, span, side) for side in range(STEREO))
            samples = max(samples, *sides, key=lambda heard: _level(heard) - CANCELLED_BY * (heard is samples))
        return Audio(samples, rate)

    def _decoded(
        self, media: Media, sound: Stream, rate: int, span: Span | None, channel: int | None = None
    ) -> Samples:
        """All channels of `sound` mixed to one, or `channel` alone, shape (n_samples,)."""
        part = {"ss": span.start, "t": span.duration} if span else {}
        stream = source(media.path, **part)[str(sound.index)]
        if channel is not None:
            stream = stream.filter("channelmap", map=channel, channel_layout="mono")
        stream = stream.filter("aresample", rate, **{"async": 1, "first_pts": 0})
        graph = stream.output("pipe:", format="s16le", ac=1, ar=rate)
        seconds = span.duration if span else media.duration
        with self.process(graph, stdout=subprocess.PIPE) as process:
            samples = _read_samples(process, round(seconds * rate))
            self.finish(process, media.path, seconds)
        if not len(samples):
            raise MediaError(f"{media.path}: its sound cannot be decoded; export it again as MP4")
        return samples

    def subtitles(self, media: Media, index: int) -> str:
        """Subtitle stream `index` of the file as SRT text.

        Raises:
            MediaError: a stream that is no text.
        """
        graph = source(media.path)[str(index)].output("pipe:", format="srt")
        with self.process(graph, stdout=subprocess.PIPE) as process:
            text = process.stdout.read().decode("utf-8", "replace") if process.stdout else ""
            self.finish(process, media.path, media.duration)
        return text

    def encode_picture(
        self, media: Media, look: Look, target: Path, progress: Progress, *, until: float | None = None
    ) -> None:
        """The picture, upright, labelled for its first seconds, as H.264 that every player shows.

        It has a frame to start from soon after the label; with `until` it ends before the frame at that time.

        Raises:
            MediaError: a picture that cannot be decoded.
            StorageError: a full disk.
            UnsupportedError: an ffmpeg that cannot draw captions.
        """
        if media.picture is None:
            raise MediaError(f"{media.path}: has no picture")
        if look.captions and not self.draws_text:
            raise UnsupportedError(f"{self.binary}: cannot draw captions, it lacks libass; leave out --ffmpeg")
        with laid_out(look.captions) if look.captions else nullcontext() as typeset:
            picture = filtered(media.path, media.picture, look, typeset, until)
            environment = typeset.environment if typeset else None
            seconds = media.duration + look.clock.added
            keys = (
                f"expr:gte(t,n_forced*{look.key_seconds:g})"
                if look.key_seconds
                else f"{media.picture.start + LABEL_SECONDS + APART:g}"
            )

            def encode(**rate: Any) -> None:
                graph = picture.output(
                    str(target), vcodec="libx264", preset=PRESET, an=None, map_metadata=-1, map_chapters=-1,
                    fps_mode="cfr" if look.rate_hz else "vfr", force_key_frames=keys, **rate,
                )  # fmt: skip
                self.run(graph, media.path, seconds, progress, environment=environment)

            encode(crf=QUALITY, **_bounded(look.bits_per_second))
            least = look.least_bits_per_second
            if least and until is None and 8 * target.stat().st_size < least * seconds:  # a still picture: filled up
                steady = round(FILLED * least)
                encode(**{"b:v": steady, "x264-params": "nal-hrd=cbr:filler=1"}, minrate=steady, **_bounded(steady))

    def mux(
        self, picture: Path, sounds: Sequence[Track], captions: Sequence[Track], metadata: dict[str, str],
        target: Path, duration: float,
    ) -> None:  # fmt: skip
        """Picture, sounds and soft subtitles in one MP4, or Matroska by its suffix, nothing encoded again.

        Of the sounds and of the subtitles the first is what a player takes by itself.

        Raises:
            EngineError, StorageError: as `run`.
        """
        import ffmpeg

        inputs = [
            source(picture)["v"],
            *(source(track.path)["a"] for track in sounds),
            *(source(track.path)["s"] for track in captions),
        ]
        text = {"scodec": "srt" if target.suffix == ".mkv" else "mov_text"} if captions else {}
        form = {} if target.suffix == ".mkv" else {"movflags": "+faststart+use_metadata_tags"}
        graph = ffmpeg.output(
            *inputs,
            str(target),
            c="copy",
            copyts=None,  # else a picture that begins after the sound is moved to the start
            map_metadata=-1,
            **form,
            **text,
        )
        options = [w for name, value in metadata.items() for w in ("-metadata", f"{name}={value}")]
        for kind, tracks in (("a", sounds), ("s", captions)):
            for index, track in enumerate(tracks):
                names = (f"language={track.language}", f"title={track.title}", f"handler_name={track.title}")
                options += [w for name in names for w in (f"-metadata:s:{kind}:{index}", name)]
                options += [f"-disposition:{kind}:{index}", "0" if index else "default"]
        self.run(graph, target, duration, repeated=options)


def _bounded(bits: int | None) -> dict[str, int]:
    """What keeps the encoder below a bitrate: its buffer holds a second, so no part of the file is much above."""
    return {"maxrate": bits, "bufsize": bits} if bits else {}


def _read_samples(process: Process, expected: int) -> Samples:
    """16-bit samples from the process's output as float32, in one array: an hour is held once."""
    assert process.stdout is not None
    samples: Samples = np.empty(max(expected, 1) + SPEECH_RATE, np.float32)
    filled = 0
    rest = b""
    while piece := process.stdout.read(1 << 18):
        piece = rest + piece
        rest = piece[len(piece) // 2 * 2 :]
        part = np.frombuffer(piece, "<i2", count=len(piece) // 2)
        if filled + len(part) > len(samples):
            samples = np.concatenate([samples, np.empty(len(samples), np.float32)])
        np.divide(part, 32768, out=samples[filled : filled + len(part)], dtype=np.float32)
        filled += len(part)
    return samples[:filled]


def _level(samples: Samples) -> float:
    """Root mean square in dBFS."""
    return float(20 * np.log10(max(1e-9, np.sqrt(np.dot(samples, samples) / len(samples)))))


@stage(version=2)
def decode(recordings: Sequence[Media], ffmpeg: Ffmpeg) -> Sequence[Audio]:
    """The speech of each recording at 16 kHz."""
    return [ffmpeg.decode(media) for media in recordings]


@stage(version=1)
def excerpt(excerpts: Sequence[Excerpt], ffmpeg: Ffmpeg) -> Sequence[Audio]:
    """The passages of each excerpt, joined without a click."""
    return [
        joined([ffmpeg.decode(wanted.media, rate=wanted.rate, span=span) for span in wanted.spans], wanted.rate)
        for wanted in excerpts
    ]
