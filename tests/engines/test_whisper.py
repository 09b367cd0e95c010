"""Both Whispers on a small network that knows five recordings by heart: what they write, when, and when they can't."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from checkpoints import TinyShelf
from checkpoints import whisper as builders
from checkpoints.lessons import ENGLISH, GREETING, HOTWORD, NAME, Lesson, english, greeting, hum, music, umbrella

from pitchgen.core.audio import Audio
from pitchgen.core.engines import Recording
from pitchgen.core.errors import EngineError, MissingWeights, PitchgenError
from pitchgen.core.transcript import Doubt, Span, Transcript
from pitchgen.core.weights import Weights
from pitchgen.dsp.resample import resample
from pitchgen.edges.weights import manifest
from pitchgen.engines.rack import Rack
from pitchgen.engines.registry import load
from pitchgen.engines.transcribe.faster_whisper import FasterWhisper
from pitchgen.engines.transcribe.whisper import Whisper
from pitchgen.stages.segment import segment

ENGINES = {"faster-whisper": (FasterWhisper, "faster-whisper-large-v3-turbo"), "whisper": (Whisper, "whisper-turbo")}
BOTH = pytest.mark.parametrize("name", list(ENGINES))
CLOSE = 0.35  # seconds: a sentence's edges against where it was said, two syllables
UMBRELLA = ("各位老板好，我是小王。", "这是我们最新款的雨伞，可以折叠。", "用的是环保材料，防水防晒。")


def recording(lesson: Lesson, **options: Any) -> Recording:
    """A lesson with a detector's spans."""
    spans = lesson.spans or (Span(0.0, lesson.audio.duration),)
    return Recording(lesson.audio, spans, "zh", **options)


LESSONS: tuple[Callable[[], Lesson], ...] = (greeting, umbrella, english, music, hum)


@pytest.fixture(scope="module")
def heard(rack: Rack) -> dict[str, list[Transcript]]:
    """All lessons in one batch, by both."""
    batch = [recording(lesson()) for lesson in LESSONS]
    return {name: list(load("transcribe", name, rack=rack).transcribe(batch)) for name in ENGINES}


@BOTH
def test_the_lessons_come_back_with_their_times(name: str, heard: dict[str, list[Transcript]]) -> None:
    for transcript, lesson, texts in zip(heard[name], (greeting(), umbrella()), (GREETING, UMBRELLA), strict=False):
        found = segment(transcript)
        assert found.texts == texts, "one sentence a segment, in simplified characters"
        assert (found.language, found.origin, found.score) == ("zh", name, None)
        assert [s.doubt for s in found.segments] == [None] * len(texts)
        for said, want in zip(found.segments, lesson.spans, strict=True):
            assert said.span.start == pytest.approx(want.start, abs=CLOSE)
            assert said.span.end == pytest.approx(want.end, abs=CLOSE)
            assert "".join(word.text for word in said.words) == said.text
            assert all(0.3 < word.probability <= 1 for word in said.words)
            assert all(a.span.end <= b.span.start for a, b in pairwise(said.words))


@BOTH
def test_words_are_where_they_are_said(name: str, heard: dict[str, list[Transcript]]) -> None:
    words = heard[name][0].segments[0].words
    assert [word.text for word in words][:4] == ["大家好，", "欢迎", "来到", "我们的"]
    start, length = words[0].span.start, words[-1].span.end - words[0].span.start
    letters = np.cumsum([0, *(len(word.text) for word in words)])
    for word, share in zip(words, letters[:-1] / letters[-1], strict=True):
        assert word.span.start == pytest.approx(start + share * length, abs=0.4)


def test_both_libraries_hear_the_same(heard: dict[str, list[Transcript]]) -> None:
    for fast, reference in zip(*heard.values(), strict=True):
        assert fast.texts == reference.texts
        assert [s.doubt for s in fast.segments] == [s.doubt for s in reference.segments]
        words = [[word for s in t.segments for word in s.words] for t in (fast, reference)]
        pairs = list(zip(*words, strict=True))
        assert np.median([abs(a.span.start - b.span.start) for a, b in pairs] or [0.0]) < 0.05


@BOTH
def test_another_language_music_and_noise(name: str, heard: dict[str, list[Transcript]]) -> None:
    foreign, chords, noise = heard[name][2:]
    assert foreign.texts == ENGLISH
    assert {s.doubt for s in foreign.segments} == {Doubt.LANGUAGE}
    assert [(s.text, s.doubt) for s in chords.segments] == [("谢谢观看。", Doubt.SILENCE)]
    assert noise.segments == ()


