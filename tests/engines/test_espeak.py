"""espeak-ng in its own process, and the voice made of it."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.engines import Utterance
from pitchgen.core.errors import EngineError, UnsupportedError
from pitchgen.dsp.pitch import pitch
from pitchgen.dsp.spectrum import long_term
from pitchgen.engines.espeak.client import RATE, Espeak, shared
from pitchgen.engines.espeak.text import speakable
from pitchgen.engines.espeak.voices import VOICES, voice_of
from pitchgen.engines.synthesize.espeak import KEPT, STOCK, TintedEspeak, load
from pitchgen.engines.synthesize.fake import load as load_fake
from pitchgen.languages import LANGUAGES

MEDIA = Path(__file__).resolve().parents[2].parent / "shared" / "media"
STOCK_VOICE = Voice(Audio.silence(1.0, 16_000))
SENTENCES = {
    "zh": "这款袜子每双3.5元，起订量100双。",
    "en": "These socks cost 3.5 yuan a pair, from 100 pairs.",
    "fr": "Ces chaussettes coûtent 3,5 yuans la paire, à partir de 100 paires.",
    "ru": "Эти носки стоят 3,5 юаня за пару, от 100 пар.",
}

FAKE_WORKER = """
import os, signal, sys, time
import pitchgen.engines.espeak.worker as worker
from pitchgen.engines.espeak.protocol import Reply

class Broken:
    def speak(self, request):
        if "segfault" in request.text:
            os.kill(os.getpid(), signal.SIGSEGV)
        if "exit" in request.text:
            os._exit(3)
        if "hang" in request.text:
            time.sleep(60)
        return Reply(((0, 0),), b"\\1\\0" * len(request.text))

