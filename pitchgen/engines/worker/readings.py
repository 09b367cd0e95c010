"""How Arabic, Hebrew and Japanese are read, in an environment of its own: run by `serve`, imports nothing of pitchgen.

Their writing leaves out what a voice has to say. Arabic and Hebrew get their vowels from the networks that the wheel of
piper-tts carries (libtashkeel; Nakdimon); Japanese becomes kana by Open JTalk, which also knows how numbers and
counters sound together. piper-tts is GPL-3, one more reason for a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from importlib.metadata import version
from typing import Any

_NETWORKS = {"ar": ("piper.tashkeel", "TashkeelDiacritizer"), "he": ("piper.hebrew", "NakdimonDiacritizer")}


def versions() -> dict[str, str]:
    """Of the packages that change what is said."""
    return {name: version(name) for name in ("piper-tts", "pyopenjtalk-plus")}


def answer(verb: str, options: dict[str, Any], samples: bytes) -> tuple[dict[str, Any], bytes]:
    """A text as it is read. Options: text, language (BCP-47)."""
    del samples
    if verb != "read":
        raise ValueError(f"it does not know how to {verb}")
    return {"text": _reader(options["language"])(options["text"])}, b""


@lru_cache
def _reader(language: str) -> Callable[[str], str]:
    if language == "ja":
        library = import_module("pyopenjtalk")
        return lambda text: str(library.g2p(text, kana=True))
    module, name = _NETWORKS[language]
    pointed: Callable[[str], str] = getattr(import_module(module), name)()
    return pointed
