"""What the client and the worker send each other: length-prefixed JSON, then 16-bit samples.

Standard library only, so that the worker starts quickly and forks cheaply.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import IO, Any

RATE = 22_050  # Hz: what espeak-ng's voices are made at
LENGTHS = struct.Struct(">II")  # bytes of JSON, bytes of samples


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
    stream.write(_frame(asdict(request), b""))
    stream.flush()


def read_request(stream: IO[bytes]) -> Request | None:
    """The next request; None at the end of the stream."""
    frame = _read(stream)
    return None if frame is None else Request(**frame[0])


def encode_reply(reply: Reply) -> bytes:
    """`reply` as it travels."""
    head = {"words": reply.words, "error": reply.error, "crashed": reply.crashed}
    return _frame(head, reply.pcm)


def read_reply(stream: IO[bytes]) -> Reply | None:
    """The next reply; None where the stream ends before it is whole."""
    frame = _read(stream)
    if frame is None:
        return None
    head, pcm = frame
    words = tuple((sample, position) for sample, position in head["words"])
    return Reply(words, pcm, head["error"], head["crashed"])


def _frame(head: Mapping[str, object], body: bytes) -> bytes:
    encoded = json.dumps(head).encode()
    return LENGTHS.pack(len(encoded), len(body)) + encoded + body


def _read(stream: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    lengths = stream.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    head_bytes, body_bytes = LENGTHS.unpack(lengths)
    head, body = stream.read(head_bytes), stream.read(body_bytes)
    if len(head) < head_bytes or len(body) < body_bytes:
        return None
    return json.loads(head), body
