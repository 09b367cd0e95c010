"""What every engine of a verb promises, run over every engine that is registered."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.engines import Engine, Recording, Translation, Utterance
from pitchgen.core.transcript import Span, Transcript
from pitchgen.engines import registry

SENTENCES = ("大家好，欢迎来到我们的店铺。", "起订一百双，三块五一双。", "七天发货，支持海运和空运。")


def names(verb: str) -> list[str]:
    return sorted(registry.BUILT_IN[verb])


@pytest.fixture(scope="module")
def speech() -> Audio:
    """The sentences in Mandarin, with a pause between them."""
    voice = registry.load("synthesize", "espeak")
    stock = Voice(Audio.silence(0.0, 16_000))
    sounds = voice.synthesize([Utterance(text, "zh", stock) for text in SENTENCES])
    pause = np.zeros(sounds[0].rate // 2, np.float32)
    return Audio(np.concatenate([part for s in sounds for part in (pause, s.samples)]), sounds[0].rate)


@pytest.mark.parametrize(("verb", "name"), [(v, n) for v in registry.BUILT_IN for n in names(v)])
def test_says_what_it_is(verb: str, name: str) -> None:
    engine, twin = registry.load(verb, name), registry.load(verb, name)
    assert isinstance(engine, Engine)
    assert engine.name == name
    assert engine.licence.name
    assert engine.fingerprint == twin.fingerprint, "two of the same kind share their results"
    others = [registry.load(verb, other) for other in names(verb) if other != name]
    assert engine.fingerprint not in [other.fingerprint for other in others]


@pytest.mark.parametrize("name", names("detect"))
def test_detectors_find_ordered_spans(name: str, speech: Audio) -> None:
    found = registry.load("detect", name).detect([speech, speech.cut(Span(0, 2))])
    assert len(found) == 2
    for spans, audio in zip(found, (speech, speech.cut(Span(0, 2))), strict=True):
        assert spans
        assert all(span.end <= audio.duration + 1e-6 for span in spans)
        assert all(a.end <= b.start for a, b in pairwise(spans))


@pytest.mark.parametrize("name", names("transcribe"))
def test_transcribers_keep_order_and_time(name: str, speech: Audio) -> None:
    recording = Recording(speech, (Span(0, speech.duration),), "zh", SENTENCES)
    (transcript,) = registry.load("transcribe", name).transcribe([recording])
    assert isinstance(transcript, Transcript)
    assert transcript.language == "zh"
    assert transcript.texts == SENTENCES
    assert transcript.segments[-1].span.end <= speech.duration + 1e-6


@pytest.mark.parametrize("name", names("translate"))
def test_translators_mix_languages_in_a_batch(name: str) -> None:
    engine = registry.load("translate", name)
    requests = [Translation(t, "zh", code) for t in SENTENCES for code in ("en", "fr", "ru")]
    together = engine.translate(requests)
    alone = [engine.translate([request])[0] for request in requests]
    assert together == alone, "a result does not depend on its batch"
    assert len({result.text for result in together}) == len(requests)


@pytest.mark.parametrize("name", names("synthesize"))
def test_synthesizers_speak_every_item(name: str, speech: Audio) -> None:
    engine = registry.load("synthesize", name)
    texts = {
        "en": "Minimum order: 100 pairs.",
        "fr": "Livraison en 7 jours.",
        "ru": "Цена: 3,5 юаня за пару.",
    }
    sounds = engine.synthesize([Utterance(text, code, Voice(speech)) for code, text in texts.items()])
    assert len(sounds) == len(texts)
    for sound in sounds:
        assert 0.5 < sound.duration < 10
        assert 0.01 < np.abs(sound.samples).max() <= 1.0
    assert engine.timbre in {"cloned", "tinted", "stock"}


@pytest.mark.parametrize("verb", list(registry.BUILT_IN))
def test_an_empty_batch_is_empty(verb: str) -> None:
    methods: dict[str, str] = {v: v for v in registry.BUILT_IN}
    for name in names(verb):
        engine: Any = registry.load(verb, name)
        results: Sequence[object] = getattr(engine, methods[verb])([])
        assert list(results) == []
