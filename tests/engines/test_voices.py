"""Neural voices on small checkpoints, and what guards them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from checkpoints.speech import CODES_PER_TOKEN

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.engines import Recording, Utterance
from pitchgen.core.errors import EngineError, MissingWeights
from pitchgen.core.transcript import Segment, Transcript
from pitchgen.core.weights import Weights
from pitchgen.dsp.resample import resample
from pitchgen.engines.rack import Rack
from pitchgen.engines.synthesize import espeak, takes
from pitchgen.engines.synthesize.guard import expected_seconds, flaw, repetition
from pitchgen.engines.synthesize.openvoice import OpenVoice
from pitchgen.engines.synthesize.openvoice import load as load_openvoice
from pitchgen.engines.synthesize.openvoice import load_network as load_openvoice_network
from pitchgen.engines.synthesize.takes import Attempt, Jury, character_error_rate, finished, said, said_in_parts
from pitchgen.engines.synthesize.xtts import CODES_PER_SECOND, Xtts, load_network
from pitchgen.engines.synthesize.xtts import load as load_xtts

RATE = 24_000
STOCK = Voice(Audio.silence(0.0, RATE))
TEXTS = {
    "zh": ["这款袜子每双3.5元，起订量100双。", "好", "可以混色混码，支持贴牌，七天发货，支持海运和空运。"],
    "en": [
        "These socks cost 3.5 yuan a pair, from 100 pairs.",
        "a",
        "No no no no!",
        "USB, LED, www.example.com/shop?id=7",
    ],
    "fr": ["Ces chaussettes coûtent 3,5 yuans la paire, à partir de 100 paires."],
    "ru": ["Эти носки стоят 3,5 юаня за пару, от 100 пар."],
}


def reference(seed: int, seconds: float = 2.0) -> Voice:
    """Somebody, as far as a random network can tell: coloured noise."""
    noise = np.random.default_rng(seed).normal(0, 0.05, round(seconds * 22_050))
    return Voice(Audio(np.convolve(noise, np.ones(1 + 4 * seed) / (1 + 4 * seed), "same").astype(np.float32), 22_050))


@pytest.fixture(scope="module")
def spoken() -> dict[tuple[str, str], Audio]:
    """Real speech: espeak-ng's."""
    voice = espeak.load()
    pairs = [(language, text) for language, texts in TEXTS.items() for text in texts]
    sounds = voice.synthesize([Utterance(text, language, STOCK) for language, text in pairs])
    return dict(zip(pairs, sounds, strict=True))


# what is wrong with a take


def test_speech_has_no_flaw(spoken: dict[tuple[str, str], Audio]) -> None:
    for (language, text), audio in spoken.items():
        assert flaw(audio, text, language) is None, text


def test_speech_of_another_text_is_too_short_or_too_long(spoken: dict[tuple[str, str], Audio]) -> None:
    long, short = spoken["en", TEXTS["en"][0]], spoken["en", "a"]
    assert "too long" in str(flaw(long, "a", "en"))
    assert "too short" in str(flaw(short, TEXTS["en"][0], "en"))


def test_silence_and_noise_beyond_full_scale_are_flaws(spoken: dict[tuple[str, str], Audio]) -> None:
    text = TEXTS["en"][0]
    loud = spoken["en", text].samples * 20
    assert flaw(Audio(np.clip(loud, -1, 1), RATE), text, "en") == "it is clipped"
    assert flaw(Audio.silence(3, RATE), text, "en") == "it is silent"
    assert flaw(Audio.silence(0, RATE), text, "en") == "it is silent"
    assert flaw(Audio(np.full(RATE * 3, np.nan, np.float32), RATE), text, "en") == "it is not sound"


