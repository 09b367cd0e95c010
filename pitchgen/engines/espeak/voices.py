"""Which espeak-ng voice speaks a language."""

from __future__ import annotations

from pitchgen.core.errors import UnsupportedError
from pitchgen.languages import LANGUAGES

_CODES = {"zh": "cmn", "en": "en-us", "no": "nb"}
"""BCP-47 to espeak-ng's own code, where they differ."""
_UNUSABLE = {
    "lo": "no voice",
    "km": "no voice",
    "tl": "no voice",
    "fil": "no voice",
    "th": "garbled phonemes",
    "my": "suspect phonemes",
}
"""Languages that espeak-ng 1.52 has no voice for, or none that a buyer could follow."""

READ_FIRST = frozenset({"ar", "he", "ja"})
"""Languages that espeak-ng reads without vowels, or letter by letter: `readings.py` writes them out for it."""
_SPOKEN = {code: _CODES.get(code, code) for code in LANGUAGES if code not in _UNUSABLE}
VOICES = {code: voice for code, voice in _SPOKEN.items() if code not in READ_FIRST}
"""BCP-47 code to espeak-ng's voice, for every language of ours that it can speak by itself."""


def voice_of(language: str) -> str:
    """espeak-ng's voice for a BCP-47 code.

    Raises:
        UnsupportedError: it has none that can be used.
    """
    if language not in _SPOKEN:
        reason = _UNUSABLE.get(language, "not one of ours")
        raise UnsupportedError(f"espeak-ng does not speak {language}: {reason}")
    return _SPOKEN[language]
