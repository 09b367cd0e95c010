"""Asks an engine in its own environment: one process, started when it is needed and again when it dies."""

from __future__ import annotations

import os
import subprocess
import threading
import weakref
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pitchgen.core.errors import EngineError
from pitchgen.engines.worker import serve

START_PATIENCE = 300.0  # seconds until the engine's packages are imported: torch from a cold disk takes minutes
PATIENCE = 600.0  # seconds for one request: the first one loads the weights
DRAIN_PATIENCE = 5.0  # seconds for the process to end by itself once its input has ended
LAST_LINES = 20  # kept of what it writes to standard error


@dataclass(frozen=True, slots=True)
class Reply:
    """What an engine answered."""

    result: dict[str, Any]
    """JSON, as the engine's file makes it."""
    samples: bytes
    """float32 in little-endian order, mono."""


class Worker:
    """A process that is started lazily; calls from several threads take turns."""

    def __init__(
        self,
        name: str,
        python: Path,
        program: Path,
        *,
        patience: float = PATIENCE,
        start_patience: float = START_PATIENCE,
    ) -> None:
        """Run `program`, the engine's file, by `serve` under `python`, and call it `name` in messages."""
        self.name = name
        self._command = [str(python), "-I", serve.__file__, str(program)]
        self._patience, self._start_patience = patience, start_patience
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._owner = os.getpid()

    def health(self) -> dict[str, str]:
        """Versions of Python and of the engine's packages, from a process that answers.

        Raises:
            EngineError: it does not start.
        """
        self._disown_after_fork()
        with self._lock:
            return dict(self._started().versions)

    def ask(self, verb: str, options: Mapping[str, object], samples: bytes = b"") -> Reply:
        """What the engine answers; a process that dies of a request is started again, once.

        Raises:
            EngineError: it refused, did not answer in time, or died twice; the message has its last words.
        """
        self._disown_after_fork()
        frame = serve.encode_frame({"verb": verb, "options": dict(options)}, samples)
        with self._lock:
            for _ in range(2):
                running = self._started()
                reply = running.exchange(frame, self._patience)
                if reply is not None:
                    head, sound = reply
                    if head["error"] is not None:
                        raise EngineError(f"{self.name}: {head['error']}")
                    return Reply(head["result"], sound)
                self._stop()
                if running.late:
                    message = f"{self.name} did not answer within {self._patience:g} s"
                    raise EngineError(message, retryable=True)
        raise EngineError(f"{self.name} died twice: {running.last_words()}", retryable=True)

    def close(self) -> None:
        """Let the request in progress end, then the process; the next request starts another."""
        self._disown_after_fork()
        with self._lock:
            self._stop()

    def _started(self) -> _Running:
        """The process, which has said hello."""
        if self._running is not None and not self._running.alive:
            self._stop()
        if self._running is None:
            running = _Running(self._command)
            self._end = weakref.finalize(self, running.end, os.getpid())
            self._running = running
            if not running.greet(self._start_patience):
                late = running.late
                self._stop()
                why = f"it took more than {self._start_patience:g} s" if late else running.last_words()
                raise EngineError(f"{self.name} does not start: {why}", retryable=late)
        return self._running

    def _stop(self) -> None:
        if self._running is not None:
            self._end()
            self._running = None

    def _disown_after_fork(self) -> None:
        """In a forked process: the worker is the parent's, and its lock may be held for ever."""
        if self._owner != os.getpid():
            self._owner, self._lock, self._running = os.getpid(), threading.Lock(), None


class _Running:
    """A process, its pipes, and what it wrote to standard error last."""

    def __init__(self, command: list[str]) -> None:
        pipe = subprocess.PIPE
        try:
            # a session of its own: the terminal's interrupt is for us, the worker ends with its input
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True)
        except OSError as error:
            raise EngineError(f"{command[0]} cannot be started: {error.strerror}") from None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._requests: IO[bytes] = self._process.stdin
        self._replies: IO[bytes] = self._process.stdout
        self._lines: deque[str] = deque(maxlen=LAST_LINES)
        self._listener = threading.Thread(target=_listen, args=(self._process.stderr, self._lines), daemon=True)
        self._listener.start()
        self.versions: dict[str, str] = {}
        self.late = False
        """Whether it was ended because it did not answer in time."""

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def greet(self, patience: float) -> bool:
        """Whether it says in time that it is ready."""
        hello = self.exchange(b"", patience)
        if hello is not None:
            self.versions = hello[0]["versions"]
        return hello is not None

    def exchange(self, frame: bytes, patience: float) -> tuple[dict[str, Any], bytes] | None:
        """The reply to `frame`; None where the process dies, or is ended because time is up."""
        watchdog = threading.Timer(patience, self._time_is_up)
        watchdog.daemon = True
        watchdog.start()
        try:
            self._requests.write(frame)
            self._requests.flush()
            return serve.read_frame(self._replies)
        except (BrokenPipeError, ValueError):
            return None
        finally:
            watchdog.cancel()

    def _time_is_up(self) -> None:
        self.late = True
        self._process.kill()

    def last_words(self) -> str:
        """The last line that it wrote to standard error, or how it ended."""
        self._listener.join(1.0)
        return next((line for line in reversed(self._lines) if line), f"exit status {self._process.returncode}")

    def end(self, owner: int) -> None:
        """Close its input, wait for it, and end it where it goes on; only in the process that started it."""
        if os.getpid() != owner:
            return
        with suppress(BrokenPipeError):  # it has ended already
            self._requests.close()
        try:
            self._process.wait(DRAIN_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._replies.close()
        self._listener.join(1.0)


def _listen(stream: IO[bytes], lines: deque[str]) -> None:
    """Keep the last lines of `stream`; it must be read, or the process stands still when the pipe is full."""
    with stream:
        for line in stream:
            lines.append(" ".join(line.decode("utf-8", "replace").split()))
