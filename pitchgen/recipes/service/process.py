"""The process that performs stages, and how it is asked: whatever it does to itself, its supervisor lives on.

    python -m pitchgen.recipes.service.process    orders in, steps and an answer out, framed as an engine's process does

Networks stay loaded from one order to the next. It ends with its input or with its parent.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import IO, Any

import msgspec

from pitchgen.core.errors import EngineError, PitchgenError, StorageError, in_one_line, without_paths
from pitchgen.core.hosting import Hosting
from pitchgen.engines.worker.serve import encode_frame, end_with, own_streams, read_frame
from pitchgen.recipes.service.stages import Answer, Failure, Order, Performer, Step, Stopped, load_performer

LOOK = 0.2  # seconds between looks at whether a stage is still wanted
GRACE = 5.0  # seconds for a stage to stop by itself, which keeps the networks loaded
BUG = "something is wrong with the service; tell its operator the id of the job"
AWAY = "the service could not read or write its own storage; try again, or tell its operator the id of the job"
QUIET = 0.5  # seconds between steps that are passed on


class Crashed(Exception):
    """The process died of the stage, or was ended because it stood still."""


class StageProcess:
    """One process, started when it is needed and again when it has died; one order at a time."""

    def __init__(self, hosting: Hosting) -> None:
        self._hosting = hosting
        self._process: subprocess.Popen[bytes] | None = None
        self._replies: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self._reader: threading.Thread | None = None
        self.networks: dict[str, int] = {}
        """Those that were loaded when it last said something, and the bytes of their files."""

    def perform(self, order: Order, tell: Callable[[Step], None], wanted: Callable[[], bool]) -> Answer:
        """Have it done.

        Raises:
            Crashed: the process did not survive it.
            Stopped: it is not `wanted` any more.
        """
        process = self._running()
        requests = process.stdin
        assert requests is not None
        try:
            _send(requests, {"order": msgspec.to_builtins(order)})
            return self._attend(requests, tell, wanted)
        except _Left:
            raise Stopped("its run is over") from None
        except (BrokenPipeError, EOFError):
            code = self._ended()
            raise Crashed(f"its process died: {_how(code)}") from None
        except BaseException:
            self.kill()
            self._ended()
            raise

    def kill(self) -> None:
        """End the process, whatever it does; who waits for its answer finds it dead."""
        if (process := self._process) is not None:  # another thread may see it end at this moment
            process.kill()

    def _attend(self, requests: IO[bytes], tell: Callable[[Step], None], wanted: Callable[[], bool]) -> Answer:
        began = heard = time.monotonic()
        asked = 0.0
        while True:
            with suppress(Empty):
                head = self._replies.get(timeout=LOOK)
                if head is None:
                    raise EOFError
                heard = time.monotonic()
                self.networks = head["networks"]
                if "answer" in head:
                    return msgspec.convert(head["answer"], Answer)
                if "stopped" in head:
                    raise _Left
                tell(msgspec.convert(head["step"], Step))
            now = time.monotonic()
            if asked and now - asked > GRACE:
                raise Stopped("its run is over")
            if not asked and not wanted():
                asked = now
                _send(requests, {"stop": True})
            if now - heard > self._hosting.stall:
                raise _stuck(f"no progress for {self._hosting.stall:g} s")
            if now - began > self._hosting.patience:
                raise _stuck(f"not done after {self._hosting.patience:g} s")

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:  # it died while it had nothing to do
            self._ended()
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pitchgen.recipes.service.process"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                start_new_session=True,  # the terminal's interrupt is for the supervisor, which lets stages end
            )  # fmt: skip
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            # A thread reads: of two frames that come together, a buffer keeps the second where select sees none
            self._replies = SimpleQueue()
            self._reader = threading.Thread(target=_pass_on, args=(self._process.stdout, self._replies), daemon=True)
            self._reader.start()
            _send(self._process.stdin, {"hosting": msgspec.to_builtins(self._hosting, enc_hook=str)})
        return self._process

    def _ended(self) -> int:
        assert self._process is not None
        code = self._process.wait()
        if self._reader is not None:
            self._reader.join()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()
        self._process, self.networks = None, {}
        return code


def _pass_on(stream: IO[bytes], replies: SimpleQueue[dict[str, Any] | None]) -> None:
    """Put what the process says into a queue, and None when it has ended."""
    while (frame := read_frame(stream)) is not None:
        replies.put(frame[0])
    replies.put(None)


class _Left(Exception):
    """The process stopped the stage by itself."""


def main() -> None:
    """Perform orders until the input ends."""
    requests, replies = own_streams()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    first = read_frame(requests)
    if first is None:
        return
    hosting = msgspec.convert(first[0]["hosting"], Hosting, dec_hook=lambda kind, value: kind(value))
    performer = load_performer(hosting.performer, hosting)
    orders: SimpleQueue[Order] = SimpleQueue()
    stop = threading.Event()
    threading.Thread(target=_listen, args=(requests, orders, stop), daemon=True).start()

    def say(head: dict[str, Any]) -> None:
        _send(replies, {**head, "networks": performer.networks()})

    while True:
        order = orders.get()
        stop.clear()
        _perform(order, performer, stop, say, folders=(hosting.state.absolute(), hosting.state))


def _perform(
    order: Order, performer: Performer, stop: threading.Event, say: Callable[[dict[str, Any]], None], *,
    folders: Sequence[object],
) -> None:  # fmt: skip
    """Perform one order; say how far it is, and how it ended, of files in `folders` by their names alone."""
    said = 0.0

    def tell(step: Step) -> None:
        nonlocal said
        if stop.is_set():
            raise Stopped
        now = time.monotonic()
        if step.warning:
            step = replace(step, warning=without_paths(step.warning, folders))
        if step.warning or now - said > QUIET or step.done >= step.total:
            said = now
            say({"step": msgspec.to_builtins(step)})

    made = failure = None
    try:
        made = performer.perform(order, tell)
    except Stopped:
        say({"stopped": True})
        return
    except Exception as error:  # whatever it is, the supervisor tells it and goes on
        failure = _failure(error, folders)
    say({"answer": msgspec.to_builtins(Answer(made, failure, performer.measured()))})


def _listen(requests: IO[bytes], orders: SimpleQueue[Order], stop: threading.Event) -> None:
    while (frame := read_frame(requests)) is not None:
        if "stop" in frame[0]:
            stop.set()
        else:
            orders.put(msgspec.convert(frame[0]["order"], Order))
    os._exit(0)  # nobody is there to answer to


def _failure(error: Exception, folders: Sequence[object]) -> Failure:
    line = in_one_line(error) or type(error).__name__
    if not isinstance(error, PitchgenError):
        return Failure(type(error).__name__, BUG, f"{type(error).__name__}: {line}", retryable=False)
    # a disk may have room again and a storage answer again, a wrong language stays wrong
    passing = isinstance(error, StorageError) or (isinstance(error, EngineError) and error.retryable)
    told = AWAY if isinstance(error, StorageError) else without_paths(line, folders)
    return Failure(type(error).__name__, told, line, retryable=passing)


def _send(stream: IO[bytes], head: dict[str, Any]) -> None:
    stream.write(encode_frame(head))
    stream.flush()


def _stuck(why: str) -> Crashed:
    return Crashed(f"{why}: its process was ended")


def _how(code: int) -> str:
    return f"killed by signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


if __name__ == "__main__":
    main()
