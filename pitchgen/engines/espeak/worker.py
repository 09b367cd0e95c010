"""The process that speaks: `python -m pitchgen.engines.espeak.worker`, requests in, replies out.

Every request is served in a fork of the freshly initialised process. So a crash costs one request, a
hang is ended by an alarm, and the same request gives the same bytes whatever was said before: espeak-ng
carries state from one call into the next, and a fork starts from none.
"""

from __future__ import annotations

import os
import signal
import sys

from pitchgen.engines.espeak.library import Library
from pitchgen.engines.espeak.protocol import Reply, Request, encode_reply, read_request

HANG_SECONDS = 15  # 5,000 characters take about a second; a request that takes longer never ends


def main() -> None:
    """Serve requests until the input ends."""
    library: Library | str
    try:
        library = Library(*sys.argv[1:3])
    except OSError as error:
        library = str(error)
    while (request := read_request(sys.stdin.buffer)) is not None:
        reply = encode_reply(Reply(error=library)) if isinstance(library, str) else _served(library, request)
        sys.stdout.buffer.write(reply)
        sys.stdout.buffer.flush()


def _served(library: Library, request: Request) -> bytes:
    """The encoded reply to `request`, spoken in a fork."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _speak(library, request, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        reply = pipe.read()
    _, status = os.waitpid(child, 0)
    if status == 0:
        return reply
    return encode_reply(Reply(error=f"espeak-ng was ended: {_reason(status)}", crashed=True))


def _speak(library: Library, request: Request, writer: int) -> None:
    """Say `request` into `writer` and end this process."""
    signal.alarm(HANG_SECONDS)
    os.close(0)
    os.close(1)  # the client must see the end of the stream when the worker dies, not when this fork does
    try:
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(encode_reply(library.speak(request)))
    except BaseException:  # whatever it is, the fork must end here and never return to serve
        os._exit(1)
    os._exit(0)


def _reason(status: int) -> str:
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return f"exit status {os.waitstatus_to_exitcode(status)}"


if __name__ == "__main__":
    main()
