"""The ctypes binding of libespeak-ng. Only the worker process imports it.

Source: espeak-ng 1.52, `src/include/espeak-ng/speak_lib.h`.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Any

from pitchgen.engines.espeak.protocol import Reply, Request

SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS: samples go to the callback, before espeak_Synth returns
DONT_EXIT = 0x8000  # espeakINITIALIZE_DONT_EXIT: a failure returns instead of ending the process
CHARS_UTF8 = 1
POS_CHARACTER = 1
RATE, VOLUME, PITCH, RANGE = 1, 2, 3, 4  # espeak_PARAMETER
END_OF_LIST, WORD = 0, 1  # espeak_EVENT_TYPE
SEED = 1  # of espeak's own random numbers, which roughen its voices


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    )


class _Voice(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Library:
    """libespeak-ng, initialised once in this process.

    Raises:
        OSError: the library or its data cannot be loaded.
    """

    def __init__(self, library: str, data: str) -> None:
        self._lib = ctypes.CDLL(library)
        # espeak keeps 159 bytes of its data path; from inside the folder above it any path is short
        os.chdir(Path(data).parent)
        name = os.fsencode(Path(data).name)
        if self._lib.espeak_Initialize(SYNCHRONOUS, 0, name, DONT_EXIT) <= 0:
            raise OSError(f"espeak-ng cannot read its data in {data}")
        self._callback = _Callback(self._heard)
        self._lib.espeak_SetSynthCallback(self._callback)
        self._pcm: list[bytes] = []
        self._words: list[tuple[int, int]] = []

    def speak(self, request: Request) -> Reply:
        """Say `request`; a voice that espeak does not have is an error in the reply."""
        if self._lib.espeak_SetVoiceByName(request.voice.encode()) != 0:
            return Reply(error=f"espeak-ng has no voice {request.voice!r}")
        self._lib.espeak_ng_SetRandSeed(ctypes.c_long(SEED))
        for parameter, value in ((RATE, request.rate), (PITCH, request.pitch), (RANGE, request.range)):
            self._lib.espeak_SetParameter(parameter, value, 0)
        self._pcm, self._words = [], []
        text = request.text.encode() + b"\0"
        status = self._lib.espeak_Synth(text, ctypes.c_size_t(len(text)), 0, POS_CHARACTER, 0, CHARS_UTF8, None, None)
        if status != 0:
            return Reply(error=f"espeak_Synth returned {status}")
        return Reply(tuple(self._words), b"".join(self._pcm))

    def phonemes(self, text: str, voice: str) -> str:
        """The phonemes that `text` is read as, in IPA: for looking at how numbers are read."""
        self._lib.espeak_SetVoiceByName(voice.encode())
        self._lib.espeak_TextToPhonemes.restype = ctypes.c_char_p
        buffer = ctypes.create_string_buffer(text.encode())
        position = ctypes.c_char_p(ctypes.addressof(buffer))
        clauses = []
        while position.value:
            clauses.append(self._lib.espeak_TextToPhonemes(ctypes.byref(position), CHARS_UTF8, 2) or b"")
        return b" ".join(clauses).decode()

    def voices(self) -> dict[str, list[str]]:
        """Of each voice file the language tags that espeak knows it by."""
        self._lib.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        voices = self._lib.espeak_ListVoices(None)
        found: dict[str, list[str]] = {}
        index = 0
        while voices[index]:
            voice = voices[index].contents
            found[voice.identifier.decode()] = _tags(voice.languages)
            index += 1
        return found

    def _heard(self, wave: Any, count: int, events: Any) -> int:
        if wave and count > 0:
            self._pcm.append(ctypes.string_at(wave, count * 2))
        index = 0
        while events[index].type != END_OF_LIST:
            if events[index].type == WORD:
                self._words.append((events[index].sample, events[index].text_position - 1))
            index += 1
        return 0


def _tags(address: int) -> list[str]:
    """A list of (priority byte, zero-ended tag), ended by a zero byte."""
    tags = []
    while ctypes.string_at(address, 1) != b"\0":
        tag = ctypes.string_at(address + 1)
        tags.append(tag.decode())
        address += len(tag) + 2
    return tags
