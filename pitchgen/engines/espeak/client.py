"""What engines see of espeak-ng: one worker process for each Python process, restarted when it dies."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

import pitchgen.engines.espeak as package
from pitchgen.core.audio import Audio
from pitchgen.core.errors import EngineError, MissingWeights
from pitchgen.engines.espeak.protocol import RATE, Reply, Request, read_reply, write_request

WORDS_PER_MINUTE = 175  # espeak's own default
SLOWEST, FASTEST = 80, 450  # words per minute: the limits of speak_lib.h
OWN_PITCH, OWN_RANGE = 50, 50
LOWEST_PITCH, HIGHEST_PITCH = 30, 90  # outside, plain voices distort
LOWEST_PITCH_OF_VARIANTS = 32  # below, espeak-ng 1.52 crashes with variants such as +f4
LONGEST = 5_000  # characters: five minutes of speech, far above any sentence
PATIENCE = 20.0  # seconds: above the worker's own limit, so that the worker is the first to give up


@dataclass(frozen=True, slots=True)
class Word:
    """Where a word is heard, and where it stands."""

    time: float
    """Seconds from the start of the speech."""
    position: int
    """Index of its first character in the text."""


@dataclass(frozen=True, slots=True)
class Speech:
    """What espeak-ng said."""

    audio: Audio
    """At 22,050 Hz."""
    words: tuple[Word, ...]
    """In order; in Mandarin about one for each character."""


class Espeak:
    """A lazily started espeak-ng process; calls from several threads take turns.

    The same request gives the same samples, in every process, with the same espeak-ng.
    """

    def __init__(self, *, patience: float = PATIENCE, command: Sequence[str] | None = None) -> None:
        self._patience = patience
        self._command = command
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()

    def speak(
        self,
        text: str,
        voice: str,
        *,
        rate: int = WORDS_PER_MINUTE,
        pitch: int = OWN_PITCH,
        intonation: int = OWN_RANGE,
    ) -> Speech:
        """Say `text`; parameters outside of what is safe are clamped.

        Raises:
            EngineError: espeak-ng refused, or failed twice; the message names the text.
            MissingWeights: espeak-ng is not installed.
        """
        if len(text) > LONGEST:
            raise EngineError(f"{len(text)} characters are too long to be said at once: {_quoted(text)}")
        lowest = LOWEST_PITCH_OF_VARIANTS if "+" in voice else LOWEST_PITCH
        request = Request(
            text.replace("\0", " "),
            voice,
            rate=_clamp(rate, SLOWEST, FASTEST),
            pitch=_clamp(pitch, lowest, HIGHEST_PITCH),
            range=_clamp(intonation, 0, 100),
        )
        reply = self._answer(request)
        samples = np.frombuffer(reply.pcm, np.int16).astype(np.float32) / np.float32(32768)
        return Speech(Audio(samples, RATE), tuple(Word(sample / RATE, at) for sample, at in reply.words))

    def close(self) -> None:
        """End the process; the next request starts another."""
        with self._lock:
            self._stop()

    def _answer(self, request: Request) -> Reply:
        """The reply to `request`, from a second process where the first one failed at it."""
        if self._owner != os.getpid():
            self._disown()
        with self._lock:
            for _ in range(2):
                reply = self._exchange(request)
                if reply.error is None:
                    return reply
                if not reply.crashed:
                    break
                self._stop()
        raise EngineError(f"{reply.error}; it could not say {_quoted(request.text)}")

    def _exchange(self, request: Request) -> Reply:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        watchdog = threading.Timer(self._patience, process.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            write_request(process.stdin, request)
            reply = read_reply(process.stdout)
        except BrokenPipeError:
            reply = None
        finally:
            watchdog.cancel()
        return reply or Reply(error="espeak-ng's process died or did not answer in time", crashed=True)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                self._command or _worker(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=_root(),  # where `-m` looks first: never the user's folder, which may hold any json.py
                start_new_session=True,  # the terminal's interrupt is for us; the worker ends with its input
            )
            self._end = weakref.finalize(self, _end, self._process, os.getpid())
        return self._process

    def _stop(self) -> None:
        if self._process is not None:
            self._end()
            self._process = None

    def _disown(self) -> None:
        """After a fork of this process: the worker is the parent's, and its lock may be held for ever."""
        self._owner = os.getpid()
        self._lock = threading.Lock()
        if self._process is not None:
            self._process.returncode = 0
            self._process = None


@lru_cache(maxsize=1)
def shared() -> Espeak:
    """The espeak-ng of this process."""
    return Espeak()


def release() -> str:
    """Name and version of the wheel that carries espeak-ng.

    Raises:
        MissingWeights: it is not installed.
    """
    try:
        return f"espeakng-loader-{version('espeakng-loader')}"
    except PackageNotFoundError:
        raise MissingWeights("espeak-ng is not installed; pip install espeakng-loader") from None


def _worker() -> list[str]:
    """The command of the worker process, with where the wheel keeps the library and its data."""
    release()
    import espeakng_loader

    paths = [espeakng_loader.get_library_path(), espeakng_loader.get_data_path()]
    return [sys.executable, "-m", "pitchgen.engines.espeak.worker", *paths]


def _root() -> Path:
    """The folder from which this very package is imported."""
    return Path(package.__file__).resolve().parents[3]


def _end(process: subprocess.Popen[bytes], owner: int) -> None:
    if os.getpid() != owner:
        return
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except BrokenPipeError:
                continue
    process.wait()


def _clamp(value: float, low: int, high: int) -> int:
    return round(min(max(value, low), high))


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
