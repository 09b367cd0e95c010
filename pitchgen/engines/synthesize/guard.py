"""What is wrong with a sentence that a neural voice has said: silence, clipping, a wrong length, a loop.

Neural voices fail now and then: they stop early, babble on, or hang on a sound. All of that can be measured
without knowing what the sentence should sound like.
"""

from __future__ import annotations

import math
import unicodedata

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.audio import Audio
from pitchgen.dsp.resample import resample
from pitchgen.dsp.spectrum import HOP, RATE, cepstra

SILENT = 1e-3  # of full scale: a peak below it is no speech
FULL = 0.999  # of full scale: what a limiter or a saturated vocoder leaves
CLIPPED = 0.005  # of the samples: speech at its loudest touches full scale in far fewer

LETTERS_PER_SECOND = 14.0
"""Of alphabetic languages. Source: 6 to 8 syllables of 2 to 2.5 letters a second, F. Pellegrino and others (2011),
"A cross-language perspective on speech information rate"."""
PACES = {"zh": 5.0, "yue": 5.0, "ja": 6.0, "ko": 6.0, "ar": 10.0, "he": 10.0, "hi": 12.0, "th": 11.0}
"""Characters a second where one is a syllable (Chinese, Korean), nearly one (Japanese), or vowels are not written."""
TOO_FAST, TOO_SLOW = 3.0, 3.0
"""Times the usual pace. The fastest speech is twice the usual one, and the slowest reading half of it; the rest is for
what the text does not show: names, abbreviations, English within Chinese."""
START = 1.5  # seconds that any sentence may take on top: breath, and the pauses of a list
DIGIT = (1, 8)  # letters that a digit is at least and at most, when read: 7 in 700, a digit of 3.75
SIGN = (0, 5)  # letters that a sign is: nothing as punctuation, `slash` in an address
CAPITAL = (1, 4)  # letters that a capital is: itself in a name, `double u` in an abbreviation

FRAME = HOP / RATE  # seconds
SHORTEST_LAG, LONGEST_LAG = 0.06, 2.0  # seconds: of what comes back in a loop, a single sound to a few words
USUAL = 15.0  # distance between the mel cepstra of two frames of speech; measured 15 to 33
SAME = 0.25  # of the usual distance in this recording: closer, and it is the same sound again
LOOPED = 1.2  # seconds of it in a row: no vowel is held for so long, no word comes back so exactly
LOUD_DB = 30.0  # frames this far below the loudest are pauses, which are alike by right


def expected_seconds(text: str, language: str) -> tuple[float, float]:
    """The shortest and the longest time in which `text` can be said in `language` (BCP-47)."""
    pace = PACES.get(language.partition("-")[0], LETTERS_PER_SECOND)
    fewest, most = 0.0, 0.0
    for character in text:
        low, high = _letters(character, pace)
        fewest, most = fewest + low, most + high
    return fewest / TOO_FAST, START + most * TOO_SLOW


def _letters(character: str, pace: float) -> tuple[float, float]:
    """Seconds that a character takes at the usual pace, at least and at most."""
    kind = unicodedata.category(character)
    if kind.startswith("L") or kind == "Mc":
        usual = LETTERS_PER_SECOND if character.isascii() else pace
        low, high = CAPITAL if kind == "Lu" else (1, 1)
        return low / max(usual, pace), high / min(usual, pace)
    if kind.startswith(("Z", "C", "M")):
        return 0.0, 0.0
    low, high = DIGIT if kind.startswith("N") else SIGN
    return low / LETTERS_PER_SECOND, high / LETTERS_PER_SECOND


def flaw(audio: Audio, text: str, language: str) -> str | None:
    """What is wrong with `audio` as a reading of `text`, in a few words; None where nothing is."""
    samples = audio.samples
    if not np.isfinite(samples).all():
        return "it is not sound"
    peaks = np.abs(samples)
    if not len(samples) or float(peaks.max()) < SILENT:
        return "it is silent"
    if float(np.mean(peaks >= FULL)) > CLIPPED:
        return "it is clipped"
    shortest, longest = expected_seconds(text, language)
    if audio.duration < shortest:
        return f"{audio.duration:.1f} s are too short"
    if audio.duration > longest:
        return f"{audio.duration:.1f} s are too long"
    looped = repetition(audio)
    return f"the same sound comes back for {looped:.1f} s" if looped >= LOOPED else None


def repetition(audio: Audio) -> float:
    """Seconds of the longest stretch that repeats, sound by sound, what was heard shortly before.

    Two frames are the same where their mel cepstra are much closer than frames of speech usually are. The
    stretch is what follows the first time round, pauses left out, so a loop of three rounds of 1 s counts 2 s.
    """
    found, levels = cepstra([resample(audio, RATE).samples])
    loud = levels > levels.max(initial=-math.inf) - LOUD_DB
    if loud.sum() < 2:
        return 0.0
    near = SAME * max(USUAL, _distance(found[loud]))
    longest = 0
    for lag in range(round(SHORTEST_LAG / FRAME), min(round(LONGEST_LAG / FRAME), len(found) - 1) + 1):
        close = np.linalg.norm(found[lag:] - found[:-lag], axis=1) < near
        sounding = loud[lag:] & loud[:-lag]
        longest = max(longest, _longest_run((close & sounding) | ~(loud[lag:] | loud[:-lag]), sounding))
    return longest * FRAME


def _distance(frames: NDArray[np.float32]) -> float:
    """The median distance between frames that are far apart in time."""
    return float(np.median(np.linalg.norm(frames - np.roll(frames, len(frames) // 2, axis=0), axis=1)))


def _longest_run(same: NDArray[np.bool_], counted: NDArray[np.bool_]) -> int:
    """How many of `counted` there are at most in a row of `same`."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], same, [False]))))
    sums = np.concatenate(([0], np.cumsum(counted)))
    return int((sums[edges[1::2]] - sums[edges[::2]]).max(initial=0))
