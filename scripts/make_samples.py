"""Makes the sample videos: drawn merchants whom espeak-ng gives a voice, in the noise of a market.

    python -m pip install numpy pillow imageio-ffmpeg espeakng-loader
    python scripts/make_samples.py                # all; or some of: socks umbrella bottle

Reads what they say, a sentence a line, from `samples/<name>.txt`, and of those with captions in the picture from
`samples/scripts/<name>.txt`, where pitchgen does not look for a script. Captions need the Debian package
fonts-noto-cjk. Writes `samples/<name>.mp4` and, for the tests of
alignment, the exact times of all sentences to `tests/golden/samples.json`. The same input and the same
versions of the packages give the same videos. None of these packages but espeakng-loader and
imageio-ffmpeg is needed to use pitchgen.
"""

from __future__ import annotations

import argparse
import ctypes
import itertools
import json
import math
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import espeakng_loader
import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray
from scene.frames import Stall
from scene.look import HEIGHT, WIDTH, Letters, Look
from scene.merchant import ARMS, MOUTHS

HOME = Path(__file__).parent.parent
TIMES = HOME / "tests" / "golden" / "samples.json"
FPS = 30
LEVEL_DB = -17.0  # of the voice while it speaks, over full scale: as loud as phones record
SILENT = 0.01  # of full scale: below it espeak-ng is not speaking
LEAD, TAIL = 0.9, 1.6  # seconds before the first and after the last sentence

Sound = NDArray[np.float64]
Times = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence that a caption shows."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One video."""

    name: str
    voice: str
    rate_wpm: int
    pitch: int
    """0 to 99."""
    pause: tuple[float, float]
    """Shortest and longest pause after a sentence, as a part of that sentence: other languages take
    longer than Chinese to say the same."""
    noise: str
    """`market` or `music`."""
    noise_db: float
    """Over the voice."""
    seed: int
    look: Look

    @property
    def script(self) -> Path:
        """What is said, a sentence a line."""
        folder = HOME / "samples"
        return (folder / "scripts" if self.look.letters else folder) / f"{self.name}.txt"


SAMPLES = (
    Sample(
        "socks", "cmn+f3", 195, 52, (0.38, 0.56), "market", -16.0, 1,
        Look(
            "socks", "bun", 300, 1, ((255, 238, 222), (250, 214, 196)), (222, 82, 78), (196, 138, 92),
            (255, 250, 244), (208, 68, 84),
            ((226, 88, 96), (76, 148, 196), (246, 182, 72), (108, 172, 124), (150, 112, 184)),
            letters=Letters((255, 255, 255), (24, 20, 24), 3),
        ),
    ),
    Sample(
        "umbrella", "cmn+f4", 190, 44, (0.38, 0.52), "market", -18.0, 2,
        Look(
            "umbrella", "bob", 416, -1, ((206, 230, 240), (166, 200, 220)), (52, 116, 158), (150, 124, 108),
            (250, 216, 110), (58, 104, 140),
            ((208, 58, 66), (44, 48, 62), (50, 110, 186), (236, 156, 60)), (252, 220, 196),
        ),
    ),
    Sample(
        "bottle", "cmn", 215, 40, (0.36, 0.48), "music", -19.0, 3,
        Look(
            "bottle", "short", 292, 1, ((238, 240, 226), (204, 218, 196)), (64, 132, 104), (128, 96, 76),
            (88, 122, 168), (62, 78, 84),
            ((92, 142, 176), (214, 112, 74), (84, 148, 116), (236, 232, 224)), (238, 198, 166),
            Letters((255, 255, 255), (214, 40, 40), 4),
        ),
    ),
)  # fmt: skip


class Event(ctypes.Structure):
    """What espeak-ng tells beside samples; source: speak_lib.h."""

    _fields_ = (
        ("kind", ctypes.c_int), ("identifier", ctypes.c_uint), ("place", ctypes.c_int), ("length", ctypes.c_int),
        ("ms", ctypes.c_int), ("sample", ctypes.c_int), ("user", ctypes.c_void_p), ("name", ctypes.c_char * 8),
    )  # fmt: skip


