"""What the client and the worker send each other, in the frames that all workers use; samples are of 16 bits.

Standard library only, so that the worker starts quickly and forks cheaply.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import IO

from pitchgen.engines.worker.serve import encode_frame, read_frame

RATE = 22_050  # Hz: what espeak-ng's voices are made at


@dataclass(frozen=True, slots=True)
class Request:
    """Something to be said, in espeak's own units."""

    text: str
    voice: str
    """espeak's name of a voice, with or without a variant: `cmn`, `en-us+f4`."""
    rate: int
    """Words per minute."""
    pitch: int
    """0 to 100; 50 is the voice's own."""
    range: int
    """0 (monotone) to 100; 50 is the voice's own."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What was said, or why not."""

    words: tuple[tuple[int, int], ...] = ()
    """For each word the first sample and the index of its first character in the text."""
    pcm: bytes = b""
    """Signed 16-bit mono samples at `RATE`, in this machine's byte order."""
    error: str | None = None
    crashed: bool = False
    """The speech failed by a signal or a hang, not by a refusal."""


def write_request(stream: IO[bytes], request: Request) -> None:
    """Send `request` and flush."""
    stream.write(encode_frame(asdict(request)))
    stream.flush()


def read_request(stream: IO[bytes]) -> Request | None:
    """The next request; None at the end of the stream."""
    frame = read_frame(stream)
    return None if frame is None else Request(**frame[0])


def encode_reply(reply: Reply) -> bytes:
    """`reply` as it travels."""
    head = {"words": reply.words, "error": reply.error, "crashed": reply.crashed}
    return encode_frame(head, reply.pcm)


def read_reply(stream: IO[bytes]) -> Reply | None:
    """The next reply; None where the stream ends before it is whole."""
    frame = read_frame(stream)
    if frame is None:
        return None
    head, pcm = frame
    words = tuple((sample, position) for sample, position in head["words"])
    return Reply(words, pcm, head["error"], head["crashed"])
