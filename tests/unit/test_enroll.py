"""Which seconds of a recording a voice is taken from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pytest

from pitchgen.core.audio import Audio
from pitchgen.core.transcript import Span
from pitchgen.dsp.fade import JOINT as FADE
from pitchgen.dsp.fade import joined
from pitchgen.dsp.resample import resample
from pitchgen.engines.espeak.client import shared
from pitchgen.stages.enroll import ENOUGH, MOST, reference_spans

RATE = 16_000
PAUSE = 0.5  # seconds before each sentence
SENTENCES = (
    "大家好，欢迎来到我们的店铺。",
    "这款袜子每双三块五，起订量一百双。",
    "七天发货，支持海运和空运。",
    "我们有很多颜色，可以混批。",
    "质量很好，欢迎来看样品。",
    "雨伞可以折叠，非常轻便。",
)
HERS, HIS = "cmn+f4", "cmn"


@lru_cache(maxsize=32)
def sentence(index: int, voice: str = HERS) -> np.ndarray:
    return resample(shared().speak(SENTENCES[index], voice).audio, RATE).samples * np.float32(0.5)


def enroll(audio: Audio, spans: Sequence[Span]) -> Audio:
    """The reference, as a recipe makes it."""
    return joined([audio.cut(span) for span in reference_spans(audio, spans)], audio.rate)


@dataclass(frozen=True)
class Recording:
    audio: Audio
    spans: tuple[Span, ...]


def recording(pieces: Sequence[np.ndarray], noises: Sequence[float] | None = None, rate: int = RATE) -> Recording:
    """The pieces one after another, with a noise of its own level in and around each."""
    random = np.random.default_rng(0)
    parts, spans, time = [], [], 0.0
    for piece, noise in zip(pieces, noises or [1e-3] * len(pieces), strict=True):
        padded = np.concatenate([np.zeros(round(PAUSE * RATE), np.float32), piece])
        parts.append(padded + random.normal(0, noise, len(padded)))
        spans.append(Span(time + PAUSE, time + len(padded) / RATE))
        time += len(padded) / RATE
    audio = Audio(np.concatenate(parts).astype(np.float32), RATE)
    return Recording(resample(audio, rate), tuple(spans))


def share(spans: Sequence[Span], chosen: Sequence[Span]) -> float:
    """How much of `spans` was chosen."""
    common = sum(max(0.0, min(a.end, b.end) - max(a.start, b.start)) for a in spans for b in chosen)
    return common / sum(span.duration for span in spans)


def test_the_cleanest_sentences_are_taken_though_others_are_louder() -> None:
    pieces = [sentence(i) * (0.3 if i < 3 else 1.0) for i in range(6)]
    made = recording(pieces, [1e-4] * 3 + [5e-2] * 3)
    chosen = reference_spans(made.audio, made.spans)
    assert share(made.spans[:3], chosen) == pytest.approx(1)
    assert share(made.spans[3:], chosen) == 0
    assert sum(span.duration for span in chosen) >= ENOUGH


def test_noisy_speech_is_taken_where_there_is_no_other() -> None:
    made = recording([sentence(i) for i in range(3)], [1e-4, 5e-2, 5e-2])
    assert sum(span.duration for span in reference_spans(made.audio, made.spans)) >= ENOUGH


def test_clipped_speech_is_left_out() -> None:
    pieces = [np.clip(sentence(i) * (20 if i == 1 else 1), -1, 1) for i in range(6)]
    made = recording(pieces, [0.0] * 6)
    chosen = reference_spans(made.audio, made.spans)
    assert share(made.spans[1:2], chosen) == 0
    assert share(made.spans[2:], chosen) == pytest.approx(1)


def test_another_speaker_is_left_out() -> None:
    made = recording([sentence(i) for i in range(5)] + [sentence(i, HIS) for i in range(3)])
    chosen = reference_spans(made.audio, made.spans)
    assert share(made.spans[:5], chosen) == pytest.approx(1)
    assert share(made.spans[5:], chosen) == 0


def test_applause_is_left_out() -> None:
    random = np.random.default_rng(1)
    applause = random.normal(0, 0.3, 3 * RATE).astype(np.float32)
    made = recording([sentence(i) for i in range(5)] + [applause])
    assert share(made.spans[5:], reference_spans(made.audio, made.spans)) == 0


def test_at_most_thirty_seconds_are_taken_in_the_order_in_which_they_were_spoken() -> None:
    made = recording([sentence(i % 6) for i in range(18)])
    chosen = reference_spans(made.audio, made.spans)
    assert sum(span.duration for span in chosen) == pytest.approx(MOST)
    assert list(chosen) == sorted(chosen)


def test_all_there_is_where_there_is_little() -> None:
    made = recording([sentence(0)])
    assert enroll(made.audio, made.spans).duration == pytest.approx(made.spans[0].duration, abs=0.01)
    short = Span(made.spans[0].start, made.spans[0].start + 0.2)
    assert enroll(made.audio, [short]).duration == pytest.approx(0.2, abs=0.01)


@pytest.mark.parametrize("spans", [[], [Span(99, 100)]])
def test_nothing_is_taken_where_nobody_speaks(spans: list[Span]) -> None:
    made = recording([sentence(0)])
    assert enroll(made.audio, spans).duration == 0
    assert enroll(Audio.silence(5, RATE), [Span(1, 4)]).duration == 0


@pytest.mark.parametrize("rate", [16_000, 24_000, 48_000])
def test_the_rate_is_kept_and_the_choice_does_not_depend_on_it(rate: int) -> None:
    made = recording([sentence(i) for i in range(3)], [1e-4, 1e-3, 2e-2], rate)
    reference = enroll(made.audio, made.spans)
    assert reference.rate == rate
    low = recording([sentence(i) for i in range(3)], [1e-4, 1e-3, 2e-2])
    assert share(reference_spans(low.audio, low.spans), reference_spans(made.audio, made.spans)) == pytest.approx(1)


def test_the_same_recording_gives_the_same_reference_without_clicks() -> None:
    made = recording([sentence(i) for i in range(4)])
    first, again = enroll(made.audio, made.spans), enroll(made.audio, made.spans)
    assert first.fingerprint == again.fingerprint
    edge = round(sum(span.duration for span in reference_spans(made.audio, made.spans)[:1]) * RATE)
    assert np.abs(first.samples[edge - 3 : edge + 3]).max() < 0.01
    assert FADE * RATE > 3


def test_an_hour_is_judged_in_seconds() -> None:
    made = recording([sentence(i % 6) for i in range(60)])
    audio = Audio(np.tile(made.audio.samples, 18), RATE)
    spans = [
        Span(span.start + i * made.audio.duration, span.end + i * made.audio.duration)
        for i in range(18)
        for span in made.spans
    ]
    assert audio.duration > 3000
    assert enroll(audio, spans).duration == pytest.approx(MOST)