worker.HANG_SECONDS = 1
worker.Library = lambda *paths: Broken()
worker.main()
"""
ABSENT_LIBRARY = """
import sys
sys.argv[1:] = ["no-such-library.so", "."]
import pitchgen.engines.espeak.worker as worker
worker.main()
"""


@pytest.fixture
def broken():
    espeak = Espeak(command=[sys.executable, "-c", FAKE_WORKER], patience=10)
    yield espeak
    espeak.close()


def test_the_worker_has_every_voice_that_is_promised():
    script = (
        "import espeakng_loader as e; from pitchgen.engines.espeak.library import Library;"
        "print(sum(Library(e.get_library_path(), e.get_data_path()).voices().values(), []))"
    )
    tags = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert all(f"'{voice}'" in tags for voice in VOICES.values())
    assert set(VOICES) <= set(LANGUAGES)
    assert {"zh", "en", "fr", "ru"} <= set(VOICES)


def test_a_language_without_a_voice_is_refused():
    with pytest.raises(UnsupportedError, match="garbled"):
        voice_of("th")


def test_speech_has_sound_and_words_in_order():
    text = SENTENCES["zh"]
    speech = shared().speak(text, "cmn")
    assert speech.audio.rate == RATE
    assert 2 < speech.audio.duration < 8
    times = [word.time for word in speech.words]
    assert times == sorted(times)
    assert times[-1] < speech.audio.duration
    assert all(0 <= word.position < len(text) for word in speech.words)
    assert len(speech.words) > 10


def test_the_same_request_gives_the_same_bytes_in_every_process():
    other = Espeak()
    first = shared().speak("hello, my friend", "en-us+f4", pitch=60).audio.samples
    shared().speak("大家好", "cmn")
    assert np.array_equal(first, shared().speak("hello, my friend", "en-us+f4", pitch=60).audio.samples)
    assert np.array_equal(first, other.speak("hello, my friend", "en-us+f4", pitch=60).audio.samples)
    other.close()


def test_parameters_out_of_bounds_are_clamped():
    lowest = shared().speak("one two three", "en-us+f4", pitch=-50, rate=1, intonation=900)
    assert lowest.audio.samples.any()


def test_a_killed_worker_costs_nothing():
    espeak = Espeak()
    before = espeak.speak("one", "en-us").audio.samples
    assert espeak._process is not None
    espeak._process.kill()
    assert np.array_equal(before, espeak.speak("one", "en-us").audio.samples)
    espeak.close()


def test_workers_killed_while_many_speak():
    espeak = Espeak()
    expected = espeak.speak("again and again", "en-us").audio.samples
    answers: list[bool] = []

    def speak() -> None:
        while len(answers) < 40:
            answers.append(np.array_equal(expected, espeak.speak("again and again", "en-us").audio.samples))

    threads = [threading.Thread(target=speak) for _ in range(3)]
    for thread in threads:
        thread.start()
    for goal in (5, 15, 25):
        while len(answers) < goal:  # a worker that has just answered: its successor is not killed as well
            time.sleep(0.01)
        if (process := espeak._process) is not None:
            process.kill()
    for thread in threads:
        thread.join(60)
    assert len(answers) >= 40
    assert all(answers)
    espeak.close()


@pytest.mark.parametrize(("text", "reason"), [("segfault", "SIGSEGV"), ("exit", "exit status 3"), ("hang", "SIGALRM")])
def test_a_crash_costs_one_request_and_names_it(broken, text, reason):
    with pytest.raises(EngineError, match=f"{reason}.*{text}"):
        broken.speak(f"please {text}", "any")
    assert len(broken.speak("fine", "any").audio.samples) == 4


def test_a_worker_that_never_answers_is_given_up():
    espeak = Espeak(command=[sys.executable, "-c", "import time; time.sleep(60)"], patience=0.3)
    with pytest.raises(EngineError, match=r"did not answer in time.*'hello'"):
        espeak.speak("hello", "cmn")
    espeak.close()


def test_a_worker_that_cannot_load_its_library_says_so():
    espeak = Espeak(command=[sys.executable, "-c", ABSENT_LIBRARY])
    with pytest.raises(EngineError, match="no-such-library"):
        espeak.speak("hello", "cmn")
    espeak.close()


def test_an_unknown_voice_is_an_error():
    with pytest.raises(EngineError, match=r"no voice 'xx'.*'hello'"):
        shared().speak("hello", "xx")


def test_too_much_text_is_refused():
    with pytest.raises(EngineError, match="6000 characters"):
        shared().speak("a" * 6000, "en-us")


def test_a_data_path_longer_than_espeak_keeps(tmp_path):
    import espeakng_loader

    folder = tmp_path / ("long" * 40) / ("path" * 40)
    folder.mkdir(parents=True)
    data = folder / "espeak-ng-data"
    data.symlink_to(espeakng_loader.get_data_path())
    command = [
        sys.executable,
        *("-m", "pitchgen.engines.espeak.worker"),
        *(espeakng_loader.get_library_path(), str(data)),
    ]
    espeak = Espeak(command=command)
    assert espeak.speak("hello", "fr").audio.samples.any()
    espeak.close()


def test_nothing_is_left_behind(tmp_path):
    script = (
        "from pitchgen.engines.espeak.client import shared\n"
        "shared().speak('hello', 'en-us')\n"
        "print(shared()._process.pid)"
    )
    run = [sys.executable, "-X", "dev", "-W", "error", "-c", script]
    done = subprocess.run(run, capture_output=True, text=True, timeout=20, check=True)
    assert not done.stderr
    assert not Path(f"/proc/{int(done.stdout)}").exists()


def test_a_forgotten_espeak_ends_its_process():
    espeak = Espeak()
    espeak.speak("hello", "en-us")
    process = espeak._process
    del espeak
    gc.collect()
    assert process is not None
    assert process.returncode is not None


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_starts_its_own():
    espeak = Espeak()
    espeak.speak("hello", "en-us")
    mine = espeak._process
    child = os.fork()
    if child == 0:
        ok = espeak.speak("hello", "en-us").audio.samples.any() and espeak._process is not mine
        espeak.close()
        os._exit(0 if ok else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert espeak.speak("hello", "en-us").audio.samples.any()
    assert espeak._process is mine
    espeak.close()


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("en", "35 cm wide, 20x30 cm", "35 centimetres wide, 20 by 30 centimetres"),
        ("en", "CN¥35.00 or $2.50", "35 yuan or 2.50 dollars"),
        ("en", "3-5 days, SKU A-12-34, 5 men", "3 to 5 days, SKU A-12-34, 5 men"),
        ("en", "10,000 pairs", "10,000 pairs"),
        ("fr", "10\u00a0000 paires, 1\u202f200\u202f000 €", "10000 paires, 1200000 euros"),
        ("fr", "3,5 yuans, 95 %", "3,5 yuans, 95 %"),
        ("ru", "12,75 юаня, 2,50 юаня, 3,05", "12 и 75 сотых юаня, 2,5 юаня, 3 и 5 сотых"),
        ("ru", "10 000 пар, 35 см, 5 мужчин", "10000 пар, 35 сантиметров, 5 мужчин"),
        ("zh", "95%棉，3.5元，35cm", "百分之95棉，3点5元，35 厘米"),
        ("en", "Hello 👍🏽!", "Hello !"),
    ],
)
def test_numbers_and_units_are_written_out(language, written, said):
    assert speakable(written, language) == said


@given(st.text(), st.sampled_from(sorted(LANGUAGES)))
def test_writing_out_keeps_all_plain_letters(text, language):
    letters = "".join(c for c in text if c.isalpha())
    if not any(c.isdecimal() for c in text):
        assert "".join(c for c in speakable(text, language) if c.isalpha()) == letters


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_every_language_is_spoken(language):
    (sound,) = load().synthesize([Utterance(SENTENCES[language], language, STOCK_VOICE)])
    assert sound.rate == 24_000
    assert 2 < sound.duration < 9
    assert 0.05 < np.abs(sound.samples).max() < 1
    loud = np.flatnonzero(np.abs(sound.samples) > 0.01 * np.abs(sound.samples).max())
    assert loud[0] <= KEPT * sound.rate + 1
    assert len(sound.samples) - loud[-1] <= KEPT * sound.rate + 1


def test_the_batch_keeps_its_order_and_is_reproducible():
    utterances = [Utterance(SENTENCES[code], code, STOCK_VOICE) for code in ("ru", "en", "ru", "fr")]
    sounds = load().synthesize(utterances)
    assert np.array_equal(sounds[0].samples, sounds[2].samples)
    again = load().synthesize(utterances[::-1])
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(sounds, again[::-1], strict=True))


@pytest.mark.parametrize("text", ["", "   ", "...", "😀😀", "—！？"])
def test_what_cannot_be_said_is_an_error(text):
    with pytest.raises(EngineError, match="nothing to say"):
        load().synthesize([Utterance(text, "en", STOCK_VOICE)])


def test_chinese_is_not_read_by_a_foreign_voice():
    with pytest.raises(EngineError, match="袜"):
        load().synthesize([Utterance("Buy 袜子 now", "en", STOCK_VOICE)])


def test_silence_is_never_passed_off_as_speech():
    silent = Espeak(command=[sys.executable, "-c", FAKE_WORKER])  # its sound is one step of 16 bits
    with pytest.raises(EngineError, match="silent for 'hello'"):
        TintedEspeak(silent).synthesize([Utterance("hello", "en", STOCK_VOICE)])
    silent.close()


@pytest.mark.parametrize(
    "text",
    ["a", "1", "good morning my friend " * 86, "https://www.example.com/shop?id=12", "999999999", "x" * 2000],
)
def test_odd_texts_are_said(text):
    (sound,) = load().synthesize([Utterance(text, "en", STOCK_VOICE)])
    assert sound.samples.any()


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60), st.sampled_from(sorted(SENTENCES)))
def test_any_text_is_said_or_refused_by_name(text, language):
    try:
        (sound,) = load().synthesize([Utterance(text, language, STOCK_VOICE)])
    except EngineError as error:
        refusal = str(error)
        assert repr(text)[:20] in refusal
    else:
        assert np.isfinite(sound.samples).all()
        assert 0 < np.abs(sound.samples).max() <= 1


def real_voice(name: str) -> Voice:
    if not MEDIA.exists():
        pytest.skip("the shared media are not beside this checkout")
    samples, rate = soundfile.read(MEDIA / name, dtype="float32")
    return Voice(Audio(samples, rate))


@pytest.mark.parametrize("name", ["zh_aishell.wav", "zh_funasr_sample.wav"])
def test_the_tint_brings_pitch_and_tone_near(name):
    voice = real_voice(name)
    engine = load()
    wanted = pitch(voice.reference).median_hz
    (tinted,) = engine.synthesize([Utterance(SENTENCES["en"], "en", voice)])
    (stock,) = engine.synthesize([Utterance(SENTENCES["en"], "en", STOCK_VOICE)])
    assert pitch(tinted).median_hz == pytest.approx(wanted, rel=0.1)
    target = long_term(voice.reference)
    speech = slice(5, 170)  # 250 Hz to 4 kHz

    def distance(sound: Audio) -> float:
        return float(np.std((long_term(sound) - target)[speech]))

    assert distance(tinted) < 0.85 * distance(stock)


def test_a_reference_without_speech_leaves_the_stock_voice():
    noise = np.random.default_rng(0).standard_normal(48_000).astype(np.float32) * np.float32(0.1)
    engine = TintedEspeak()
    for reference in (Audio.silence(0, 16_000), Audio.silence(5, 16_000), Audio(noise, 16_000)):
        assert engine.tint(Voice(reference)) is STOCK


def test_loading_starts_no_process():
    script = (
        "import pitchgen.engines.espeak.client as c\n"
        "from pitchgen.engines.synthesize.espeak import load\n"
        "engine = load(); print(engine.fingerprint, c.shared()._process)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("espeak-")
    assert done.stdout.strip().endswith("None")


def test_the_fake_voice_is_as_long_as_its_text():
    short, long = load_fake().synthesize([Utterance("ab", "en", STOCK_VOICE), Utterance("abcd", "en", STOCK_VOICE)])
    assert long.duration == pytest.approx(2 * short.duration)
    with pytest.raises(EngineError, match=r"'\?'"):
        load_fake().synthesize([Utterance("?", "en", STOCK_VOICE)])
