"""What every engine of a verb promises, run over every engine that is registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from checkpoints import lessons
from service import service

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.engines import TIMBRES, Engine, Recording, Translation, Utterance
from pitchgen.core.transcript import Span, Transcript
from pitchgen.engines import registry
from pitchgen.engines.rack import Rack
from pitchgen.languages.facts import facts, in_figures
from pitchgen.stages.segment import segment

SENTENCES = lessons.GREETING


Load = Callable[[str, str], Any]
ELSEWHERE = {"chatterbox"}
"""Engines in environments of their own, too large to make here: test_worker.py runs them on a stand-in."""


def names(verb: str) -> list[str]:
    return sorted(set(registry.BUILT_IN[verb]) - ELSEWHERE)


@pytest.fixture(scope="module")
def load(rack: Rack) -> Iterator[Load]:
    """Makes any engine: on small checkpoints, and with a service on this machine."""
    with service() as url:
        options = {"chat_url": url, "chat_model": "tiny", "speech_url": url, "speech_voice": "anna"}
        yield lambda verb, name: registry.load(verb, name, use="research", rack=rack, **options)


@pytest.fixture(scope="module")
def speech() -> Audio:
    """`SENTENCES` in Mandarin, with a pause between them: what the small Whisper has learnt."""
    return lessons.greeting().audio


@pytest.mark.parametrize(("verb", "name"), [(v, n) for v in registry.BUILT_IN for n in names(v)])
def test_says_what_it_is(verb: str, name: str, load: Load) -> None:
    engine, twin = load(verb, name), load(verb, name)
    assert isinstance(engine, Engine)
    assert engine.name == name
    assert engine.licence.name
    assert engine.fingerprint == twin.fingerprint, "two of the same kind share their results"
    others = [load(verb, other) for other in names(verb) if other != name]
    assert engine.fingerprint not in [other.fingerprint for other in others]


@pytest.mark.parametrize("name", names("detect"))
def test_detectors_find_ordered_spans(name: str, speech: Audio, load: Load) -> None:
    found = load("detect", name).detect([speech, speech.cut(Span(0, 2))])
    assert len(found) == 2
    for spans, audio in zip(found, (speech, speech.cut(Span(0, 2))), strict=True):
        assert spans
        assert all(span.end <= audio.duration + 1e-6 for span in spans)
        assert all(a.end <= b.start for a, b in pairwise(spans))


@pytest.mark.parametrize("name", names("transcribe"))
def test_transcribers_keep_order_and_time(name: str, speech: Audio, load: Load) -> None:
    recording = Recording(speech, lessons.greeting().spans, "zh", SENTENCES)
    (transcript,) = load("transcribe", name).transcribe([recording])
    assert isinstance(transcript, Transcript)
    assert transcript.language == "zh"
    assert segment(transcript).texts == SENTENCES
    assert transcript.segments[-1].span.end <= speech.duration + 1e-6


@pytest.mark.parametrize("name", names("translate"))
def test_translators_mix_languages_in_a_batch(name: str, load: Load) -> None:
    engine = load("translate", name)
    codes = [code for code in ("en", "fr", "ru") if not engine.languages or code in engine.languages]
    texts = [in_figures(text, facts(text)) for text in SENTENCES[:2]]  # as a run hands them to it
    requests = [Translation(text, "zh", code) for text in texts for code in codes]
    together = engine.translate(requests)
    alone = [engine.translate([request])[0] for request in requests]
    assert together == alone, "a result does not depend on its batch"
    assert len({result.text for result in together}) == len(requests) >= 4


@pytest.mark.parametrize("name", names("synthesize"))
def test_synthesizers_speak_every_item(name: str, speech: Audio, load: Load) -> None:
    engine = load("synthesize", name)
    texts = {
        "en": "Minimum order: 100 pairs.",
        "fr": "Livraison en 7 jours.",
        "ru": "Цена: 3,5 юаня за пару.",
    }
    voice = Voice(speech, consent="a test")
    sounds = engine.synthesize([Utterance(text, code, voice) for code, text in texts.items()])
    assert len(sounds) == len(texts)
    for sound in sounds:
        assert 0.5 < sound.duration < 10
        assert 0.01 < np.abs(sound.samples).max() <= 1.0
    assert {engine.timbre(code) for code in texts} <= set(TIMBRES)


@pytest.mark.parametrize("name", names("separate"))
@pytest.mark.parametrize("channels", [1, 2])
def test_separators_keep_length_channels_and_their_claim(name: str, channels: int, load: Load) -> None:
    engine = load("separate", name)
    heard = np.random.default_rng(1).uniform(-0.5, 0.5, (30_000, channels)).astype(np.float32)
    blocks = [heard[:7000], heard[7000:7001], heard[7001:]]
    pieces = [block[:, 0] for block in blocks] if channels == 1 else blocks
    whole = np.concatenate(pieces)
    left = np.concatenate(list(engine.separate(iter(pieces))))
    assert left.shape == whole.shape
    assert np.array_equal(left, np.concatenate(list(engine.separate(iter(pieces))))), "the same again"
    if engine.leaves == "nothing":
        assert not left.any()
    elif engine.leaves == "everything":
        assert np.array_equal(left, whole)
    else:
        assert not np.array_equal(left, whole)


@pytest.mark.parametrize("verb", list(registry.BUILT_IN))
def test_an_empty_batch_is_empty(verb: str, load: Load) -> None:
    methods: dict[str, str] = {v: v for v in registry.BUILT_IN}
    for name in names(verb):
        results: Sequence[object] = getattr(load(verb, name), methods[verb])([])
        assert list(results) == []