class Espeak:
    """The espeak-ng library, in this process; one at a time."""

    def __init__(self) -> None:
        self._library: Any = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self.rate = int(self._library.espeak_Initialize(2, 0, data, 0x8000))  # 2: return samples, wait
        self._heard: list[bytes] = []
        self._words: list[tuple[int, float]] = []
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
        self._listener = kind(self._listen)  # kept here: the library holds no reference
        self._library.espeak_SetSynthCallback(self._listener)

    def say(self, text: str, sample: Sample) -> tuple[Sound, list[tuple[int, float]]]:
        """`text` as samples in [-1, 1] at `rate`, without the silence around it; where in it which word begins."""
        if self._library.espeak_SetVoiceByName(sample.voice.encode()):
            raise SystemExit(f"espeak-ng has no voice {sample.voice}")
        for parameter, value in ((1, sample.rate_wpm), (3, sample.pitch), (4, 60)):  # 4: liveliness
            self._library.espeak_SetParameter(parameter, value, 0)
        self._heard.clear()
        self._words.clear()
        self._library.espeak_ng_SetRandSeed(ctypes.c_long(sample.seed))  # else its breath differs each time
        coded = text.encode() + b"\0"
        self._library.espeak_Synth(coded, ctypes.c_size_t(len(coded)), 0, 1, 0, 1, None, None)
        self._library.espeak_Synchronize()
        sound = np.frombuffer(b"".join(self._heard), np.int16) / 32768
        loud = np.flatnonzero(np.abs(sound) > SILENT)
        words = [(place, second - float(loud[0]) / self.rate) for place, second in self._words]
        return np.asarray(sound[loud[0] : loud[-1] + 1]), words

    def _listen(self, samples: int | None, count: int, events: int | None) -> int:
        event = ctypes.cast(events, ctypes.POINTER(Event)) if events else None
        for i in itertools.count():
            if event is None or event[i].kind == 0:
                break
            if event[i].kind == 1:  # a word; places are counted from one
                self._words.append((event[i].place - 1, event[i].ms / 1000))
        if samples and count:
            self._heard.append(ctypes.string_at(samples, 2 * count))
        return 0


def clauses(text: str, starts: list[tuple[int, float]], times: tuple[float, float]) -> list[Clause]:
    """The parts of a sentence said at `times`, without marks; each stands until the next begins."""
    found: list[Clause] = []
    at = len(text)
    for part in reversed(text.rstrip("。！").split("，")):
        at = text.rindex(part, 0, at)
        begins = next(second for place, second in starts if place >= at)
        found.append(Clause(times[0] + begins if at else times[0], found[-1].start if found else times[1], part))
    return found[::-1]


def speak(sample: Sample, sentences: list[str], espeak: Espeak) -> tuple[Sound, Times, list[Clause]]:
    """The whole speech, when each sentence is said, and its clauses."""
    random = np.random.default_rng(sample.seed)
    parts: list[Sound] = [np.zeros(round(LEAD * espeak.rate))]
    times: Times = []
    captions: list[Clause] = []
    for sentence in sentences:
        said, starts = espeak.say(sentence, sample)
        start = sum(map(len, parts))
        times.append((start / espeak.rate, (start + len(said)) / espeak.rate))
        captions += clauses(sentence, starts, times[-1])
        pause = np.clip(random.uniform(*sample.pause) * len(said) / espeak.rate, 0.7, 1.6)
        parts += [said, np.zeros(round(pause * espeak.rate))]
    speech = np.concatenate([*parts[:-1], np.zeros(round(TAIL * espeak.rate))])
    spoken = np.concatenate(parts[1::2])
    return speech * 10 ** (LEVEL_DB / 20) / np.sqrt(np.mean(spoken**2)), times, captions