@BOTH
def test_the_batch_makes_no_difference(name: str, heard: dict[str, list[Transcript]], rack: Rack) -> None:
    engine = load("transcribe", name, rack=rack)
    for lesson, together in zip(LESSONS[:3], heard[name], strict=False):
        (alone,) = engine.transcribe([recording(lesson())])
        assert alone.texts == together.texts
        assert [s.doubt for s in alone.segments] == [s.doubt for s in together.segments]
        for a, b in zip(alone.segments, together.segments, strict=True):
            assert a.span.start == pytest.approx(b.span.start, abs=0.1)
            assert a.span.end == pytest.approx(b.span.end, abs=0.1)


@BOTH
def test_hotwords_decide_how_a_name_is_written(name: str, rack: Rack) -> None:
    engine = load("transcribe", name, rack=rack)
    plain, told, greeted = engine.transcribe(
        [
            recording(umbrella()),
            recording(umbrella(), hotwords=("义乌", HOTWORD)),
            recording(greeting(), hotwords=("义乌", HOTWORD)),
        ]
    )
    assert plain.texts == UMBRELLA
    assert told.texts == (UMBRELLA[0].replace(NAME, HOTWORD), *UMBRELLA[1:])
    assert greeted.texts == GREETING, "a hint is no reason to write what is not said"


@BOTH
def test_any_rate_and_any_spans(name: str, rack: Rack) -> None:
    sound = resample(greeting().audio, 44_100)
    whole = Recording(sound, (Span(0.0, sound.duration),), "zh")
    second = Recording(sound, greeting().spans[1:2], "zh-CN")
    found = load("transcribe", name, rack=rack).transcribe([whole, second])
    assert [t.texts for t in found] == [GREETING, GREETING[1:2]]
    assert [t.language for t in found] == ["zh", "zh-CN"]
    assert found[1].segments[0].span.start == pytest.approx(greeting().spans[1].start, abs=CLOSE)


def test_forty_minutes_in_bounded_memory(rack: Rack) -> None:
    pitch = resample(greeting().audio, 16_000)
    every, times = 240.0, 10
    samples = np.zeros(round(every * times) * 16_000, np.float32)
    spans = []
    for number in range(times):
        start = round(every * number) * 16_000
        samples[start : start + len(pitch.samples)] = pitch.samples
        spans += [Span(s.start + every * number, s.end + every * number) for s in greeting().spans]
    engine = load("transcribe", "faster-whisper", rack=rack)
    engine.transcribe([recording(greeting())])  # loaded now
    tracemalloc.start()
    (found,) = engine.transcribe([Recording(Audio(samples, 16_000), tuple(spans), "zh")])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.texts == GREETING * times
    for said, want in zip(found.segments, spans, strict=True):
        assert said.span.start == pytest.approx(want.start, abs=CLOSE)
    assert peak < samples.nbytes, "less than another copy of the sound"


@BOTH
def test_nothing_to_hear_loads_nothing(name: str, shelf: TinyShelf) -> None:
    rack = Rack(shelf, device="cpu")
    engine = load("transcribe", name, rack=rack)
    empty = Audio.silence(0.0, 48_000)
    mute = Audio.silence(3.0, 48_000)
    spans: list[tuple[Span, ...]] = [(), (Span(0, 0),), (Span(0, 3),)]
    batch = [Recording(a, s, "zh") for a, s in zip((greeting().audio, empty, mute), spans, strict=True)]
    assert [t.segments for t in engine.transcribe(batch)] == [(), (), ()]
    assert engine.transcribe([]) == []
    assert not rack.loads


