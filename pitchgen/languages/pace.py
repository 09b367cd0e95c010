"""How long a text takes to say, before anybody has said it: the one estimate that all who plan by it share."""

from __future__ import annotations

from itertools import pairwise

from pitchgen.languages import LANGUAGES

# Fitted to espeak-ng's voices saying the samples in 32 languages (docs/timing.md): 11 % off, 8 % within a language,
# where characters alone are 26 % and 17 % off
DIGIT = 4  # characters of speech that a digit stands for: 39 is thirty-nine
PAUSE = 2  # characters of speech that a pause at a mark lasts as long as
MARKS = frozenset(".,;:!?…、。，；：！？،؛؟।۔።፣၊။")


def seconds(text: str, language: str) -> float:
    """How long `text` takes in a language (BCP-47) at its usual pace."""
    digits = sum(character.isdigit() for character in text)
    return (len(text) + (DIGIT - 1) * digits + PAUSE * _pauses(text)) / LANGUAGES[language].pace


def characters(time: float, language: str) -> int:
    """How many characters of a language can be said in `time` seconds, one at least."""
    return max(1, round(time * LANGUAGES[language].pace))


def _pauses(text: str) -> int:
    """Marks that a speaker stops at: not the one at the end, nor one within a number."""
    return sum(mark in MARKS and not after.isalnum() for mark, after in pairwise(text))
