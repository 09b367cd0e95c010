"""How well scripts are placed on speech, what the score tells, and what an hour costs.

    python benchmarks/alignment.py [FOLDER]

FOLDER holds the real clips named in `REAL`; without it only synthetic speech is measured. The synthetic
speech is espeak-ng's too, in voices, at rates and in noise that the aligner does not use itself.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations, product
from pathlib import Path

import numpy as np
import soundfile

from pitchgen.core.audio import Audio
from pitchgen.core.engines import Recording
from pitchgen.core.transcript import DOUBTFUL, Span, Transcript
from pitchgen.dsp.resample import resample
from pitchgen.engines.detect.silero import SileroDetector
from pitchgen.engines.espeak.client import shared
from pitchgen.engines.espeak.text import speakable
from pitchgen.engines.transcribe.script import ScriptAligner

RATE = 16_000  # Hz
LEAD = 0.5  # seconds of noise before the first sentence
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
    "颜色有黑色、白色、粉色和蓝色。",
    "今天天气很好，我们去公园走一走吧。",
    "包装是彩盒，一箱六十个。",
    "现在下单，后天就能发货。",
)
REAL = {
    "zh_aishell.wav": "广州市房地产中介协会分析。",
    "zh_funasr_sample.wav": "我想问我在滨海新区有房。",
}
SETS = (
    # name, voices, words per minute, signal to noise in dB
    ("other voices, 30 dB", ("cmn+f4", "cmn+m3", "cmn+f2", "cmn+m7"), (150, 190, 240), 30.0),
    ("other voices, 10 dB", ("cmn+f4", "cmn+m3", "cmn+f2", "cmn+m7"), (150, 190, 240), 10.0),
    ("other voices, 5 dB", ("cmn+f4", "cmn+m3", "cmn+f2", "cmn+m7"), (150, 190, 240), 5.0),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A recording whose truth is known."""

    audio: Audio
    said: tuple[Span, ...]
    script: tuple[str, ...]


def read_aloud(script: Sequence[str], voice: str, pace: int, snr_db: float, seed: int) -> Reading:
    """The script with random pauses, in white noise."""
    rng = np.random.default_rng(seed)
    pauses = (rng.uniform(0.15, 0.8, len(script)) * RATE).astype(int)
    sentences = []
    for sentence in script:
        said = resample(shared().speak(speakable(sentence, "zh"), voice, rate=pace, pitch=60).audio, RATE).samples
        loud = np.flatnonzero(np.abs(said) > 0.01 * np.abs(said).max())
        sentences.append(said[loud[0] : loud[-1] + 1])
    length = round(LEAD * RATE) + sum(map(len, sentences)) + int(pauses.sum())
    level = np.sqrt(np.mean(np.concatenate(sentences[:8]) ** 2)) * 10 ** (-snr_db / 20)
    samples = rng.standard_normal(length, dtype=np.float32)
    samples *= np.float32(level)
    spans, now = [], round(LEAD * RATE)
    for said, pause in zip(sentences, pauses, strict=True):
        samples[now : now + len(said)] += said
        spans.append(Span(now / RATE, (now + len(said)) / RATE))
        now += len(said) + int(pause)
    return Reading(Audio(samples, RATE), tuple(spans), tuple(script))


def joined(folder: Path, names: Sequence[str]) -> Reading:
    """Real clips one after the other."""
    parts, spans, now = [], [], 0.0
    for name in names:
        samples, rate = soundfile.read(folder / name, dtype="float32")
        clip = resample(Audio(samples, rate), RATE)
        heard = SileroDetector().detect([clip])[0]
        parts.append(clip.samples / np.abs(clip.samples).max() / 2)
        spans.append(Span(now + heard[0].start, now + heard[-1].end))
        now += clip.duration
    return Reading(Audio(np.concatenate(parts), RATE), tuple(spans), tuple(REAL[name] for name in names))