@BOTH
def test_loaded_once_and_halved_when_memory_is_short(
    name: str, shelf: TinyShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    rack = Rack(shelf, device="cpu")
    engine = load("transcribe", name, rack=rack)
    module = sys.modules[type(engine).__module__]
    hear, sizes = module._Network.hear, []

    def short(self: Any, clips: Any) -> Any:
        sizes.append(len(clips))
        if len(clips) > 1:
            raise RuntimeError("CUDA failed with error out of memory")
        return hear(self, clips)

    monkeypatch.setattr(module._Network, "hear", short)
    found = engine.transcribe([recording(english()), recording(greeting()), recording(english())])
    assert [t.texts for t in found] == [ENGLISH, GREETING, ENGLISH]
    assert sizes == [3, 1, 1, 1]
    assert set(rack.loads.values()) == {1}


def test_torch_is_left_alone(shelf: TinyShelf) -> None:
    folder = shelf.weights(ENGINES["faster-whisper"][1]).folder
    program = f"""
import sys
from pathlib import Path
import numpy as np
from pitchgen.core.audio import Audio
from pitchgen.core.engines import Recording
from pitchgen.core.transcript import Span
from pitchgen.core.weights import Weights
from pitchgen.edges.weights import manifest
from pitchgen.engines.rack import Rack
from pitchgen.engines.transcribe.faster_whisper import FasterWhisper
weights = Weights(manifest()["faster-whisper-large-v3-turbo"], Path({str(folder)!r}), "")
sound = Audio(np.ones(16_000, np.float32), 16_000)
FasterWhisper(Rack(device="cpu"), weights).transcribe([Recording(sound, (Span(0, 1),), "zh")])
print([name for name in ("torch", "transformers") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert done.stderr == ""


def wrong(name: str, shelf: TinyShelf, folder: Path) -> Any:
    """The engine on a copy of its weights that a test may spoil."""
    engine, model = ENGINES[name]
    shutil.copytree(shelf.weights(model).folder, folder, dirs_exist_ok=True)
    return engine(Rack(device="cpu"), Weights(manifest()[model], folder, "spoilt"))


@BOTH
def test_older_networks_have_fewer_mels(name: str, shelf: TinyShelf, tmp_path: Path) -> None:
    engine = wrong(name, shelf, tmp_path / "weights")
    shutil.copy(shelf.root / "whisper-lessons.pt", tmp_path)
    build = builders.build_ctranslate2 if name == "faster-whisper" else builders.build_openai
    build(tmp_path / "weights", mels=80)
    (found,) = engine.transcribe([recording(greeting())])
    assert isinstance(found, Transcript)
    assert engine._network.model.n_mels == 80 if name == "faster-whisper" else engine._network.model.dims.n_mels == 80


def refusal(engine: Any, kind: type[PitchgenError]) -> str:
    with pytest.raises(kind) as caught:
        engine.transcribe([recording(greeting())])
    message = str(caught.value)
    assert "\n" not in message
    assert "; pitchgen models pull " + engine._weights.model.name in message
    return message


@BOTH
def test_missing_and_truncated_weights(name: str, shelf: TinyShelf, tmp_path: Path) -> None:
    engine = wrong(name, shelf, tmp_path)
    file = tmp_path / ("model.bin" if name == "faster-whisper" else "large-v3-turbo.pt")
    whole = file.read_bytes()
    for length in (len(whole) // 2, 10, 0):
        file.write_bytes(whole[:length])
        assert str(file) in refusal(engine, EngineError)
    file.unlink()
    assert str(file) in refusal(engine, MissingWeights)


def test_a_folder_of_another_architecture(shelf: TinyShelf, tmp_path: Path) -> None:
    engine = wrong("faster-whisper", shelf, tmp_path)
    data = (tmp_path / "model.bin").read_bytes()
    assert b"WhisperSpec" in data
    (tmp_path / "model.bin").write_bytes(data.replace(b"WhisperSpec", b"MarianTSpec", 1))
    assert "model.bin" in refusal(engine, EngineError)


def test_a_checkpoint_of_another_architecture(shelf: TinyShelf, tmp_path: Path) -> None:
    import torch

    engine = wrong("whisper", shelf, tmp_path)
    file = tmp_path / "large-v3-turbo.pt"
    state = torch.load(file, weights_only=True)
    for other in (
        {"model": {}},
        [1],
        {**state, "dims": {**state["dims"], "n_text_layer": 2}},
        Path("/"),
    ):
        torch.save(other, file)
        assert str(file) in refusal(engine, EngineError)


def test_the_tokenizer_of_another_network(shelf: TinyShelf, tmp_path: Path) -> None:
    engine = wrong("faster-whisper", shelf, tmp_path)
    file = tmp_path / "tokenizer.json"
    tokens = json.loads(file.read_text("utf-8"))
    cantonese = next(token for token in tokens["added_tokens"] if token["content"] == "<|yue|>")
    older = [token for token in tokens["added_tokens"] if token is not cantonese]
    for token in older:
        token["id"] -= token["id"] > cantonese["id"]
    file.write_text(json.dumps({**tokens, "added_tokens": older}), "utf-8")
    assert "numbers its tokens otherwise" in refusal(engine, EngineError)
    file.write_text("{", "utf-8")
    assert str(file) in refusal(engine, EngineError)


@BOTH
def test_a_fingerprint_names_the_weights_and_not_the_device(name: str, shelf: TinyShelf) -> None:
    engine, model = ENGINES[name]
    weights = shelf.weights(model)
    prints = {engine(Rack(shelf, device=device), weights).fingerprint for device in ("cpu", "cuda")}
    assert len(prints) == 1
    assert weights.digest in prints.pop()