def colored(count: int, low: float, high: float, slope: float, rate: int, random: np.random.Generator) -> Sound:
    """Noise between `low` and `high` Hz whose amplitude falls as frequency to the power of -`slope`."""
    hertz = np.fft.rfftfreq(count, 1 / rate)
    shape = np.where((hertz > low) & (hertz < high), np.maximum(hertz, 20.0) ** -slope, 0.0)
    noise: Sound = np.fft.irfft(np.fft.rfft(random.standard_normal(count)) * shape, count)
    noise /= np.sqrt(np.mean(noise**2))
    return noise


def market(count: int, rate: int, random: np.random.Generator) -> Sound:
    """A hall: rumble, the babble of people, footsteps, now and then a clatter."""
    sound = 0.8 * colored(count, 30, 500, 1.0, rate, random)
    for _ in range(5):
        syllables = np.abs(colored(count, 0.5, 5, 0.0, rate, random))
        sound += 0.4 * syllables * colored(count, 250, 2800, 0.7, rate, random)
    for _ in range(count // rate * 2):
        at, length = int(random.integers(count - rate)), rate // 12
        step = colored(length, 60, 350, 0.5, rate, random) * _decay(length)
        sound[at : at + length] += 1.2 * random.random() * step
    for _ in range(count // rate // 6):
        at, length = int(random.integers(count - rate)), rate // 4
        sound[at : at + length] += 0.9 * colored(length, 1800, 6000, 0.2, rate, random) * _decay(length)
    return sound


def music(count: int, rate: int, random: np.random.Generator) -> Sound:
    """Soft plucked chords, two seconds each, over a little room noise."""
    sound = 0.15 * colored(count, 60, 2000, 0.9, rate, random)
    chords = ((261.6, 329.6, 392.0), (220.0, 261.6, 329.6), (174.6, 220.0, 261.6), (196.0, 246.9, 293.7))
    for beat, at in enumerate(range(0, count, rate // 2)):
        hertz = chords[beat // 4 % 4][(0, 1, 2, 1)[beat % 4]]
        length = min(2 * rate, count - at)
        t = np.arange(length) / rate
        pluck = sum(np.sin(math.tau * hertz * n * t) / n**2 for n in (1, 2, 3)) * np.exp(-2.2 * t)
        sound[at : at + length] += pluck * np.minimum(1, t * 200)
    return sound


def _decay(length: int) -> Sound:
    fall: Sound = np.exp(-5 * np.arange(length) / length)
    return fall


def mix(sample: Sample, speech: Sound, rate: int) -> Sound:
    """Speech with its surroundings, below full scale."""
    make = {"market": market, "music": music}[sample.noise]
    around = make(len(speech), rate, np.random.default_rng(sample.seed + 100))
    level = 10 ** ((LEVEL_DB + sample.noise_db) / 20)
    fade = np.minimum(1, np.minimum(np.arange(len(speech)), np.arange(len(speech))[::-1]) / (0.5 * rate))
    sound: Sound = np.clip(speech + around * level / np.sqrt(np.mean(around**2)) * fade, -0.99, 0.99)
    return sound


def frames(sample: Sample, speech: Sound, times: Times, captions: list[Clause], rate: int) -> Iterator[bytes]:
    """The pictures: the mouth follows the energy of the speech, the arm points at every other sentence."""
    stall = Stall(sample.look)
    random = np.random.default_rng(sample.seed + 200)
    count = math.ceil(len(speech) * FPS / rate)
    step = rate / FPS
    power = [np.sqrt(np.mean(speech[int(i * step) : int((i + 1) * step) + 1] ** 2)) for i in range(count)]
    energy = np.convolve(power, [0.2, 0.6, 0.2], "same") / np.quantile([p for p in power if p > 0], 0.9)
    blinks: set[int] = set()
    at = 1.5
    while at * FPS < count:
        blinks.update(range(int(at * FPS), int(at * FPS) + 4))
        at += random.uniform(2.2, 4.2)
    for i in range(count):
        t = i / FPS
        sway = 7 * math.sin(t * 1.1) + 4 * math.sin(t * 2.3 + 1), 3 * math.sin(t * 2.2) - 3 * energy[i]
        tilt = 1.8 * math.sin(t * 0.9 + 0.5) + 0.8 * math.sin(t * 2.7)
        mouth = min(MOUTHS - 1, math.ceil(energy[i] * (MOUTHS - 1) - 0.25))
        words = next((clause.text for clause in captions if clause.start <= t < clause.end), "")
        yield stall.frame(sway, tilt, max(0, mouth), i in blinks, round(_raised(t, times) * (ARMS - 1)), words)


def _raised(t: float, times: Times) -> float:
    """How far the arm points at the product at `t` seconds: 0 to 1."""
    for start, end in times[1::2]:
        part = min((t - start + 0.3) / 0.5, (end + 0.2 - t) / 0.5)
        if part > 0:
            beat = 0.06 * math.sin(7 * t) if part > 1 else 0.0
            return 0.94 * (0.5 - 0.5 * math.cos(math.pi * min(1.0, part))) + beat
    return 0.0


def encode(sample: Sample, sound: Sound, pictures: Iterator[bytes], rate: int) -> None:
    """Write the MP4 file."""
    with tempfile.TemporaryDirectory() as folder:
        track = Path(folder) / "sound.wav"
        with wave.open(str(track), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes((sound * 32767).round().astype("<i2").tobytes())
        command = [
            imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y",
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(FPS), "-i", "-",
            "-i", str(track),
            "-c:v", "libx264", "-preset", "medium", "-tune", "animation", "-crf", "27", "-pix_fmt", "yuv420p",
            "-maxrate", "260k", "-bufsize", "1M", "-threads", "2", "-g", "150",
            "-c:a", "aac", "-b:a", "64k", "-ar", "44100", "-ac", "1",
            "-bitexact", "-map_metadata", "-1", "-movflags", "+faststart",
            str(HOME / "samples" / f"{sample.name}.mp4"),
        ]  # fmt: skip
        with subprocess.Popen(command, stdin=subprocess.PIPE) as ffmpeg:
            assert ffmpeg.stdin is not None
            for picture in pictures:
                ffmpeg.stdin.write(picture)
            ffmpeg.stdin.close()
            if ffmpeg.wait():
                raise SystemExit(f"ffmpeg could not write {sample.name}.mp4")


def make(sample: Sample, espeak: Espeak, picture: bool) -> list[dict[str, object]]:
    """One video; returns what is said in it, and when."""
    sentences = sample.script.read_text(encoding="utf-8").split("\n")
    spoken = [sentence for sentence in sentences if sentence.strip()]
    speech, times, captions = speak(sample, spoken, espeak)
    if picture:
        shown = frames(sample, speech, times, captions, espeak.rate)
        encode(sample, mix(sample, speech, espeak.rate), shown, espeak.rate)
    pauses = sum(after[0] - before[1] for before, after in itertools.pairwise(times))
    said = sum(end - start for start, end in times)
    print(f"{sample.name}: {len(speech) / espeak.rate:.1f} s, pauses {pauses / said:.0%} of the speech")
    rows = zip(spoken, times, strict=True)
    return [{"text": text, "start": round(start, 3), "end": round(end, 3)} for text, (start, end) in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("names", nargs="*", metavar="NAME", help="which; all where none is named")
    parser.add_argument("--times-only", action="store_true", help="write only the times of the sentences")
    asked = parser.parse_args()
    if len(asked.names) != 1:  # one process each: what espeak-ng said before changes what it says next
        for sample in SAMPLES:
            if not asked.names or sample.name in asked.names:
                flags = ["--times-only"] if asked.times_only else []
                subprocess.run([sys.executable, __file__, sample.name, *flags], check=True)
        return
    sample = next(sample for sample in SAMPLES if sample.name == asked.names[0])
    times = make(sample, Espeak(), not asked.times_only)
    known = json.loads(TIMES.read_text(encoding="utf-8")) if TIMES.exists() else {}
    known[sample.name] = times
    TIMES.parent.mkdir(parents=True, exist_ok=True)
    TIMES.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
