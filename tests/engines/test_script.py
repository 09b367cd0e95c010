"""The script aligner, on synthetic speech that it does not use itself and on real speech."""

from __future__ import annotations

from itertools import pairwise, permutations
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from pitchgen.core.audio import Audio
from pitchgen.core.engines import Recording
from pitchgen.core.errors import InputError, MissingWeights
from pitchgen.core.transcript import DOUBTFUL, Span, Transcript
from pitchgen.dsp.resample import resample
from pitchgen.engines.detect.silero import load as load_detector
from pitchgen.engines.espeak.client import shared
from pitchgen.engines.transcribe.fake import load as load_fake
from pitchgen.engines.transcribe.script import _in_order, load

MEDIA = Path(__file__).resolve().parents[2].parent / "shared" / "media"
SCRIPT = (
    "大家好，欢迎来到义乌国际商贸城。",
    "今天给大家介绍我们家的新款棉袜。",
    "这款袜子是95%的纯棉，穿着特别舒服。",
    "起订量100双，每双3.5元。",
    "一箱48双，颜色可以混搭。",
    "我们工厂支持贴牌，可以印你的商标。",
    "样品三天就能寄出，大货15天交货。",
    "喜欢的老板请联系我们，谢谢大家。",
)
OTHER = (
    "这把雨伞是全自动的，一按就开。",
    "伞面直径一百零五厘米，防风防晒。",
    "水杯是不锈钢的，容量五百毫升。",
    "我们在二区四楼，欢迎来看样品。",
)
REAL = {
    "zh_aishell.wav": "广州市房地产中介协会分析。",
    "zh_funasr_sample.wav": "我想问我在滨海新区有房。",
}
RATE = 16_000


