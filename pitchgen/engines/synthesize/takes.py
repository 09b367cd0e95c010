"""Says sentences again until a take is sound, and chooses among several takes.

Each take draws from random numbers that follow from the sentence and the number of the take alone, so the same
sentence gives the same sound whatever it is said with.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pitchgen.core.audio import Audio
from pitchgen.core.engines import Recording, Transcriber, Utterance
from pitchgen.core.errors import EngineError
from pitchgen.core.transcript import Span
from pitchgen.engines.synthesize.guard import flaw

RETRIES = 3  # takes more than were asked for: a voice that fails at four seeds fails at the text
MOST_TAKES = 16  # beyond, the best hardly gets better and every sentence waits
AGREEMENT, LIKENESS = 1.0, 0.5
"""Weights of how much of the text a recogniser hears, and of the cosine between the speakers: buyers must understand
her before they know her, so a tenth of the text outweighs a fifth of the likeness, more than takes differ in."""

AUDIBLE = 0.01  # of the peak (40 dB below); quieter beginnings and ends are cut off
KEPT = 0.030  # seconds kept of them, so that no onset is hard
LEVEL = 0.1  # root mean square of the speech, 20 dB below full scale; the mix sets the final loudness
PEAK = 0.97
PAUSE = 0.15  # seconds between the parts of a sentence that was too long to be said at once: a comma's pause
BREAKS = (".!?。！？…", ";:；：", ",，、", " ")
"""Where a sentence may be parted, the better places first."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way of saying a sentence."""

    utterance: Utterance
    number: int
    """0 for the first take."""

    @property
    def seed(self) -> int:
        """Of 32 bits, from language, text and number."""
        said = f"{self.utterance.language}\n{self.utterance.text}\n{self.number}"
        return int.from_bytes(hashlib.sha256(said.encode()).digest()[:4], "big")


Speak = Callable[[Sequence[Attempt]], Sequence[Audio]]


@dataclass(frozen=True, slots=True)
class Jury:
    """Who chooses among takes."""

    recogniser: Transcriber | None = None
    """Hears what was said; a language it does not hear is judged by likeness alone."""
    likeness: Callable[[Utterance, Audio], float] | None = None
    """Cosine between a take's speaker and the reference's, by an engine's own measure."""

    def score(self, utterance: Utterance, take: Audio) -> float:
        """How good a take is; more is better."""
        score = 0.0
        if self.likeness is not None:
            score += LIKENESS * self.likeness(utterance, take)
        known = self.recogniser.languages if self.recogniser else frozenset()
        if self.recogniser is not None and (not known or utterance.language in known):
            recording = Recording(take, (Span(0.0, take.duration),), utterance.language)
            (heard,) = self.recogniser.transcribe([recording])
            score += AGREEMENT * (1 - character_error_rate(" ".join(heard.texts), utterance.text))
        return score


def choice(takes: int, recogniser: Transcriber | None) -> str:
    """What a fingerprint says of the choice among takes: nothing, where there is one."""
    if takes <= 1:
        return ""
    return f"+takes={takes}" + (f"+{recogniser.fingerprint}" if recogniser else "")


def said(utterances: Sequence[Utterance], speak: Speak, *, takes: int = 1, jury: Jury | None = None) -> list[Audio]:
    """The best of `takes` sound takes of each sentence, trimmed and at the common level.

    Raises:
        EngineError: a sentence has nothing to say, or every take of it is flawed; the message names it.
    """
    for utterance in utterances:
        if not any(map(str.isalnum, utterance.text)):
            raise EngineError(f"there is nothing to say in {utterance.text!r}")
    takes = min(max(takes, 1), MOST_TAKES)
    sound: list[list[Audio]] = [[] for _ in utterances]
    flaws = [""] * len(utterances)
    wanted = [(index, number) for index in range(len(utterances)) for number in range(takes)]
    for retry in range(RETRIES + 1):
        takes_made = speak([Attempt(utterances[index], number) for index, number in wanted]) if wanted else []
        for (index, _), audio in zip(wanted, takes_made, strict=True):
            utterance = utterances[index]
            found = flaw(audio, utterance.text, utterance.language)
            flaws[index] = found or flaws[index]
            if found is None:
                sound[index].append(finished(audio))
        wanted = [(index, takes + retry) for index, good in enumerate(sound) if not good]
    for utterance, good, found in zip(utterances, sound, flaws, strict=True):
        if not good:
            raise EngineError(f"{shortened(utterance.text)} could not be said in {takes + RETRIES} takes: {found}")
    return [_best(utterance, good, jury) for utterance, good in zip(utterances, sound, strict=True)]


