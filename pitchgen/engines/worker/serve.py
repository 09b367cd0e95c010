"""The process of an engine in its own environment: `python -I serve.py ENGINE_FILE`, requests in, replies out.

Standard library only, and nothing of pitchgen: the environment has neither. The engine's file has a function
`answer(verb, options, samples)` that returns a dictionary and samples, and `versions()`. Also the one place where
frames are written and read: length-prefixed JSON, then samples.
"""

from __future__ import annotations

import importlib.util
import json
import os
import struct
import sys
import threading
import time
from collections.abc import Mapping
from typing import IO, Any

LENGTHS = struct.Struct(">II")  # bytes of JSON, bytes of samples
PROTOCOL = 1
ORPHANED = 0.5  # seconds between looks at whether the parent is still there


def encode_frame(head: Mapping[str, object], body: bytes = b"") -> bytes:
    """A frame as it travels."""
    encoded = json.dumps(head).encode()
    return LENGTHS.pack(len(encoded), len(body)) + encoded + body


def read_frame(stream: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """The next frame; None where the stream ends before it is whole."""
    lengths = stream.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    head_bytes, body_bytes = LENGTHS.unpack(lengths)
    head, body = stream.read(head_bytes), stream.read(body_bytes)
    if len(head) < head_bytes or len(body) < body_bytes:
        return None
    return json.loads(head), body


def main() -> None:
    """Serve requests until the input ends or the parent does."""
    requests, replies = own_streams()
    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    engine = _engine(sys.argv[1])
    versions = {"python": sys.version.split()[0], **engine.versions()}
    replies.write(encode_frame({"protocol": PROTOCOL, "versions": versions}))
    replies.flush()
    while (request := read_frame(requests)) is not None:
        head, samples = request
        try:
            result, sound = engine.answer(head["verb"], head["options"], samples)
            reply = encode_frame({"result": result, "error": None}, sound)
        except Exception as error:  # whatever the engine's libraries raise is the client's to tell
            line = " ".join(f"{type(error).__name__}: {error}".split())
            reply = encode_frame({"result": {}, "error": line})
        replies.write(reply)
        replies.flush()


def own_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Requests and replies, on descriptors that no library knows: what these print goes to standard error."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return requests, replies


def _engine(path: str) -> Any:
    spec = importlib.util.spec_from_file_location("engine", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def end_with(parent: int) -> None:
    """End this process when its parent has ended, whatever it is doing."""
    while os.getppid() == parent:
        time.sleep(ORPHANED)
    os._exit(0)


if __name__ == "__main__":
    main()
