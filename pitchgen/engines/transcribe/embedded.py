"""The recogniser that pitchgen carries: understands clear synthetic demo speech, not people, and refuses what it does
not.

A small network with CTC, trained on espeak-ng alone (docs/recogniser.md). On human speech it is worthless,
so nothing of what it hears is passed on unless the whole recording passes a gate: its own certainty, and a second
opinion that does not depend on it, espeak-ng reading aloud what was heard, compared with the recording.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.audio import Audio
from pitchgen.core.engines import Licence, Recording
from pitchgen.core.errors import EngineError, MissingWeights, PitchgenError, UnsupportedError
from pitchgen.core.folders import packaged
from pitchgen.core.transcript import Doubt, Segment, Span, Transcript, Word
from pitchgen.dsp.mel import HOP, RATE, features, log_mel, normalised
from pitchgen.dsp.resample import resample
from pitchgen.engines.transcribe.script import ScriptAligner
from pitchgen.engines.transcribe.spelling import Sound, Spelling

RECIPE = 2  # raise it whenever the same recording gives another transcript
FRAME = 4 * HOP / RATE  # seconds of one output: 40 ms
LONGEST = 20.0  # seconds heard at once: longer speech is cut at its quietest place
MARGIN = 0.15  # seconds before and after a span, so that no soft first sound is lost
BLANK = 0
SILENT = 0.9  # probability of the blank from which on nothing is said in a frame
OTHERS, FARTHEST = 10, 8.0  # syllables that one sound may be, and nats from the likeliest
PAUSE = 0.48  # seconds between two syllables with a pause between them

SURE = 0.80
"""Mean probability of the characters of a recording, at least."""
SURE_OF_EACH = 0.60
"""The same of each stretch of speech."""
AGREES = 0.45
"""Score of the alignment of what was heard, at least (`ScriptAligner`). Source: benchmarks/recogniser.py"""
SLOWEST, FASTEST = 1.5, 9.0  # characters a second of speech
NUMBERS = frozenset("零一二两三四五六七八九十百千万亿半几点块毛元分角折")
SURE_OF_A_NUMBER = 0.85
"""Probability below which a character of a number makes its sentence doubtful."""

QUIET = 0.3  # of the way from the noise to the loud frames: below it nobody speaks
COMMA, STOP = 0.12, 0.36  # seconds of quiet that a clause and a sentence end with

Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Character:
    """One character as the network gave it."""

    text: str
    time: float
    """Seconds on the clock of the recording."""
    probability: float
    rivals: tuple[str, ...] = ()
    """What sounds the same, and goes as well with the others."""

    @property
    def doubtful(self) -> bool:
        """It is a figure that was not heard surely, or what sounds the same is one, or is none."""
        mistakable = bool(self.rivals) and (self.text in NUMBERS or not NUMBERS.isdisjoint(self.rivals))
        return mistakable or (self.text in NUMBERS and self.probability < SURE_OF_A_NUMBER)


class EmbeddedRecogniser:
    """Writes down clear synthetic Mandarin, and refuses anything else."""

    name = "embedded"
    limits = "understands clear synthetic speech and no people"
    languages = frozenset({"zh"})
    licence = Licence("Apache-2.0", commercial=True)

    def __init__(self, folder: Path) -> None:
        self._model, self._tables = folder / "recogniser.onnx", folder / "spelling.npz"
        self._aligner = ScriptAligner()

    @cached_property
    def fingerprint(self) -> str:
        """Recipe, network and spelling."""
        network, spelling = (hashlib.sha256(path.read_bytes()).hexdigest() for path in (self._model, self._tables))
        return f"embedded-{RECIPE}+{network[:12]}+{spelling[:12]}"

    def transcribe(self, recordings: Sequence[Recording]) -> Sequence[Transcript]:
        """What is said, a sentence a segment, each character with its time.

        Raises:
            UnsupportedError: speech that it does not surely understand: all that humans say.
        """
        return [self._heard(recording) for recording in recordings]

    def _heard(self, recording: Recording) -> Transcript:
        audio = resample(recording.audio, RATE)
        stretches = self.listen(audio, recording.spans)
        said = [character for stretch in stretches for character in stretch]
        spoken = sum(span.duration for span in recording.spans)
        _refuse_unsure(stretches, len(said) / max(spoken, FRAME))
        segments = tuple(_sentences(said, _quiet(audio)))
        score = self._second_opinion(recording, segments)
        return Transcript(recording.language, segments, origin=self.name, score=score)

    def listen(self, audio: Audio, spans: Sequence[Span]) -> list[list[Character]]:
        """What is said in each stretch of speech of 16 kHz sound, whether it was understood or not."""
        return [self._characters(audio, span) for span in _cut(audio, spans)]

    def _second_opinion(self, recording: Recording, segments: Sequence[Segment]) -> float:
        """How well espeak-ng's reading of the sentences agrees with the recording."""
        script = tuple(segment.text for segment in segments)
        try:
            aligned = self._aligner.transcribe(
                [Recording(recording.audio, recording.spans, recording.language, script)]
            )
        except PitchgenError as error:
            raise _refusal(f"read aloud, what it heard does not fit: {error}") from None
        score = aligned[0].score or 0.0
        if score < AGREES:
            raise _refusal(f"read aloud, what it heard agrees with the recording by {score:.2f}, not {AGREES}")
        return score

    def _characters(self, audio: Audio, span: Span) -> list[Character]:
        start = max(0, round((span.start - MARGIN) * RATE))
        samples = audio.samples[start : round((span.end + MARGIN) * RATE)]
        if len(samples) < RATE * 3 * FRAME:
            return []
        bands = normalised(features(samples))
        (logits,) = self._session.run(None, {"bands": bands[np.newaxis]})
        sounds, frames = _sounds(logits[0])
        times = [start / RATE + frame * FRAME for frame in frames]
        return [
            Character(found.character, times[found.sound], sounds[found.sound].chance(found.symbol), found.rivals)
            for found in self._spelling.spell(sounds)
        ]

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # it takes a hundredth of the time of the sound
        options.log_severity_level = 3
        try:
            return onnxruntime.InferenceSession(str(self._model), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime has no common base of its errors
            raise EngineError(f"{self._model}: cannot be loaded ({error}); install pitchgen again") from None

    @cached_property
    def _spelling(self) -> Spelling:
        try:
            return Spelling(self._tables)
        except (OSError, ValueError, KeyError) as error:
            raise EngineError(f"{self._tables}: cannot be loaded ({error}); install pitchgen again") from None


def _cut(audio: Audio, spans: Sequence[Span]) -> Iterator[Span]:
    """The spans, those that are longer than `LONGEST` in pieces, cut where it is quietest."""
    levels = _levels(audio) if any(span.duration > LONGEST for span in spans) else np.zeros(0, np.float32)
    for span in spans:
        start = span.start
        while span.end - start > LONGEST:
            low, high = start + LONGEST / 2, start + LONGEST
            window = levels[round(low / FRAME) : round(high / FRAME)]
            middle = low + (int(np.argmin(window)) if len(window) else 0) * FRAME
            yield Span(start, middle)
            start = middle
        yield Span(start, span.end)


def _sounds(logits: Logits) -> tuple[list[Sound], list[int]]:
    """What may have been said, syllable by syllable, and the frame of each."""
    exponents = np.exp(logits - logits.max(axis=-1, keepdims=True))
    chances = exponents / exponents.sum(axis=-1, keepdims=True)
    likeliest = chances[:, 1:].argmax(axis=-1) + 1
    sounds: list[Sound] = []
    frames: list[int] = []
    for start, stop in _runs(likeliest, chances[:, BLANK] < SILENT):
        best = chances[start:stop].max(axis=0)
        best[BLANK] = 0
        symbols = np.argsort(best)[: -OTHERS - 1 : -1]
        costs = -np.log(best[symbols] + 1e-9)
        nothing = -float(np.log(chances[start:stop, BLANK] + 1e-9).sum())
        kept = costs < costs[0] + FARTHEST
        fresh = bool(frames) and start - frames[-1] >= PAUSE / FRAME
        sounds.append(Sound(symbols[kept], costs[kept].astype(np.float32), nothing, fresh))
        frames.append(start + int(chances[start:stop, symbols[0]].argmax()))
    return sounds, frames


def _runs(likeliest: NDArray[np.int64], heard: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Frames in which something is heard, those next to each other with the same symbol together."""
    marked = np.where(heard, likeliest, BLANK)
    edges = np.flatnonzero(np.diff(marked, prepend=BLANK, append=BLANK))
    for start, stop in pairwise(edges):
        if marked[start] != BLANK:
            yield int(start), int(stop)


def _levels(audio: Audio) -> NDArray[np.float32]:
    """Loudness of every 40 ms, as the mean of the logarithms of its bands."""
    levels = log_mel(audio.samples).mean(axis=1)
    whole = len(levels) // 4 * 4
    return np.asarray(levels[:whole].reshape(-1, 4).mean(axis=1), np.float32)


def _quiet(audio: Audio) -> NDArray[np.bool_]:
    """Which frames of 40 ms nobody speaks in."""
    levels = _levels(audio)
    noise, loud = np.percentile(levels, (8, 92)) if len(levels) else (0.0, 0.0)
    return np.asarray(levels < noise + QUIET * (loud - noise))


def _sentences(said: Sequence[Character], quiet: NDArray[np.bool_]) -> Iterator[Segment]:
    """The characters in sentences and clauses, by the pauses between them."""
    words: list[Word] = []
    unsure = False
    for index, character in enumerate(said):
        last = index + 1 == len(said)
        after = min(character.time + 1.0, len(quiet) * FRAME) if last else said[index + 1].time
        start, end = round(character.time / FRAME), round(after / FRAME)
        pause = _longest_run(quiet[start:end]) * FRAME
        stop = min(after, max(character.time + FRAME, after - pause))
        mark = "。" if pause >= STOP or last else "，" if pause >= COMMA else ""
        words.append(Word(Span(character.time, stop), character.text + mark, round(character.probability, 3)))
        unsure |= character.doubtful
        if mark == "。":
            span = Span(words[0].span.start, stop)
            text = "".join(word.text for word in words)
            yield Segment(span, text, words=tuple(words), doubt=Doubt.UNSURE if unsure else None)
            words, unsure = [], False


def _longest_run(flags: NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0


def _refuse_unsure(stretches: Sequence[Sequence[Character]], pace: float) -> None:
    """Refuse what no clear voice of espeak-ng can have said."""
    said = [character.probability for stretch in stretches for character in stretch]
    if not said:
        raise _refusal("it understood no word")
    if np.mean(said) < SURE:
        raise _refusal(f"it is sure of its characters by {np.mean(said):.2f}, not {SURE}")
    worst = min(np.mean([c.probability for c in stretch]) for stretch in stretches if len(stretch) > 2)
    if worst < SURE_OF_EACH:
        raise _refusal(f"of some sentence it is sure by {worst:.2f}, not {SURE_OF_EACH}")
    if not SLOWEST <= pace <= FASTEST:
        raise _refusal(f"it heard {pace:.1f} characters a second, which nobody says")


def _refusal(why: str) -> UnsupportedError:
    return UnsupportedError(
        f"the recogniser that comes with pitchgen, which hears clear synthetic speech and no people, refuses it ({why})"
    )


def load() -> EmbeddedRecogniser:
    """The recogniser that is packaged.

    Raises:
        MissingWeights: this copy of pitchgen was made without it.
    """
    folder = packaged("recogniser")
    if not (folder / "recogniser.onnx").is_file():
        raise MissingWeights(f"{folder}: the recogniser is not there; install pitchgen again")
    return EmbeddedRecogniser(folder)
