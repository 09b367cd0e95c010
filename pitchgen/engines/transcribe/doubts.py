"""Signs that a recogniser wrote what nobody said, or misheard it. They flag; they change no word."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Sequence

from pitchgen.core.transcript import Doubt
from pitchgen.engines.transcribe.clips import MANNER

CLOSE = frozenset({"zh", "yue"})
"""Cantonese is written as Chinese, and only the newest networks tell them apart."""

# Source of the next three: the defaults of `transcribe` in openai/whisper
NO_SPEECH = 0.6  # probability from which nobody may be speaking
UNLIKELY = -1.0  # mean log probability below which a text is hardly understood
COMPRESSIBLE = 2.4  # bytes of the text over bytes of it compressed: more is a loop
OTHER_LANGUAGE = 0.5  # probability; source: `language_detection_threshold` of faster-whisper
LOOPS, LOOP_CHARS = 4, 12  # a sound bite said so often in a row, and so long: no seller does, a loop does
SILENT = 0.5  # share of the text over silence: most of it


def why_doubt(
    text: str,
    *,
    language: str,
    detected: tuple[str, float],
    no_speech: float,
    log_probability: float,
    probability: float,
    silent: float,
    looping: bool,
) -> Doubt | None:
    """Why a person should look at a segment, the gravest reason first; None where nothing speaks against it.

    Args:
        text: what the network wrote.
        language: what it was told is spoken.
        detected: what it finds the likeliest language, and how likely.
        no_speech: probability that nobody speaks.
        log_probability: mean over the tokens of the clip.
        probability: mean over the words of the segment.
        silent: share of the text that lies where the detector heard nobody.
        looping: whether it is one of `looping_among` the segments of its clip.
    """
    if silent > SILENT or no_speech > NO_SPEECH or _echoes(text, language):
        return Doubt.SILENCE
    if looping or _loops(text) or _compressible(text):
        return Doubt.REPETITION
    if detected[0] != language and not {detected[0], language} <= CLOSE and detected[1] >= OTHER_LANGUAGE:
        return Doubt.LANGUAGE
    if log_probability < UNLIKELY or probability < math.exp(UNLIKELY):
        return Doubt.UNSURE
    return None


def looping_among(texts: Sequence[str]) -> frozenset[str]:
    """Which segments of a clip are a loop: all where they are too much alike, else those `LOOPS` times in a row."""
    if _compressible("".join(texts)):
        return frozenset(texts)
    runs = (texts[at : at + LOOPS] for at in range(len(texts) - LOOPS + 1))
    return frozenset(run[0] for run in runs if len(set(run)) == 1)


def _compressible(text: str) -> bool:
    data = text.encode()
    return len(data) > COMPRESSIBLE * len(zlib.compress(data))


def _loops(text: str) -> bool:
    """Whether something is said `LOOPS` times in a row, over `LOOP_CHARS` characters and most of the text."""
    plain = "".join(filter(str.isalnum, text))
    found = re.findall(rf"((.+?)\2{{{LOOPS - 1},}})", plain)
    return any(len(run) >= LOOP_CHARS and len(run) * 2 > len(plain) for run, _ in found)


def _echoes(text: str, language: str) -> bool:
    """Whether it is the prompt that comes back, as it does where there is nothing to hear."""
    return len(text) > 1 and text.strip("。") in MANNER.get(language, "")
