"""Speech made from text: voices, rooms, telephones, the noise of a market, music."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.audio import Audio
from pitchgen.dsp.mel import RATE
from pitchgen.dsp.resample import resample
from pitchgen.engines.espeak.client import Espeak

Sound = NDArray[np.float32]

UNSEEN_VARIANTS = ("m7", "f5", "Annie", "belinda", "Mario", "victor", "iven4")
"""Voices that nothing to train on is said in."""
VARIANTS = (
    "", "", "", "f1", "f2", "f3", "f4", "f3", "f4", "m1", "m3", "m4", "m5", "m6", "m3", "m1", "Alicia", "Andrea",
    "Michael", "Mike", "Diogo", "Gene", "Henrique", "Hugo", "Jacky", "Marco", "adam", "anika", "antonio", "benjamin",
    "boris", "ed", "edward", "gustave", "iven", "iven2", "iven3", "john", "linda", "max", "michel", "miguel", "norbert",
    "pablo", "pedro", "robert", "sandro", "shelby", "travis", "grandma", "klatt2", "klatt4",
)  # fmt: skip
"""Variants of espeak-ng; more often those that the samples and the usual voices are made with.

Left out are those whose tones lie within a quarter of an octave (Alex, david, aunty, steph, Andy, Lee, ian, m2, m8,
quincy) and those that whisper or break (caleb, rob, zac): without tones 买 is 卖.
"""
INTONATION = 45, 90  # of espeak-ng, where 50 is usual and 0 a monotone
AUDIBLE = 0.002  # of full scale: below it espeak-ng is not speaking
BABBLE = 24  # voices that a market is made of


@dataclass(frozen=True, slots=True)
class Conditions:
    """How clauses are recorded."""

    variants: Sequence[str] = VARIANTS
    noise_db: tuple[float, float] = (5.0, 35.0)
    """From the voice to the noise, a range."""
    silent: float = 0.16
    """How many clauses are recorded where there is no noise."""
    noises: Sequence[str] = ("coloured", "market", "music")
    in_rooms: float = 0.5
    by_phone: float = 0.25
    """How many of the clauses are."""


CLEAR = Conditions(noise_db=(15.0, 35.0), in_rooms=0.3, by_phone=0.0)
"""As a demo is recorded."""


class Speaker:
    """Says clauses, each time in another voice and another place."""

    def __init__(self, seed: int) -> None:
        self._espeak = Espeak()
        self._random = Random(seed)
        self._draw = np.random.default_rng(seed)
        self._crowd: list[Sound] = []

    def say(self, clauses: Sequence[str], conditions: Conditions) -> Sound:
        """16 kHz sound of the clauses, pauses between them."""
        random = self._random
        dry = self._dry(clauses, random.choice(conditions.variants))
        self._crowd = [*self._crowd[-BABBLE + 1 :], dry]
        wet = self._in_room(dry) if random.random() < conditions.in_rooms else dry
        wet = self._tilted(wet) if random.random() < 0.6 else wet
        wet = self._with_noise(wet, conditions)
        wet = self._by_phone(wet) if random.random() < conditions.by_phone else wet
        return np.asarray(wet / (np.abs(wet).max() + 1e-6) * random.uniform(0.1, 0.95), np.float32)

    def _dry(self, clauses: Sequence[str], variant: str) -> Sound:
        random = self._random
        size = random.uniform(0.88, 1.15) if random.random() < 0.7 else 1.0  # of the throat: all formants move
        pitch = random.randint(34, 62 if size > 1.05 else 85)
        rate, intonation = random.randint(140, 265), random.randint(*INTONATION)
        voice = f"cmn+{variant}" if variant else "cmn"
        parts: list[Sound] = [self._silence(0.0, 0.5)]
        for clause in clauses:
            said = self._espeak.speak(clause, voice, rate=int(rate / size), pitch=pitch, intonation=intonation).audio
            parts.append(resample(Audio(_trimmed(said.samples), round(said.rate * size)), RATE).samples)
            parts.append(self._silence(0.06, 0.8))
        return np.concatenate(parts).astype(np.float32)

    def _silence(self, shortest: float, longest: float) -> Sound:
        return np.zeros(int(RATE * self._random.uniform(shortest, longest)), np.float32)

    def _in_room(self, dry: Sound) -> Sound:
        """Reverberation of 80 to 500 ms, as exponentially falling noise."""
        length = int(RATE * self._random.uniform(0.08, 0.5))
        tail = self._draw.standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)
        tail *= self._random.uniform(0.02, 0.12)
        tail[0] = 1.0
        return _convolved(dry, tail)

    def _tilted(self, wet: Sound) -> Sound:
        """Through a microphone that is brighter, or duller, or has a bump."""
        frequencies = np.fft.rfftfreq(512, 1 / RATE)
        gains_db = np.interp(frequencies, np.geomspace(80, 8000, 6), self._draw.uniform(-9, 9, 6))
        taps = np.roll(np.fft.irfft(10 ** (gains_db / 20)), 256) * np.hanning(512)
        return _convolved(wet, taps)

    def _with_noise(self, wet: Sound, conditions: Conditions) -> Sound:
        random = self._random
        if random.random() < conditions.silent:
            return wet + self._draw.standard_normal(len(wet)).astype(np.float32) * np.float32(1e-4)
        noise = self.noise(random.choice(conditions.noises), len(wet))
        loud = wet[np.abs(wet) > AUDIBLE]
        level = np.sqrt(np.mean(loud**2)) if len(loud) else 0.1
        gain = level / (np.sqrt(np.mean(noise**2)) + 1e-9) * 10 ** (-random.uniform(*conditions.noise_db) / 20)
        return np.asarray(wet + noise * gain, np.float32)

    def noise(self, kind: str, count: int) -> Sound:
        """So many samples of a kind of noise, at any level."""
        made: Sound = {"coloured": self._coloured, "market": self._market, "music": self._music}[kind](count)
        return made

    def _coloured(self, count: int) -> Sound:
        size = 1 << (count - 1).bit_length()
        spectrum = np.fft.rfft(self._draw.standard_normal(size))
        slope = self._random.uniform(0.0, 1.2)
        return np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 1) ** slope)[:count].astype(np.float32)

    def _market(self, count: int) -> Sound:
        """Other people, far off and all at once, over a hum, with a clatter now and then."""
        total = self._coloured(count)
        total /= np.sqrt(np.mean(total**2)) + 1e-9
        crowd = np.zeros(count, np.float32)
        for voice in self._random.sample(self._crowd, min(len(self._crowd), self._random.randint(3, 8))):
            shift = self._random.randrange(len(voice))
            crowd += np.resize(np.roll(voice[::-1] if self._random.random() < 0.5 else voice, shift), count)
        total += crowd / (np.sqrt(np.mean(crowd**2)) + 1e-9) * self._random.uniform(0.3, 2.0)
        for _ in range(self._random.randint(0, 3)):
            at, length = self._random.randrange(count), self._random.randint(200, 3000)
            blow = self._draw.standard_normal(length) * np.exp(-8 * np.arange(length) / length) * 3
            total[at : at + length] += blow[: count - at].astype(np.float32)
        return total

    def _music(self, count: int) -> Sound:
        """Chords over a beat."""
        time = np.arange(count) / RATE
        beat = self._random.uniform(0.3, 0.7)
        root = self._random.uniform(90, 300)
        total = np.zeros(count)
        for step in range(int(count / RATE / beat) + 1):
            start, stop = int(step * beat * RATE), min(count, int((step + 1) * beat * RATE))
            local = time[start:stop] - step * beat
            chord = root * 2 ** (self._random.choice((0, 3, 5, 7, 9)) / 12)
            for interval in (0, 4, 7, 12):
                for harmonic in (1, 2, 3):
                    tone = chord * 2 ** (interval / 12) * harmonic
                    total[start:stop] += np.sin(2 * np.pi * tone * local) * np.exp(-3 * local / beat) / harmonic
        return total.astype(np.float32)

    def _by_phone(self, wet: Sound) -> Sound:
        """Through a narrow band and 8 bits of the mu-law, or with its highest part cut off as codecs do."""
        size = 1 << (len(wet) - 1).bit_length()
        spectrum = np.fft.rfft(wet, size)
        hertz = np.fft.rfftfreq(size, 1 / RATE)
        if self._random.random() < 0.5:
            spectrum[hertz > self._random.uniform(3800, 7000)] = 0
            return np.fft.irfft(spectrum)[: len(wet)].astype(np.float32)
        spectrum[(hertz < 250) | (hertz > 3500)] = 0
        narrow = np.fft.irfft(spectrum)[: len(wet)]
        narrow /= np.abs(narrow).max() + 1e-9
        law = np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256)
        steps = np.round(law * 127) / 127
        return np.asarray(np.sign(steps) * (256 ** np.abs(steps) - 1) / 255, np.float32)


def _trimmed(samples: Sound) -> Sound:
    loud = np.flatnonzero(np.abs(samples) > AUDIBLE)
    return samples[max(0, loud[0] - 200) : loud[-1] + 400] if len(loud) else samples[:0]


def _convolved(samples: Sound, taps: NDArray[np.float64]) -> Sound:
    size = 1 << (len(samples) + len(taps) - 1).bit_length()
    found = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(taps, size), size)
    return found[: len(samples)].astype(np.float32)