def _best(utterance: Utterance, takes: list[Audio], jury: Jury | None) -> Audio:
    if jury is None or len(takes) == 1:
        return takes[0]
    return max(takes, key=lambda take: jury.score(utterance, take))  # the first of equals


def said_in_parts(
    utterances: Sequence[Utterance],
    limit: Callable[[str], int],
    speak: Speak,
    *,
    takes: int = 1,
    jury: Jury | None = None,
) -> list[Audio]:
    """As `said`, sentences longer than `limit(language)` characters said in parts and joined by pauses."""
    parts = [_parted(utterance.text, limit(utterance.language)) for utterance in utterances]
    pieces = [replace(u, text=text) for u, texts in zip(utterances, parts, strict=True) for text in texts]
    sounds = iter(said(pieces, speak, takes=takes, jury=jury))
    return [_joined([next(sounds) for _ in texts]) for texts in parts]


def _parted(text: str, limit: int) -> list[str]:
    """`text` in parts of at most `limit` characters; parts without a letter or digit are left out, if others have."""
    pieces = [part for part in _cut(" ".join(text.split()), limit) if any(map(str.isalnum, part))]
    return pieces or [text]


def _cut(text: str, limit: int) -> list[str]:
    if len(text) <= limit:
        return [text]
    for marks in BREAKS:
        # in the second half only, so that no part is a single word while the next is too long
        places = [place for place in range(limit // 2, limit) if text[place] in marks]
        if places:
            end = places[-1] + 1
            return [text[:end].strip(), *_cut(text[end:].strip(), limit)]
    return [text[:limit], *_cut(text[limit:], limit)]


def _joined(sounds: list[Audio]) -> Audio:
    if len(sounds) == 1:
        return sounds[0]
    pause = Audio.silence(PAUSE, sounds[0].rate).samples
    pieces = [piece for sound in sounds for piece in (pause, sound.samples)][1:]
    return Audio(np.concatenate(pieces), sounds[0].rate)


def finished(audio: Audio) -> Audio:
    """`audio` without silence around it, at the common level."""
    samples = audio.samples
    peak = float(np.abs(samples).max())
    audible = np.flatnonzero(np.abs(samples) > AUDIBLE * peak)
    margin = round(KEPT * audio.rate)
    samples = samples[max(0, audible[0] - margin) : audible[-1] + 1 + margin]
    gain = min(LEVEL / float(np.sqrt(np.mean(samples**2))), PEAK / peak)
    return Audio((samples * gain).astype(np.float32), audio.rate)


def character_error_rate(heard: str, text: str) -> float:
    """Edits per letter or digit of `text` that turn it into `heard`, at most 1; case and signs do not count."""
    wanted, found = _letters(text), _letters(heard)
    previous = list(range(len(found) + 1))
    for row, letter in enumerate(wanted, 1):
        current = [row]
        for column, other in enumerate(found, 1):
            changed = previous[column - 1] + (letter != other)
            current.append(min(changed, previous[column] + 1, current[-1] + 1))
        previous = current
    return min(1.0, previous[-1] / max(1, len(wanted)))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def shortened(text: str) -> str:
    """`text` in quotes, as a message names it."""
    return repr(text if len(text) <= 60 else text[:57] + "...")