def spoken(script, *, voice, rate, snr_db, seed=0) -> tuple[Audio, list[Span]]:
    """A reading with random pauses in noise, and when each sentence is truly said."""
    rng = np.random.default_rng(seed)
    parts, spans, now = [np.zeros(RATE // 2, np.float32)], [], RATE // 2
    for sentence in script:
        said = resample(shared().speak(sentence, voice, rate=rate, pitch=60).audio, RATE).samples
        loud = np.flatnonzero(np.abs(said) > 0.01 * np.abs(said).max())
        said = said[loud[0] : loud[-1] + 1]
        spans.append(Span(now / RATE, (now + len(said)) / RATE))
        pause = np.zeros(int(rng.uniform(0.2, 0.7) * RATE), np.float32)
        parts += [said, pause]
        now += len(said) + len(pause)
    samples = np.concatenate(parts)
    level = np.sqrt(np.mean(samples[np.abs(samples) > 0.01] ** 2)) * 10 ** (-snr_db / 20)
    return Audio((samples + level * rng.standard_normal(len(samples))).astype(np.float32), RATE), spans


def aligned(audio, script, *, language="zh") -> Transcript:
    spans = load_detector().detect([audio])[0]
    (transcript,) = load().transcribe([Recording(audio, spans, language, tuple(script))])
    assert transcript.texts == tuple(script)
    well_formed(transcript, audio.duration)
    return transcript


def well_formed(transcript, duration):
    spans = [segment.span for segment in transcript.segments]
    assert all(0 <= span.start < span.end <= duration for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))


def inner_errors(transcript, truth) -> list[float]:
    """Seconds between found and true edges, the outermost two left out."""
    found = [edge for s in transcript.segments for edge in (s.span.start, s.span.end)][1:-1]
    true = [edge for span in truth for edge in (span.start, span.end)][1:-1]
    return [abs(a - b) for a, b in zip(found, true, strict=True)]


def test_edges_of_unheard_voices_in_noise():
    errors, scores = [], []
    readings = [("cmn+f4", 150), ("cmn+m3", 175), ("cmn+f2", 230), ("cmn+m7", 165)]
    for seed, (voice, rate) in enumerate(readings):
        audio, truth = spoken(SCRIPT, voice=voice, rate=rate, snr_db=10, seed=seed)
        transcript = aligned(audio, SCRIPT)
        errors += inner_errors(transcript, truth)
        scores.append(transcript.score)
        for before, after, said, next_said in zip(
            transcript.segments, transcript.segments[1:], truth, truth[1:], strict=False
        ):
            cut = (before.span.end + after.span.start) / 2
            assert said.end - 0.05 < cut < next_said.start + 0.05
    assert np.median(errors) < 0.060
    assert np.percentile(errors, 90) < 0.160
    assert min(scores) > DOUBTFUL


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_other_languages_are_aligned_too(language):
    script = {
        "en": ("Hello everyone.", "These socks cost 3.5 yuan.", "Please write to us today."),
        "fr": ("Bonjour à tous.", "Ces chaussettes coûtent 3,5 yuans.", "Écrivez-nous aujourd'hui."),
        "ru": ("Здравствуйте, друзья.", "Эти носки стоят 3,5 юаня.", "Напишите нам сегодня."),
    }[language]
    voice = {"en": "en-us"}.get(language, language)
    audio, truth = spoken(script, voice=f"{voice}+f4", rate=160, snr_db=20)
    assert np.median(inner_errors(aligned(audio, script, language=language), truth)) < 0.1


def test_what_is_not_in_the_script_stays_between_its_sentences():
    said = (*SCRIPT[:3], "对了，这个袜子我自己也在穿，真的很好。", *SCRIPT[3:])
    audio, truth = spoken(said, voice="cmn+f4", rate=170, snr_db=20)
    transcript = aligned(audio, SCRIPT)
    starts = [segment.span.start for segment in transcript.segments]
    wanted = [span.start for index, span in enumerate(truth) if index != 3]
    far = [abs(a - b) for a, b in zip(starts, wanted, strict=True)]
    assert sum(error < 0.25 for error in far) >= len(far) - 1


def test_a_sentence_left_out_leaves_the_others_right():
    audio, truth = spoken(SCRIPT[:3] + SCRIPT[4:], voice="cmn+f4", rate=170, snr_db=20)
    transcript = aligned(audio, SCRIPT)
    starts = [s.span.start for index, s in enumerate(transcript.segments) if index != 3]
    far = [abs(a - b.start) for a, b in zip(starts, truth, strict=True)]
    assert sum(error < 0.25 for error in far) >= len(far) - 1


def test_wrong_scripts_score_lower():
    audio, _ = spoken(SCRIPT, voice="cmn+m3", rate=170, snr_db=10)
    right = aligned(audio, SCRIPT).score
    assert right > aligned(audio, SCRIPT[::-1]).score + 0.2
    assert right > aligned(audio, OTHER * 2).score + 0.2


def real(names) -> tuple[Audio, list[Span]]:
    if not MEDIA.exists():
        pytest.skip("the shared media are not beside this checkout")
    detector = load_detector()
    parts, spans, now = [], [], 0.0
    for name in names:
        samples, rate = soundfile.read(MEDIA / name, dtype="float32")
        heard = detector.detect([Audio(samples, rate)])[0]
        parts.append(samples / np.abs(samples).max() / 2)
        spans.append(Span(now + heard[0].start, now + heard[-1].end))
        now += len(samples) / rate
    return Audio(np.concatenate(parts), RATE), spans


@pytest.mark.parametrize("names", list(permutations(REAL)))
def test_real_speech_of_two_people(names):
    audio, truth = real(names)
    script = tuple(REAL[name] for name in names)
    transcript = aligned(audio, script)
    assert max(inner_errors(transcript, truth)) < 0.2
    wrong = max(aligned(audio, script[::-1]).score, aligned(audio, OTHER[:2]).score)
    assert transcript.score > max(wrong, DOUBTFUL)


def test_no_script_tells_the_ways_forward():
    recording = Recording(Audio.silence(1, RATE), (), "zh", None)
    with pytest.raises(MissingWeights, match=r"--script.*subtitle.*pitchgen\[models\]"):
        load().transcribe([recording])


def test_the_impossible_is_refused():
    audio, _ = spoken(SCRIPT[:2], voice="cmn", rate=180, snr_db=30)
    with pytest.raises(InputError, match="too much text"):
        aligned(audio, SCRIPT * 3)
    long, _ = spoken(SCRIPT * 2, voice="cmn", rate=180, snr_db=30)
    with pytest.raises(InputError, match="too little text"):
        aligned(long, ("你好。",))
    with pytest.raises(InputError, match="nobody speaks"):
        aligned(Audio.silence(3, RATE), SCRIPT)
    with pytest.raises(InputError, match="nobody speaks"):
        aligned(Audio.silence(0, RATE), SCRIPT)
    with pytest.raises(InputError, match="empty"):
        aligned(audio, ())
    with pytest.raises(InputError, match="…"):
        aligned(audio, (SCRIPT[0], "…！"))


def test_a_single_word_and_identical_sentences():
    audio, _ = spoken(("好的。",), voice="cmn+f4", rate=150, snr_db=30)
    aligned(audio, ("好的。",))
    thrice = ("便宜卖了。",) * 3
    audio, truth = spoken(thrice, voice="cmn+f4", rate=150, snr_db=20)
    assert max(inner_errors(aligned(audio, thrice), truth)) < 0.25


def test_other_rates_and_spans_beyond_the_end():
    audio, truth = spoken(SCRIPT[:3], voice="cmn+f4", rate=170, snr_db=30)
    whole = (Span(0, audio.duration + 1),)
    (transcript,) = load().transcribe([Recording(resample(audio, 48_000), whole, "zh", SCRIPT[:3])])
    well_formed(transcript, audio.duration)
    assert max(inner_errors(transcript, truth)) < 0.25


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=1, max_size=40),
    st.integers(1, 400),
)
def test_any_edges_come_out_in_order(edges, frames):
    frames = max(frames, len(edges))
    starts, ends = np.array(edges).T.clip(0, frames)
    duration = frames * 0.02 - 0.001
    spans = _in_order(starts, ends, frames, duration)
    assert all(0 <= span.start < span.end <= duration for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))


def test_the_fake_spreads_the_script():
    audio = Audio.silence(10, RATE)
    spans = (Span(1, 3), Span(4, 9))
    with_script, without = load_fake().transcribe(
        [Recording(audio, spans, "zh", ("一二", "三四五六")), Recording(audio, spans, "zh")]
    )
    assert with_script.texts == ("一二", "三四五六")
    assert with_script.segments[0].span == Span(1, 1 + 8 * 2 / 6)
    assert without.texts == ("句子 1", "句子 2")
