"""How espeak-ng reads Chinese: the syllable that it says for each character."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import espeakng_loader

SYNCHRONOUS, UTF_8 = 2, 1  # AUDIO_OUTPUT_SYNCHRONOUS, espeakCHARS_UTF8. Source: espeak-ng 1.52, speak_lib.h
SEPARATED = ord("/") << 8  # phoneme mode: espeak's own names with a stroke between them
VOICE = b"cmn"
OTHER_LANGUAGE = "("  # it reads some characters by their English names


@dataclass(frozen=True, slots=True)
class Syllable:
    """What one character sounds like, in espeak-ng's own names."""

    onset: str
    final: str
    tone: str

    def __str__(self) -> str:
        return f"{self.onset}.{self.final}.{self.tone}"


@lru_cache(maxsize=200_000)
def syllables(clause: str) -> tuple[Syllable, ...] | None:
    """The syllables of a clause of Chinese characters alone; None where espeak-ng does not say one for each."""
    phonemes = _phonemes(clause)
    found = () if OTHER_LANGUAGE in phonemes else tuple(_syllables(phonemes))
    return found if len(found) == len(clause) else None


def _phonemes(clause: str) -> str:
    rest = ctypes.c_char_p(clause.encode())
    parts = []
    while rest.value:
        parts.append(_library().espeak_TextToPhonemes(ctypes.byref(rest), UTF_8, SEPARATED).decode())
    return "|".join(parts)


def _syllables(phonemes: str) -> Iterator[Syllable]:
    """A vowel carries the tone; what stands before it is the onset, a nasal after it belongs to it."""
    for word in phonemes.replace("'", "").replace("_", "").replace(",", "").split("|"):
        names = [name for name in word.strip().split("/") if name]
        onset = ""
        at = 0
        while at < len(names):
            vowel, tone = _toned(names[at])
            at += 1
            if not tone:
                onset += vowel
                continue
            if at < len(names) and (names[at] == "N" or (names[at] == "n" and not _vowel_at(names, at + 1))):
                vowel += names[at]
                at += 1
            yield Syllable(onset, vowel, tone)
            onset = ""


def _toned(name: str) -> tuple[str, str]:
    bare = name.rstrip("0123456789")
    return bare, name[len(bare) :]


def _vowel_at(names: list[str], at: int) -> bool:
    return at < len(names) and bool(_toned(names[at])[1])


@lru_cache(maxsize=1)
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_Initialize(SYNCHRONOUS, 0, str(espeakng_loader.get_data_path()).encode(), 0)
    library.espeak_SetVoiceByName(VOICE)
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    return library


def known(clauses: Iterable[str]) -> tuple[Syllable, ...]:
    """All syllables of the clauses, in a lasting order."""
    found = {syllable for clause in clauses for syllable in syllables(clause) or ()}
    return tuple(sorted(found, key=str))
