"""espeak-ng's voice, tinted to the merchant's: her pitch, and her long-term spectrum. It is not a clone.

No vocoder: espeak-ng itself is asked for the pitch, and one linear filter gives the tone.
Source: docs/voice.md, which says what it gains and what it costs.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.engines import Licence, Synthesizer, Utterance
from pitchgen.core.errors import EngineError
from pitchgen.dsp.pitch import pitch
from pitchgen.dsp.resample import resample
from pitchgen.dsp.spectrum import TINT_RATE, filter_between, filtered, long_term
from pitchgen.engines.espeak.client import OWN_PITCH, Espeak, release, shared
from pitchgen.engines.espeak.readings import Readings, missing, readings
from pitchgen.engines.espeak.text import has_speech, speakable
from pitchgen.engines.espeak.voices import READ_FIRST, VOICES, voice_of

RECIPE = 2  # raise it whenever the same utterance gives another sound
RATE = TINT_RATE  # Hz

MIN_VOICED = 1.0  # seconds of voiced frames, about two of speech: below, median and spectrum are not hers yet
HIGH_HZ = 165.0  # between the usual pitch of men (120 Hz) and of women (210 Hz)
HIGH_VARIANT = "+f4"  # the plain voice, clamped, reaches 155 Hz; this one reaches the pitch of women
CALIBRATION = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20"  # read in any language, most of its sounds
CALIBRATION_PITCHES = (32, 45, 60, 75, 90)

LEVEL = 0.1  # root mean square of the speech, 20 dB below full scale; the mix sets the final loudness
PEAK = 0.97
AUDIBLE = 0.01  # of the peak (40 dB below); quieter beginnings and ends are cut off
KEPT = 0.030  # seconds kept of them, so that no onset is hard
SILENT = 1e-3  # of full scale: a peak below it is no speech
LONGEST_CHARACTER = 1.2  # seconds: a digit of a long number takes 0.5, a Chinese character 0.3
LONGEST_START = 3.0  # seconds on top: `www` alone takes 2


@dataclass(frozen=True, slots=True)
class Tint:
    """How espeak-ng is made to sound like somebody."""

    variant: str = ""
    """Appended to espeak-ng's voice."""
    pitch: int = OWN_PITCH
    taps: NDArray[np.float64] | None = None
    """The filter that gives the tone."""


STOCK = Tint()


class TintedEspeak:
    """espeak-ng with a voice's pitch and tone, or as it is where the reference has too little speech.

    The same utterance gives the same samples.
    """

    name = "espeak"
    licence = Licence("GPL-3.0-or-later", commercial=True)

    def __init__(self, espeak: Espeak | None = None, readings: Readings | None = None) -> None:
        self._espeak, self._readings = espeak, readings
        self._lock = threading.Lock()
        self._tints: dict[str, Tint] = {}
        self._stocks: dict[tuple[str, int], Audio] = {}

    @property
    def fingerprint(self) -> str:
        """Recipe, wheel, and who writes out what it cannot read."""
        read = f"+{self._readings.fingerprint}" if self._readings else ""
        return f"espeak-{RECIPE}+{release()}{read}"

    @property
    def languages(self) -> frozenset[str]:
        """Those that it reads by itself, and those that are written out for it here."""
        return frozenset(VOICES) | (READ_FIRST if self._readings else frozenset())

    def timbre(self, language: str) -> str:
        """Tinted, in every language."""
        del language
        return "tinted"

    def synthesize(self, utterances: Sequence[Utterance]) -> Sequence[Audio]:
        """Each sentence as sound at 24 kHz, without silence around it.

        Raises:
            UnsupportedError: a language that espeak-ng does not speak.
            EngineError: a sentence that cannot be said; the message names it.
        """
        known: dict[int, Tint] = {}
        sounds = []
        for utterance in utterances:
            reference = utterance.voice.reference
            if id(reference) not in known:
                known[id(reference)] = self.tint(utterance.voice)
            sounds.append(self.said(utterance, known[id(reference)]))
        return sounds

    def tint(self, voice: Voice) -> Tint:
        """How to sound like `voice`, found once for each reference."""
        key = voice.reference.fingerprint
        with self._lock:
            if key not in self._tints:
                self._tints[key] = self._found(voice.reference)
            return self._tints[key]

    def _found(self, reference: Audio) -> Tint:
        heard = pitch(reference)
        if heard.voiced_seconds < MIN_VOICED:
            return STOCK
        variant = HIGH_VARIANT if heard.median_hz > HIGH_HZ else ""
        heights = [pitch(self._stock(variant, at)).median_hz for at in CALIBRATION_PITCHES]
        wanted = round(float(np.interp(heard.median_hz, np.maximum.accumulate(heights), CALIBRATION_PITCHES)))
        own = long_term(self._stock(variant, wanted))
        return Tint(variant, wanted, filter_between(own, long_term(reference)))

    def _stock(self, variant: str, height: int) -> Audio:
        """The calibration text without a filter."""
        key = (variant, height)
        if key not in self._stocks:
            self._stocks[key] = self._spoken(CALIBRATION, voice_of("en"), Tint(variant, height))
        return self._stocks[key]

    def _spoken(self, text: str, voice: str, tint: Tint) -> Audio:
        espeak = self._espeak or shared()
        return resample(espeak.speak(text, voice + tint.variant, pitch=tint.pitch).audio, RATE)

    def said(self, utterance: Utterance, tint: Tint) -> Audio:
        """One sentence with a given tint, trimmed and at the common level."""
        text = utterance.text
        if not has_speech(text):
            raise EngineError(f"there is nothing to say in {text!r}")
        legible = self._legible(utterance)
        if utterance.language != "zh" and (foreign := "".join(filter(_is_ideograph, legible))):
            # it would say "Chinese letter, Chinese letter"
            raise EngineError(f"espeak-ng cannot read {foreign!r} in {utterance.language}: {text!r}")
        spoken = self._spoken(legible, voice_of(utterance.language), tint)
        samples = spoken.samples if tint.taps is None else filtered(spoken.samples, tint.taps)
        peak = float(np.max(np.abs(samples), initial=0))
        if peak < SILENT:
            raise EngineError(f"espeak-ng stayed silent for {text!r}")
        audible = np.flatnonzero(np.abs(samples) > AUDIBLE * peak)
        margin = round(KEPT * RATE)
        samples = samples[max(0, audible[0] - margin) : audible[-1] + 1 + margin]
        if len(samples) / RATE > LONGEST_START + LONGEST_CHARACTER * len(text):
            raise EngineError(f"espeak-ng took {len(samples) / RATE:.0f} s to say {text!r}")
        loudness = float(np.sqrt(np.mean(samples**2)))
        gain = min(LEVEL / loudness, PEAK / peak)
        return Audio((samples * gain).astype(np.float32), RATE)

    def _legible(self, utterance: Utterance) -> str:
        """The text as espeak-ng can read it."""
        text = speakable(utterance.text, utterance.language)
        if utterance.language not in READ_FIRST:
            return text
        if self._readings is None:
            raise missing()
        return self._readings.read(text, utterance.language)


def _is_ideograph(character: str) -> bool:
    return unicodedata.name(character, "").startswith("CJK")


def load() -> Synthesizer:
    """The tinted voice, on this process's espeak-ng."""
    return TintedEspeak(readings=readings())