def aligned(reading: Reading, script: Sequence[str]) -> Transcript:
    """The script placed on the speech that Silero finds."""
    spans = SileroDetector().detect([reading.audio])[0]
    return ScriptAligner().transcribe([Recording(reading.audio, spans, "zh", tuple(script))])[0]


def errors_ms(reading: Reading, transcript: Transcript) -> list[float]:
    """Of all edges between sentences."""
    found = [edge for s in transcript.segments for edge in (s.span.start, s.span.end)][1:-1]
    true = [edge for span in reading.said for edge in (span.start, span.end)][1:-1]
    return [1000 * abs(a - b) for a, b in zip(found, true, strict=True)]


def cuts_outside(reading: Reading, transcript: Transcript) -> int:
    """How often the middle between two found sentences lies inside a true one."""
    segments = transcript.segments
    cuts = [(a.span.end + b.span.start) / 2 for a, b in pairwise(segments)]
    gaps = zip(reading.said, reading.said[1:], cuts, strict=False)
    return sum(not before.end - 0.03 <= cut <= after.start + 0.03 for before, after, cut in gaps)


def row(name: str, readings: Sequence[Reading]) -> list[str]:
    """Edges and scores of one set."""
    errors: list[float] = []
    right: list[float] = []
    wrong: list[float] = []
    outside = borders = 0
    for reading in readings:
        transcript = aligned(reading, reading.script)
        errors += errors_ms(reading, transcript)
        outside += cuts_outside(reading, transcript)
        borders += len(reading.script) - 1
        right.append(transcript.score or 0.0)
        others = (reading.script[::-1], OTHER[: len(reading.script)], OTHER[-len(reading.script) :])
        wrong += [aligned(reading, other).score or 0.0 for other in others]
    edges = f"{np.median(errors):.0f} / {np.percentile(errors, 90):.0f} / {max(errors):.0f}"
    missed, false = (sum(score < DOUBTFUL for score in scores) for scores in (right, wrong))
    flagged = f"{missed} of {len(right)}, {false} of {len(wrong)}"
    return [name, edges, f"{outside} of {borders}", _range(right), _range(wrong), flagged]


def _range(values: Sequence[float]) -> str:
    return f"{min(values):.2f} - {np.median(values):.2f} - {max(values):.2f}"


def cost(sentences: int) -> list[str]:
    """Time and memory for a long recording."""
    rng = np.random.default_rng(1)
    texts = SCRIPT + OTHER
    script = [texts[int(i)] for i in rng.integers(0, len(texts), sentences)]
    reading = read_aloud(script, "cmn+m3", 170, 12, seed=2)
    spans = SileroDetector().detect([reading.audio])[0]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    (transcript,) = ScriptAligner().transcribe([Recording(reading.audio, spans, "zh", tuple(script))])
    seconds = time.perf_counter() - start
    extra = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    errors = errors_ms(reading, transcript)
    edges = f"{np.median(errors):.0f} / {np.percentile(errors, 90):.0f} / {max(errors):.0f}"
    return [f"{reading.audio.duration / 60:.1f}", str(sentences), f"{seconds:.1f}", f"{extra:.0f}", edges]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *rows])


def main(folder: Path | None) -> None:
    """Measure and print."""
    rows = [
        row(
            name,
            [read_aloud(SCRIPT, v, pace, snr, seed) for seed, (v, pace) in enumerate(product(voices, paces))],
        )
        for name, voices, paces, snr in SETS
    ]
    if folder is not None:
        rows.append(row("real, in all orders", [joined(folder, names) for names in permutations(REAL)]))
    head = ["speech", "edge error, ms: median / p90 / max", "cuts inside speech"]
    head += ["score, right script", "score, wrong script", f"below {DOUBTFUL}: right, wrong"]
    print(table(head, rows))
    print()
    costs = [cost(sentences) for sentences in (9, 60, 700)]
    print(table(["minutes", "sentences", "seconds to align", "extra MB", "edge error, ms"], costs))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
