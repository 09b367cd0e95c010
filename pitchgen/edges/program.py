"""The ffmpeg program at work: a process of its own, no shell, a time limit, its complaints in one line."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from pitchgen.core.errors import EngineError, InputError, MediaError, StorageError

STARTUP = 60.0  # seconds every run is given, however short the media
SECONDS_PER_SECOND = 30.0  # a run may take this many times the media's duration before it is stopped
ERROR_LINES = 3  # of ffmpeg's own words that a message quotes

Progress = Callable[[float], None]
"""Told how many seconds of the media are done."""


def source(path: Path, **options: Any) -> Any:
    """An input that may open nothing but itself."""
    import ffmpeg

    return ffmpeg.input(f"file:{path}", protocol_whitelist="file,pipe", **options)


class Program:
    """One ffmpeg program: found, started, waited for."""

    def __init__(self, binary: str | None = None) -> None:
        self._binary = binary

    @cached_property
    def binary(self) -> str:
        """Path of the program: the one named, or the one of the imageio-ffmpeg wheel.

        Raises:
            InputError: the named program is not there.
        """
        if self._binary:
            found = shutil.which(self._binary)
            if not found:
                raise InputError(f"{self._binary}: no such ffmpeg program; leave it out to use the packaged one")
            return found
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())

    @cached_property
    def version(self) -> str:
        """The program's own version."""
        words = subprocess.run([self.binary, "-version"], capture_output=True, text=True, check=False).stdout.split()
        return words[2] if len(words) > 2 else "unknown"

    @cached_property
    def draws_text(self) -> bool:
        """Whether it has libass."""
        listed = subprocess.run([self.binary, "-hide_banner", "-filters"], capture_output=True, text=True, check=False)
        return " ass " in listed.stdout

    @property
    def fingerprint(self) -> str:
        """What decides the bytes it writes."""
        return f"ffmpeg:{self.version}"

    def run(
        self,
        graph: Any,
        about: Path,
        seconds: float,
        progress: Progress | None = None,
        repeated: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Run `graph` over `seconds` of media; `repeated` are output options that come more than once.

        `environment` is added to that of this process.

        Raises:
            StorageError: a full disk.
            MediaError: ffmpeg refused the input; the message quotes it.
            EngineError: it took too long.
        """
        if progress:
            graph = graph.global_args("-progress", "pipe:1", "-nostats")
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "preexec_fn": _die_with_parent} if progress else {}
        if environment:
            pipes["env"] = {**os.environ, **environment}
        with self.process(graph, repeated, **pipes) as process:
            if progress and process.stdout:
                for done in seconds_done(process.stdout):
                    progress(min(done, seconds))
            self.finish(process, about, seconds)

    @contextmanager
    def process(self, graph: Any, repeated: Sequence[str] = (), **pipes: Any) -> Iterator[Process]:
        """ffmpeg at work on `graph`; gone when the block ends, whatever happened in it."""
        *options, target = graph.get_args()
        command = [self.binary, "-hide_banner", "-loglevel", "error", "-y", *options, *repeated, target]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, **pipes}
        with tempfile.TemporaryFile() as words:
            process = Process(command, stderr=words, **pipes)
            process.words = words
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()
                process.wait()
                for pipe in (process.stdin, process.stdout):
                    if pipe and not pipe.closed:
                        pipe.close()

    def finish(self, process: Process, about: Path, seconds: float) -> None:
        """Wait for the end of a run and say what went wrong in it."""
        with _deadline(process, STARTUP + SECONDS_PER_SECOND * seconds) as late:
            code = process.wait()
        if late.is_set():
            raise EngineError(f"{about}: ffmpeg took too long and was stopped", retryable=True)
        if code == 0:
            return
        process.words.seek(0)
        words = process.words.read().decode("utf-8", "replace")
        if "No space left on device" in words:
            raise StorageError(f"{about}: the disk is full; make room and run the same command again")
        last = "; ".join(line.strip() for line in words.splitlines()[-ERROR_LINES:]) or f"exit code {code}"
        raise MediaError(f"{about}: ffmpeg cannot use it: {last}")


class Process(subprocess.Popen[bytes]):
    """A process that knows where its complaints are kept."""

    words: IO[bytes]


@contextmanager
def _deadline(process: Process, seconds: float) -> Iterator[threading.Event]:
    """Kill `process` when it has run `seconds` more, and say so.

    `Popen.wait` with a time limit looks only now and then, and notices the end of a mux of 50 ms up to 50 ms late.
    """
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    watchdog = threading.Timer(seconds, stop)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield late
    finally:
        watchdog.cancel()


_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    """Run in the child before ffmpeg starts: an encode of minutes must not outlive a killed pitchgen.

    The shorter runs need no such thing, they end at the broken pipe; nor can other systems than Linux do it.
    """
    if _libc:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def seconds_done(lines: IO[bytes]) -> Iterator[float]:
    """Seconds done, as ffmpeg's `-progress` tells them."""
    for line in lines:
        name, _, value = line.decode("ascii", "replace").partition("=")
        if name == "out_time_us" and value.strip().lstrip("-").isdigit():
            yield max(0.0, int(value) / 1e6)
