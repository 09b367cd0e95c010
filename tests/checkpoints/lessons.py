"""Recordings that the small Whisper of the tests has learnt by heart, and what it writes when it hears them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path

import numpy as np

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.engines import Utterance
from pitchgen.core.transcript import Span
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.probe import probe
from pitchgen.engines.registry import load

ROOT = Path(__file__).resolve().parents[2]
RATE = 16_000
GREETING = ("大家好，欢迎来到我们的店铺。", "起订一百双，三块五一双。", "七天发货，支持海运和空运。")
WRITTEN = ("大家好，歡迎來到我們的店鋪。", "起訂一百雙，三塊五一雙。", "七天發貨，支持海運和空運。")
"""`GREETING` as this network writes it: Whisper's choice between traditional and simplified is a matter of luck."""
ENGLISH = ("Welcome to our shop.", "Delivery in seven days.")
NAME, HOTWORD = "小王", "小汪"
"""Two ways to write one sound: without a hint the first."""
UMBRELLA_SECONDS = 12.6
HALLUCINATED = "謝謝觀看。"
"""What it writes when it hears music, as Whisper does."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A recording, and what is said in it."""

    audio: Audio
    spans: tuple[Span, ...]
    """Of each sentence."""
    texts: tuple[str, ...]
    language: str = "zh"
    """What Whisper's own detection of languages is to say; empty where nobody speaks."""


@cache
def greeting() -> Lesson:
    """Three sentences by espeak-ng, half a second of silence before each."""
    return _spoken(GREETING, WRITTEN, "zh")


@cache
def english() -> Lesson:
    """Two sentences in English."""
    return _spoken(ENGLISH, tuple(f" {text}" for text in ENGLISH), "en")


@cache
def umbrella() -> Lesson:
    """The first three sentences of a sample's sound track, in the noise of a market."""
    times = json.loads((ROOT / "tests" / "golden" / "samples.json").read_text("utf-8"))["umbrella"]
    audio = Ffmpeg().decode(probe(ROOT / "samples" / "umbrella.mp4"), span=Span(0.0, UMBRELLA_SECONDS))
    spans = tuple(Span(line["start"], line["end"]) for line in times[:3])
    return Lesson(audio, spans, tuple(line["text"] for line in times[:3]))


@cache
def music() -> Lesson:
    """Six seconds of chords."""
    now = np.arange(6 * RATE) / RATE
    chord = np.select([now % 2 < 1], [0], 1)
    tones = [np.sin(2 * np.pi * now * hz * 2 ** (chord * 5 / 12)) * np.exp(-2 * (now % 0.5)) for hz in (262, 330, 392)]
    audio = Audio((0.1 * np.sum(tones, axis=0)).astype(np.float32), RATE)
    return Lesson(audio, (Span(0.0, 6.0),), (HALLUCINATED,), "")


@cache
def hum() -> Lesson:
    """Six seconds of soft noise in which nobody speaks, and of which it writes nothing."""
    noise = np.random.default_rng(0).standard_normal(6 * RATE) * 0.003
    return Lesson(Audio(noise.astype(np.float32), RATE), (), (), "")


def _spoken(said: tuple[str, ...], written: tuple[str, ...], language: str) -> Lesson:
    stock = Voice(Audio.silence(0.0, RATE))
    sounds = load("synthesize", "espeak").synthesize([Utterance(text, language, stock) for text in said])
    rate = sounds[0].rate
    pause = np.zeros(rate // 2, np.float32)
    ends = list(accumulate((len(pause) + len(sound.samples)) / rate for sound in sounds))
    spans = tuple(Span(end - sound.duration, end) for end, sound in zip(ends, sounds, strict=True))
    samples = np.concatenate([part for sound in sounds for part in (pause, sound.samples)])
    return Lesson(Audio(samples, rate), spans, written, language)
