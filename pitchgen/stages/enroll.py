"""Chooses the seconds of speech that say most about her voice."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.audio import Audio, Samples
from pitchgen.core.stage import stage
from pitchgen.core.transcript import Span
from pitchgen.dsp.pitch import pitch
from pitchgen.dsp.spectrum import TINT_RATE, TINT_TAPS, long_term

ENOUGH = 6.0  # seconds: below, cloning engines grow unlike her
MOST = 30.0  # seconds: more they do not hear
PIECE = 5.0  # seconds: what is judged as one; longer spans hold more than one breath, and other sounds
MIN_SPAN = 0.5  # seconds; shorter pieces are mostly onsets
CANDIDATES = 120.0  # seconds of the best by noise whose pitch and spectrum are looked at: hours would take minutes

FRAME = 0.020  # seconds
SPEECH, FLOOR = 80, 10  # percentiles of the levels of its frames: loud syllables, and what is heard between them
SILENCE_DB = -70.0  # no room is quieter: digital silence between words does not make them cleaner
AS_CLEAN = 10.0  # dB below the cleanest piece: noisier ones are left out once there is enough
FULL, CLIPPED = 0.99, 0.001  # of full scale, and the share of samples there: a recorder that was too loud
VOICED = 0.25  # share of a piece: speech has 0.4 and more, rustling and applause little
SEMITONES = 6.0  # from the usual pitch: one person's sentences differ by 3, men and women by 8 and more
SPECTRUM_DB = 6.0  # from the usual long-term spectrum: one person's sentences differ by 2 to 4 (root mean square)
MANY = 4  # pieces: of fewer, nobody can say which one is the odd one out


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A stretch of speech, and what speaks for it."""

    span: Span
    snr: float
    """Loud syllables above the noise between them, in dB."""
    clipped: bool


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Who is heard in a piece."""

    semitones: float
    """Median pitch above 1 Hz; not a number where nothing is voiced."""
    voiced: float
    """Share of the piece."""
    spectrum: NDArray[np.float64]
    """Long-term, in dB, its mean taken away."""


@dataclass(frozen=True, slots=True)
class Speech:
    """A recording, and where the one whose voice is wanted speaks in it."""

    audio: Audio
    spans: tuple[Span, ...]


@stage(version=1)
def enroll(speeches: Sequence[Speech], performer: None = None) -> Sequence[tuple[Span, ...]]:
    """`reference_spans` of each; nobody performs it."""
    del performer
    return [reference_spans(speech.audio, speech.spans) for speech in speeches]


def reference_spans(audio: Audio, spans: Sequence[Span]) -> tuple[Span, ...]:
    """Where the cleanest speech of the one who speaks most is, in order, 6 to 30 s; less where there is no more.

    Left out are pieces with a pitch or spectrum far from the usual: somebody else's, or over music. Clipped and
    hardly voiced ones come last. Of the rest the cleanest are taken, as long as they are about as clean as the best.
    """
    pieces = _pieces(audio, spans)
    if not pieces:
        return ()
    sounds = [_sound(audio.cut(piece.span)) for piece in pieces]
    same = _same_speaker(sounds)
    hers = [(piece, sound) for piece, sound, usual in zip(pieces, sounds, same, strict=True) if usual]
    good = [piece for piece, sound in hers if sound.voiced >= VOICED and not piece.clipped]
    poor = [piece for piece, _ in hers if piece not in good]
    chosen: list[Span] = []
    for piece in [*good, *poor]:
        seconds = sum(span.duration for span in chosen)
        noisy = piece.snr < good[0].snr - AS_CLEAN if good else False
        if seconds >= MOST or (seconds >= ENOUGH and (noisy or piece not in good)):
            continue
        chosen.append(Span(piece.span.start, min(piece.span.end, piece.span.start + MOST - seconds)))
    return tuple(sorted(chosen))


def _pieces(audio: Audio, spans: Sequence[Span]) -> list[Piece]:
    """The best candidates, the cleanest first."""
    heard = [Span(max(0.0, span.start), min(span.end, audio.duration)) for span in spans if span.start < audio.duration]
    heard = [span for span in heard if span.duration > 0]
    long_enough = [span for span in heard if span.duration >= MIN_SPAN] or heard
    parts = [part for span in long_enough for part in _parted(span)]
    pieces = sorted((_judged(audio, part) for part in parts), key=lambda piece: (-piece.snr, piece.span))
    pieces = [piece for piece in pieces if np.isfinite(piece.snr)]
    seconds = itertools.accumulate((piece.span.duration for piece in pieces), initial=0.0)
    return [piece for piece, before in zip(pieces, seconds, strict=False) if before < CANDIDATES]


def _parted(span: Span) -> list[Span]:
    """`span` in equal parts of at most `PIECE`."""
    count = max(1, int(np.ceil(span.duration / PIECE - 1e-9)))
    edges = np.linspace(span.start, span.end, count + 1)
    return [Span(float(start), float(end)) for start, end in itertools.pairwise(edges)]


def _judged(audio: Audio, span: Span) -> Piece:
    samples = audio.cut(span).samples
    levels = _levels(samples, audio.rate)
    if not len(levels) or not samples.any():
        return Piece(span, -np.inf, clipped=False)
    snr = float(np.percentile(levels, SPEECH) - np.percentile(levels, FLOOR))
    return Piece(span, snr, clipped=float(np.mean(np.abs(samples) >= FULL)) > CLIPPED)


def _levels(samples: Samples, rate: int) -> NDArray[np.float64]:
    """Level of each frame in dB of full scale."""
    length = max(1, round(FRAME * rate))
    frames = samples[: len(samples) // length * length].reshape(-1, length)
    return np.asarray(10 * np.log10(np.mean(frames.astype(np.float64) ** 2, axis=1) + 10 ** (SILENCE_DB / 10)))


def _sound(audio: Audio) -> Sound:
    found = pitch(audio)
    spectrum = 10 / np.log(10) * long_term(audio)[slice(*(round(hz / TINT_RATE * TINT_TAPS) for hz in (200, 4000)))]
    semitones = 12 * float(np.log2(found.median_hz))
    return Sound(semitones, found.voiced_seconds / max(audio.duration, FRAME), spectrum - spectrum.mean())


def _same_speaker(sounds: Sequence[Sound]) -> list[bool]:
    """Which sounds, given the cleanest first, are near the usual pitch and spectrum; all, where nobody can say."""
    voiced = [sound for sound in sounds if sound.voiced >= VOICED]
    if len(voiced) < MANY:
        return [True] * len(sounds)
    usual_pitch = float(np.median([sound.semitones for sound in voiced]))
    at_pitch = [sound for sound in voiced if abs(sound.semitones - usual_pitch) <= SEMITONES]
    clean = at_pitch[: max(MANY, len(at_pitch) // 2)]  # noise has a spectrum of its own
    usual = np.median([sound.spectrum for sound in clean or voiced], axis=0)
    near = [
        not abs(sound.semitones - usual_pitch) > SEMITONES  # where nothing is voiced there is no pitch
        and float(np.sqrt(np.mean((sound.spectrum - usual) ** 2))) <= SPECTRUM_DB
        for sound in sounds
    ]
    return near if any(near) else [True] * len(sounds)
