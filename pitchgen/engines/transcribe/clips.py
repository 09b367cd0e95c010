"""Recordings cut into clips that a network of the Whisper family can hear: at most 30 seconds each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import ceil

import numpy as np

from pitchgen.core.audio import Audio, Samples
from pitchgen.core.engines import Recording
from pitchgen.core.transcript import Span
from pitchgen.dsp.resample import resample

RATE = 16_000  # Hz: what the networks were trained at
WINDOW = 30.0  # seconds that a network hears at once
MARGIN = 0.2  # seconds heard before and after speech: a first sound is rarely found whole
LONGEST_PAUSE = 5.0  # seconds: a network that hears more silence than this begins to invent
SPLIT = 24.0  # seconds: speech without any pause is cut into equal parts of up to this length,
REACH = 2.0  # and each cut moves to the quietest moment within this distance: a part stays below WINDOW
QUIET = 0.05  # seconds over which loudness is measured for that
INAUDIBLE = 1e-5  # of full scale, a third of the smallest step of 16-bit sound: whoever writes words here invents

MANNER = {"zh": "以下是普通话的句子。"}
"""Whisper goes on in the manner of its prompt: with punctuation, and in simplified characters.

Source: the discussions of openai/whisper on Chinese without punctuation.
"""
CODES = {"jv": "jw"}  # where Whisper does not go by BCP-47
HOTWORD_CHARS = 100  # of all hotwords: with MANNER they stay within the 223 tokens that a prompt may have


@dataclass(frozen=True, slots=True)
class Clip:
    """A part of a recording that is heard at once."""

    recording: int
    """Its place in the batch."""
    span: Span
    """Where it lies in the recording; at most `WINDOW` long."""
    audio: Audio
    """What is heard there: a view, at the rate of the recording."""
    language: str
    """The language that is to be heard, as Whisper calls it."""
    prompt: str

    def samples(self) -> Samples:
        """What is heard, at `RATE`, shape (n_samples,), at most `WINDOW` long."""
        return resample(self.audio, RATE).samples[: round(WINDOW * RATE)]


def cut(recordings: Iterable[Recording]) -> Iterator[Clip]:
    """The clips of all recordings, one after the other, without those in which there is no sound at all."""
    for number, recording in enumerate(recordings):
        base = recording.language.split("-")[0].lower()
        language, prompt = CODES.get(base, base), prompt_of(recording)
        for span in windows(recording.audio, recording.spans):
            audio = recording.audio.cut(span)
            if np.max(np.abs(audio.samples), initial=0) > INAUDIBLE:
                yield Clip(number, span, audio, language, prompt)


def alike(clips: Iterable[Clip]) -> Iterator[list[Clip]]:
    """Clips that can share a batch: of one language, and after one prompt."""
    ordered = sorted(clips, key=lambda clip: (clip.language, clip.prompt))
    for _, group in groupby(ordered, key=lambda clip: (clip.language, clip.prompt)):
        yield list(group)


def prompt_of(recording: Recording) -> str:
    """What the network is to go on from: how to write, and as many of the hotwords, in order, as fit."""
    base = recording.language.split("-")[0].lower()
    terms: list[str] = []
    for term in dict.fromkeys(recording.hotwords):
        if sum(map(len, terms)) + len(term) <= HOTWORD_CHARS:
            terms.append(term)
    comma, stop = ("、", "。") if base in MANNER else (", ", ".")
    return MANNER.get(base, "") + (comma.join(terms) + stop if terms else "")


def windows(audio: Audio, spans: Sequence[Span]) -> list[Span]:
    """Where to cut: between the spans of speech, and only within one that is too long.

    Each window holds as many spans as fit into `WINDOW` with no more than `LONGEST_PAUSE` between them. It
    begins `MARGIN` before its speech and ends as much after, at most in the middle of a pause. They are in
    order and do not overlap.
    """
    within = (Span(s.start, min(s.end, audio.duration)) for s in spans if s.start < audio.duration)
    speech = [part for span in within if span.duration > 0 for part in _parts(audio, span)]
    if not speech:
        return []
    edges = [0.0, *((a.end + b.start) / 2 for a, b in pairwise(speech)), audio.duration]
    wide = [
        Span(max(part.start - MARGIN, low), min(part.end + MARGIN, high))
        for part, low, high in zip(speech, edges[:-1], edges[1:], strict=True)
    ]
    found = [wide[0]]
    for part in wide[1:]:
        last = found[-1]
        if part.end - last.start <= WINDOW and part.start - last.end <= LONGEST_PAUSE:
            found[-1] = Span(last.start, part.end)
        else:
            found.append(part)
    return found


def _parts(audio: Audio, span: Span) -> list[Span]:
    """`span`, or its parts where it is longer than a window, cut where it is quietest."""
    if span.duration <= WINDOW - 2 * MARGIN:
        return [span]
    count = ceil(span.duration / SPLIT)
    length = span.duration / count
    cuts = [_quietest(audio, span.start + length * number) for number in range(1, count)]
    return [Span(a, b) for a, b in pairwise([span.start, *cuts, span.end])]


def _quietest(audio: Audio, around: float) -> float:
    """The quietest moment within `REACH` of a moment, in seconds; the nearer one of two."""
    near = audio.cut(Span(max(around - REACH, 0.0), around + REACH))
    frame = max(1, round(QUIET * audio.rate))
    frames = near.samples[: len(near.samples) // frame * frame].reshape(-1, frame)
    if not len(frames):
        return around
    middles = max(around - REACH, 0.0) + (np.arange(len(frames)) + 0.5) * frame / audio.rate
    power = np.einsum("ij,ij->i", frames, frames)
    return float(middles[np.lexsort((np.abs(middles - around), power))[0]])