@pytest.mark.parametrize("length", [0.08, 0.3, 0.7])
def test_a_loop_is_heard(spoken: dict[tuple[str, str], Audio], length: float) -> None:
    speech = spoken["en", TEXTS["en"][0]]
    half = speech.samples[: len(speech.samples) // 2]
    loop = np.tile(half[-round(length * speech.rate) :], round(2.2 / length))
    stuck = Audio(np.concatenate([half, loop]), speech.rate)
    assert repetition(stuck) == pytest.approx(2.2, abs=0.4)
    assert "comes back" in str(flaw(stuck, TEXTS["en"][0], "en"))


def test_a_held_sound_is_a_loop() -> None:
    tone = np.sin(np.arange(RATE * 3) * 2 * np.pi * 200 / RATE) * 0.1
    assert repetition(Audio(tone.astype(np.float32), RATE)) > 2


def test_longer_texts_may_take_longer() -> None:
    for language in ("zh", "en", "ar", "hi", "ja"):
        assert expected_seconds("1 000 件", language)[1] > expected_seconds("1 件", language)[1]
        low, high = expected_seconds("好 a А ا क", language)
        assert 0 < low < 1 < high


# takes


def tone(seconds: float) -> Audio:
    """A sound that is no flaw: its spectrum is another one every 60 ms."""
    random = np.random.default_rng(0)
    count = round(seconds * RATE)
    noise, piece = random.normal(0, 1, count), round(0.06 * RATE)
    pieces = [np.convolve(noise[i : i + piece], random.normal(0, 1, 8), "same") for i in range(0, count, piece)]
    samples = np.concatenate(pieces)
    return Audio((0.1 * samples / np.abs(samples).max()).astype(np.float32), RATE)


def line(text: str, language: str = "en") -> Utterance:
    return Utterance(text, language, STOCK)


def test_a_flawed_take_is_said_again_with_another_seed() -> None:
    seen: list[int] = []

    def speak(attempts: Sequence[Attempt]) -> list[Audio]:
        seen.extend(attempt.seed for attempt in attempts)
        return [tone(1.0) if attempt.number == 2 else Audio.silence(1, RATE) for attempt in attempts]

    (sound,) = said([line("Hello there.")], speak)
    assert sound.samples.any()
    assert len(set(seen)) == 3


def test_only_the_flawed_sentences_are_said_again() -> None:
    batches: list[list[str]] = []

    def speak(attempts: Sequence[Attempt]) -> list[Audio]:
        batches.append([attempt.utterance.text for attempt in attempts])
        good = [attempt.number or attempt.utterance.text == "good" for attempt in attempts]
        return [tone(0.5) if fine else Audio.silence(1, RATE) for fine in good]

    said([line("good"), line("flawed")], speak)
    assert batches == [["good", "flawed"], ["flawed"]]


def test_a_sentence_that_is_never_sound_is_an_error_that_names_it() -> None:
    def speak(attempts: Sequence[Attempt]) -> list[Audio]:
        return [Audio.silence(1, RATE) for _ in attempts]

    with pytest.raises(EngineError, match=r"'Hello there\.' could not be said in 4 takes: it is silent"):
        said([line("Hello there.")], speak)


@pytest.mark.parametrize("text", ["", "…", "😀😀", "!?"])
def test_nothing_to_say(text: str) -> None:
    with pytest.raises(EngineError, match="nothing to say"):
        said([line(text)], pytest.fail)


class Recogniser:
    """Hears what was said in takes longer than a second, and something else in others."""

    name, fingerprint = "ear", "ear-1"
    languages = frozenset({"en"})

    def transcribe(self, recordings: Sequence[Recording]) -> list[Transcript]:
        found = []
        for recording in recordings:
            text = "hello there" if recording.audio.duration > 1 else "yellow hair"
            found.append(Transcript("en", (Segment(recording.spans[0], text),)))
        return found


def test_the_take_that_is_understood_wins() -> None:
    def speak(attempts: Sequence[Attempt]) -> list[Audio]:
        return [tone((0.7, 1.2, 0.8)[attempt.number]) for attempt in attempts]

    recogniser: object = Recogniser()
    jury = Jury(recogniser)  # type: ignore[arg-type]
    (best,) = said([line("Hello there!")], speak, takes=3, jury=jury)
    assert best.duration == pytest.approx(1.2, abs=0.05)
    alike = Jury(likeness=lambda _, take: -abs(take.duration - 0.8))
    (best,) = said([line("Hello there!")], speak, takes=3, jury=alike)
    assert best.duration == pytest.approx(0.8, abs=0.05)
    both = Jury(recogniser, lambda _, take: -abs(take.duration - 0.8) / 2)  # type: ignore[arg-type]
    (best,) = said([line("Hello there!")], speak, takes=3, jury=both)
    assert best.duration == pytest.approx(1.2, abs=0.05), "being understood weighs more"


def test_character_errors_are_edits_per_letter() -> None:
    assert character_error_rate("Hello, there", "hello there!") == 0
    assert character_error_rate("helo there", "hello there") == pytest.approx(1 / 10)
    assert character_error_rate("", "hello") == 1
    assert character_error_rate("x" * 99, "hello") == 1
    assert character_error_rate("百", "一百双") == pytest.approx(2 / 3)


def test_long_sentences_are_said_in_parts() -> None:
    said_texts: list[str] = []

    def speak(attempts: Sequence[Attempt]) -> list[Audio]:
        said_texts.extend(attempt.utterance.text for attempt in attempts)
        return [tone(0.3 + len(attempt.utterance.text) / 14) for attempt in attempts]

    text = "First comes this. Then comes that, and more of it, and it goes on without a stop " + "x" * 40 + " 😀"
    (sound,) = said_in_parts([line(text)], lambda _: 40, speak)
    assert all(len(part) <= 40 for part in said_texts)
    assert said_texts[0] == "First comes this. Then comes that,"
    assert list(filter(str.isalnum, "".join(said_texts))) == list(filter(str.isalnum, text))
    assert sound.duration == pytest.approx(
        sum(0.3 + len(t) / 14 for t in said_texts) + takes.PAUSE * (len(said_texts) - 1), abs=0.1
    )


def test_takes_are_trimmed_and_at_one_level() -> None:
    quiet = Audio(tone(1.0).samples * np.float32(0.1), RATE)
    padded = Audio(np.concatenate([np.zeros(RATE, np.float32), quiet.samples, np.zeros(RATE, np.float32)]), RATE)
    done = finished(padded)
    assert done.duration == pytest.approx(1.0 + 2 * takes.KEPT, abs=0.01)
    assert np.sqrt(np.mean(done.samples**2)) == pytest.approx(takes.LEVEL, rel=0.05)


def test_naming_a_neural_voice_loads_no_torch() -> None:
    modules = [f"pitchgen.engines.synthesize.{name}" for name in ("xtts", "xtts_decoding", "openvoice", "chatterbox")]
    script = (
        f"import sys, {', '.join(modules)}; print([n for n in ('torch', 'TTS', 'transformers') if n in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == "[]"


# XTTS


@pytest.fixture(scope="module")
def xtts(rack: Rack) -> Xtts:
    voice = load_xtts(rack=rack)
    assert isinstance(voice, Xtts)
    return voice


def test_xtts_speaks_as_long_as_its_text_takes_in_every_language_of_a_batch(xtts: Xtts) -> None:
    voice = reference(1)
    texts = [("en", "Hello there."), ("zh", "大家好"), ("ru", "привет, друзья")]
    sounds = xtts.synthesize([Utterance(text, language, voice) for language, text in texts])
    for (language, text), sound in zip(texts, sounds, strict=True):
        tokens = len(xtts._network()._xtts.tokenizer.encode(text.lower(), language)) + 2
        assert sound.rate == RATE
        assert sound.duration == pytest.approx(tokens * CODES_PER_TOKEN / CODES_PER_SECOND, rel=0.3, abs=0.1)
        assert np.isfinite(sound.samples).all()
        assert np.sqrt(np.mean(sound.samples**2)) == pytest.approx(takes.LEVEL, rel=0.1)
    assert xtts.timbre("fr") == "cloned"


def test_xtts_says_the_same_alone_as_in_company_and_another_voice_otherwise(xtts: Xtts) -> None:
    one, other = reference(1), reference(2)
    together = xtts.synthesize([Utterance("Hi you", "en", voice) for voice in (one, other)])
    (alone,) = xtts.synthesize([Utterance("Hi you", "en", one)])
    (again,) = xtts.synthesize([Utterance("Hi you", "en", replace(one))])
    assert np.array_equal(alone.samples, again.samples)
    np.testing.assert_allclose(alone.samples, together[0].samples, atol=1e-4)
    length = min(len(sound.samples) for sound in together)
    assert np.abs(together[0].samples[:length] - together[1].samples[:length]).max() > 0.01


def test_a_voice_is_studied_once(xtts: Xtts, monkeypatch: pytest.MonkeyPatch) -> None:
    voice = reference(3)
    studied: list[int] = []
    network = xtts._network()
    original = network.likeness

    def counted(audio: Audio) -> object:
        studied.append(1)
        return original(audio)

    monkeypatch.setattr(network, "likeness", counted)
    xtts.synthesize([Utterance("Hi", "en", voice), Utterance("Oh", "en", voice)])
    xtts.synthesize([Utterance("Ah", "en", Voice(Audio(voice.reference.samples.copy(), voice.reference.rate)))])
    assert studied == [1]


def test_decoding_together_equals_the_library_one_by_one(xtts: Xtts) -> None:
    import torch

    from pitchgen.engines.synthesize.xtts_decoding import Line, Sampling, decode

    library = xtts._network()._xtts
    likeness = [xtts.likeness(reference(seed)) for seed in (1, 2, 1, 2, 1)]
    texts = ["hello world", "a", "a much longer sentence than all the others of its batch", "hola", "two words"]
    tokens = [torch.tensor(library.tokenizer.encode(text, "en")) for text in texts]
    lines = [Line(likeness[i].conditioning, tokens[i], 80, i) for i in range(len(texts))]
    for temperature in (0.0, 0.75):
        sampling = Sampling(temperature, 50, 0.85, 5.0)
        together = decode(library.gpt, lines, sampling)
        assert len({len(result.codes) for result in together}) >= 4, "each row stops for itself"
        for result, one in zip(together, lines, strict=True):
            (alone,) = decode(library.gpt, [one], sampling)
            assert torch.equal(result.codes, alone.codes)
            torch.testing.assert_close(result.latents, alone.latents, atol=1e-4, rtol=1e-4)
            assert alone.codes[-1] == library.gpt.stop_audio_token
            torch.testing.assert_close(alone.latents, _as_the_library(library, one, alone.codes), atol=1e-4, rtol=1e-4)
            if temperature == 0:
                assert torch.equal(alone.codes, _greedy(library, alone.codes, alone.latents))


def _as_the_library(library, one, codes):
    """The latents that the library computes for the codes in one pass, without a cache."""
    import torch

    with torch.inference_mode():
        lengths = torch.tensor([len(one.tokens)]), torch.tensor([len(codes) * 1024])
        return library.gpt(
            one.tokens[None],
            lengths[0],
            codes[None].clone(),
            lengths[1],
            cond_latents=one.conditioning[None],
            return_latent=True,
        )[0]


def _greedy(library, codes, latents):
    """The likeliest codes by the processor of transformers, each from the latents and the codes before it."""
    import torch
    from transformers import RepetitionPenaltyLogitsProcessor

    penalty = RepetitionPenaltyLogitsProcessor(5.0)
    before = torch.tensor([[1, library.gpt.start_audio_token]])
    chosen = []
    with torch.inference_mode():
        for code, latent in zip(codes, latents, strict=True):
            chosen.append(penalty(before, library.gpt.mel_head(latent)[None]).argmax())
            before = torch.cat([before, code[None, None]], dim=1)
    return torch.stack(chosen)


def test_rows_end_at_their_limit(xtts: Xtts) -> None:
    import torch

    from pitchgen.engines.synthesize.xtts_decoding import Line, Sampling, decode

    library = xtts._network()._xtts
    conditioning = xtts.likeness(reference(1)).conditioning
    tokens = torch.tensor(library.tokenizer.encode("a rather long sentence", "en"))
    results = decode(library.gpt, [Line(conditioning, tokens, n, 0) for n in (3, 100, 5)], Sampling(0.7, 50, 0.8, 5.0))
    assert [len(result.codes) for result in results][::2] == [3, 5]
    assert torch.equal(results[0].codes, results[1].codes[:3])


def test_every_language_of_xtts_is_read_with_numbers_signs_and_pictures(xtts: Xtts) -> None:
    network = xtts._network()
    likeness = xtts.likeness(reference(1))
    for language in sorted(xtts.languages):
        for text in ("3.5 € 😀 100%", "https://example.com/a?b=1&c=2", "x", "1.2.3 $1,000.50 7/24 №5 1st 3."):
            line = network._line(Attempt(Utterance(text, language, STOCK), 0), likeness)
            assert 0 < len(line.tokens) < 402, (language, text)


def test_a_text_of_two_thousand_characters_is_parted(xtts: Xtts) -> None:
    network = xtts._network()
    for language, text in (("en", "socks and shoes, " * 118), ("zh", "这款袜子三块五一双，" * 200), ("en", "x" * 2000)):
        parts = takes._parted(text, network.limit(language))
        assert sum(map(len, parts)) > 1800
        assert all(len(part) <= network.limit(language) for part in parts)


def test_a_reference_that_is_too_short(xtts: Xtts) -> None:
    with pytest.raises(EngineError, match=r"0\.10 s long"):
        xtts.synthesize([Utterance("Hi", "en", reference(1, 0.1))])


def copied(weights: Weights, folder: Path) -> Weights:
    shutil.copytree(weights.folder, folder)
    return replace(weights, folder=folder)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("model.pth", None, "model.pth is missing"),
        ("vocab.json", None, "vocab.json is missing"),
        ("config.json", None, "config.json is missing"),
        ("config.json", b'{"model"', "config.json is damaged"),
        ("vocab.json", b"{}", "vocab.json"),
        ("model.pth", b"PK\3\4 cut off", "model.pth"),
        ("model.pth", b"", "model.pth is damaged"),
    ],
)
def test_files_of_xtts_that_cannot_be_used(
    rack: Rack, tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    weights = copied(rack.choose("xtts"), tmp_path / "weights")
    (weights.folder / name).unlink()
    if content is not None:
        (weights.folder / name).write_bytes(content)
    with pytest.raises(MissingWeights, match=f"{message}.*; pitchgen models pull xtts-v2") as raised:
        load_network(weights, "cpu")
    assert "\n" not in str(raised.value)


# OpenVoice


@pytest.fixture(scope="module")
def openvoice(rack: Rack) -> OpenVoice:
    voice = load_openvoice(rack=rack)
    assert isinstance(voice, OpenVoice)
    return voice


def test_openvoice_converts_the_base_voice_sentence_by_sentence(openvoice: OpenVoice) -> None:
    voice = reference(1)
    lines = [Utterance("Good socks.", "en", voice), Utterance("大家好。", "zh", voice)]
    base, sounds = espeak.load().synthesize(lines), openvoice.synthesize(lines)
    for before, after in zip(base, sounds, strict=True):
        assert after.rate == 22_050
        assert after.duration == pytest.approx(before.duration, abs=0.07), "only silence is cut off"
        assert np.isfinite(after.samples).all()
        assert np.sqrt(np.mean(after.samples**2)) == pytest.approx(takes.LEVEL, rel=0.2)
    assert openvoice.timbre("en") == "converted"
    assert openvoice.languages == espeak.load().languages
    assert openvoice.licence.name == "GPL-3.0-or-later", "the base voice's is the stricter one"


def test_openvoice_depends_on_the_voice_and_on_nothing_else(openvoice: OpenVoice) -> None:
    one, other = reference(1), reference(2)
    (first,) = openvoice.synthesize([Utterance("Hi you", "en", one)])
    both = openvoice.synthesize([Utterance("Hi you", "en", other), Utterance("Hi you", "en", replace(one))])
    assert np.array_equal(first.samples, both[1].samples)
    length = min(len(first.samples), len(both[0].samples))
    assert np.abs(first.samples[:length] - both[0].samples[:length]).max() > 0.01


def test_a_tone_is_found_once(openvoice: OpenVoice, monkeypatch: pytest.MonkeyPatch) -> None:
    voice, network = reference(4), openvoice._network()
    heard: list[Audio] = []
    original = network.tone
    monkeypatch.setattr(network, "tone", lambda audio: heard.append(audio) or original(audio))
    openvoice.synthesize([Utterance("Hi", "en", voice), Utterance("Oh", "en", voice)])
    assert [audio is voice.reference for audio in heard].count(True) == 1


def test_openvoice_equals_the_library(openvoice: OpenVoice) -> None:
    import torch

    network = openvoice._network()
    source, target = tone(0.8), reference(1).reference
    ours = network.converted(source, network.tone(target), 7)
    torch.manual_seed(7)
    library = network._network.voice_conversion(
        torch.from_numpy(resample(source, 22_050).samples), [torch.from_numpy(target.samples)]
    )
    np.testing.assert_allclose(ours.samples[: len(library)], library[: len(ours.samples)], atol=1e-5)


def test_nothing_is_heard_of_her(openvoice: OpenVoice) -> None:
    with pytest.raises(EngineError, match="reference is empty"):
        openvoice.synthesize([Utterance("Hi", "en", STOCK)])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("converter/checkpoint.pth", None, "checkpoint.pth is missing"),
        ("converter/config.json", None, "config.json is missing"),
        ("converter/config.json", b"{", "config.json is damaged"),
        ("converter/config.json", b"{}", "config.json does not fit openvoice-v2"),
        ("converter/checkpoint.pth", b"PK\3\4 cut off", "checkpoint.pth"),
    ],
)
def test_files_of_openvoice_that_cannot_be_used(
    rack: Rack, tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    weights = copied(rack.choose("openvoice"), tmp_path / "weights")
    (weights.folder / name).unlink()
    if content is not None:
        (weights.folder / name).write_bytes(content)
    with pytest.raises(MissingWeights, match=f"{message}.*; pitchgen models pull openvoice-v2") as raised:
        load_openvoice_network(weights, "cpu")
    assert "\n" not in str(raised.value)


def test_weights_of_another_architecture(rack: Rack, tmp_path: Path) -> None:
    weights = copied(rack.choose("openvoice"), tmp_path / "weights")
    path = weights.folder / "converter" / "config.json"
    path.write_text(path.read_text("utf-8").replace('"hidden_channels": 16', '"hidden_channels": 24'), "utf-8")
    with pytest.raises(MissingWeights, match=r"checkpoint\.pth does not fit openvoice-v2"):
        load_openvoice_network(weights, "cpu")
