"""Time stretchers compared on speech and on clicks: prints the table of docs/timing.md.

    python benchmarks/stretch.py [SPEECH...]

Signalsmith Stretch runs in our process (MIT); Rubber Band and atempo are filters of the packaged ffmpeg, which is a
process of its own (GPL). Rubber Band's newer engine, R3, has no name among the filter's options; its flag goes in as
a number. Speech are espeak-ng's voices reading the samples in Chinese, English, French and Russian, and each SPEECH
file. What is measured, at tempos from 0.85 to 1.25:

timbre      mel cepstra of the result against the source's at the same place: dB, as mel cepstral distortion
formants    the long-term spectrum of the result against the source's: dB, mean over 100 Hz to 7 kHz
pitch       how far the median pitch has moved: cents
smear       clicks in the middle of silence: milliseconds that hold 90 % of a click's energy; plosives after their
            closure: how much of the peak of the rise of level is left, 1 where all is
length      samples more or less than the tempo says
speed       times real time, process starts included
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.audio import Audio
from pitchgen.dsp.pitch import pitch
from pitchgen.dsp.resample import resample
from pitchgen.dsp.spectrum import RATE, cepstra, long_term
from pitchgen.dsp.stretch import stretch
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.engines.espeak.client import Espeak
from pitchgen.engines.espeak.text import speakable
from pitchgen.engines.espeak.voices import VOICES

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
TEMPOS = (0.85, 0.9, 1.1, 1.2, 1.25)
R3 = 0x20000000  # RubberBandOptionEngineFiner, of rubberband/RubberBandStretcher.h
CLICKS_APART = 0.5  # seconds
AROUND = 0.06  # seconds about a click that are looked at
SHIFT = 2  # frames that a sound may be off its place: 40 ms
MCD = 10 / np.log(10) * np.sqrt(2)  # Source: R. Kubichek (1993), mel cepstral distance
LOUD_DB = 25.0  # frames this far below the loud ones are pauses

Stretcher = Callable[[Audio, float], Audio]
Vector = NDArray[np.float64]


def main() -> None:
    """Measure and print."""
    voices = [spoken(code) for code in ("zh", "en", "fr", "ru")] + [read(Path(name)) for name in sys.argv[1:]]
    ways: dict[str, Stretcher] = {
        "Signalsmith (dsp/stretch.py)": stretch,
        "Signalsmith, its own blocks of 120 ms": in_blocks(0.12, 0.03),
        "Signalsmith, blocks of 60 ms": in_blocks(0.06, 0.015),
        "Rubber Band R2, formants kept": lambda a, t: by_ffmpeg(a, f"rubberband=tempo={t}:formant=preserved"),
        "Rubber Band R3, formants kept": lambda a, t: by_ffmpeg(
            a, f"rubberband=tempo={t}:transients={R3}:formant=preserved"
        ),
        "atempo": lambda a, t: by_ffmpeg(a, f"atempo={t}"),
        "played faster (a check: pitch and formants move)": played,
    }
    print("| | timbre, dB | formants, dB | pitch, cents | click, ms | plosives | length | speed |")
    print("|---|---|---|---|---|---|---|---|")
    for name, way in ways.items():
        print(f"| {name} | {' | '.join(Measured.of(way, voices).cells())} |")


@dataclass(frozen=True, slots=True)
class Measured:
    """Means over all voices and tempos."""

    timbre: float
    formants: float
    cents: float
    click: float
    plosives: float
    length: int
    """The worst."""
    speed: float

    @classmethod
    def of(cls, way: Stretcher, voices: Sequence[Audio]) -> Measured:
        """Of one stretcher."""
        rows, lengths, took, heard = [], [], 0.0, 0.0
        for audio in voices:
            for tempo in TEMPOS:
                began = time.perf_counter()
                made = way(audio, tempo)
                took, heard = took + time.perf_counter() - began, heard + audio.duration
                lengths.append(abs(len(made.samples) - round(len(audio.samples) / tempo)))
                cents = abs(1200 * np.log2(pitch(made).median_hz / pitch(audio).median_hz))
                rows.append((timbre(audio, made, tempo), formants(audio, made), cents, plosives(audio, made, tempo)))
        means = np.mean(rows, axis=0)
        clicks = float(np.mean([smear(way, tempo) for tempo in TEMPOS]))
        return cls(means[0], means[1], means[2], clicks, means[3], max(lengths), heard / took)

    def cells(self) -> list[str]:
        """As text."""
        return [
            f"{self.timbre:.2f}", f"{self.formants:.2f}", f"{self.cents:.0f}", f"{self.click:.1f}",
            f"{self.plosives:.2f}", f"{self.length}", f"{self.speed:.0f} x",
        ]  # fmt: skip


def spoken(code: str) -> Audio:
    """A sample's text, or the phrasebook's greeting in a language, by espeak-ng."""
    from pitchgen.core.engines import Translation
    from pitchgen.engines import registry
    from pitchgen.stages.segment import sentences
    from pitchgen.stages.translate import translate

    chinese = sentences((SAMPLES / "umbrella.txt").read_text("utf-8"))
    wanted = [Translation(text, "zh", code) for text in chinese]
    made = chinese if code == "zh" else [t.text for t in translate(wanted, registry.load("translate", "phrasebook"))]
    espeak = Espeak()
    sounds = [espeak.speak(speakable(text or "", code), VOICES[code]).audio for text in made]
    return Audio(np.concatenate([sound.samples for sound in sounds]), sounds[0].rate)


def read(path: Path) -> Audio:
    """A sound file as mono."""
    import soundfile

    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return Audio(np.ascontiguousarray(samples.mean(1)), rate)


def in_blocks(block: float, interval: float) -> Stretcher:
    """Signalsmith with other blocks than ours, in seconds."""

    def way(audio: Audio, tempo: float) -> Audio:
        from python_stretch import Signalsmith

        stretcher = Signalsmith.Stretch(1)
        stretcher.configure(1, round(block * audio.rate), round(interval * audio.rate))
        stretcher.setTimeFactor(tempo)
        return Audio(np.asarray(stretcher.process(audio.samples[np.newaxis]))[0].astype(np.float32), audio.rate)

    return way


def by_ffmpeg(audio: Audio, filters: str) -> Audio:
    """A filter of the packaged ffmpeg."""
    form = ["-f", "f32le", "-ar", str(audio.rate), "-ac", "1"]
    command = [Ffmpeg().binary, "-loglevel", "error", *form, "-i", "pipe:", "-af", filters, *form, "pipe:"]
    made = subprocess.run(command, input=audio.samples.astype("<f4").tobytes(), capture_output=True, check=True)
    return Audio(np.frombuffer(made.stdout, "<f4").astype(np.float32), audio.rate)


def played(audio: Audio, tempo: float) -> Audio:
    """As a tape that runs faster."""
    return Audio(resample(Audio(audio.samples, round(audio.rate * tempo)), audio.rate).samples, audio.rate)


def timbre(audio: Audio, made: Audio, tempo: float) -> float:
    """Mel cepstral distortion of the loud frames, each against the nearest of those about its place."""
    before, level = cepstra([resample(audio, RATE).samples])
    after, _ = cepstra([resample(made, RATE).samples])
    found = []
    for frame in np.flatnonzero(level > np.percentile(level, 95) - LOUD_DB):
        place = round(frame / tempo)
        near = after[max(0, place - SHIFT) : place + SHIFT + 1]
        if len(near):
            found.append(np.sqrt(((near - before[frame]) ** 2).sum(1)).min())
    return float(MCD * np.mean(found))


def formants(audio: Audio, made: Audio) -> float:
    """Mean difference of the smoothed long-term spectra, their levels made the same."""
    band = slice(round(100 / 12_000 * 512), round(7000 / 12_000 * 512))
    difference = (long_term(made) - long_term(audio))[band]
    return float(np.abs(10 / np.log(10) * (difference - difference.mean())).mean())


def rises(audio: Audio) -> Vector:
    """How fast the level rises at every millisecond: dB in 5 ms, above 2 kHz, where plosives burst."""
    samples = resample(audio, RATE).samples.astype(float)
    samples = samples - np.convolve(samples, np.hanning(9) / np.hanning(9).sum(), "same")
    power = np.convolve(samples**2, np.ones(32) / 32, "same")[::16]
    level = 10 * np.log10(power + 1e-8)
    return np.asarray(np.maximum(0.0, level[5:] - level[:-5]))


def plosives(audio: Audio, made: Audio, tempo: float) -> float:
    """What is left of the 40 steepest rises of level, at most 1."""
    before, after = rises(audio), rises(made)
    left: list[float] = []
    taken = np.zeros(len(before), bool)
    for place in np.argsort(before)[::-1]:
        if len(left) == 40:
            break
        if not taken[max(0, place - 50) : place + 50].any():
            taken[place] = True
            near = after[max(0, round(place / tempo) - 40) : round(place / tempo) + 40]
            left.append(min(1.0, near.max(initial=0.0) / before[place]))
    return float(np.mean(left))


def smear(way: Stretcher, tempo: float) -> float:
    """Milliseconds that hold 90 % of the energy of a click."""
    rate = 24_000
    gap = round(CLICKS_APART * rate)
    samples = np.zeros(12 * gap, np.float32)
    samples[gap // 2 :: gap] = 0.8
    made = way(Audio(samples, rate), tempo).samples.astype(float) ** 2
    widths = []
    for click in np.arange(gap // 2, len(samples), gap)[1:-1]:
        place, around = round(click / tempo), round(AROUND * rate)
        energy = np.cumsum(made[max(0, place - around) : place + around])
        inside = np.searchsorted(energy, [0.05 * energy[-1], 0.95 * energy[-1]])
        widths.append(1000 * (inside[1] - inside[0]) / rate)
    return float(np.mean(widths))


if __name__ == "__main__":
    main()
