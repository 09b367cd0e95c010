"""How near the tinted voice comes to the speaker, and what it costs in intelligibility.

    python benchmarks/voice.py REFERENCE...

Each REFERENCE is a sound or video file in which one person speaks. Prints the tables of docs/voice.md.
Needs the extra `bench`: Resemblyzer (speaker similarity) and pocketsphinx (a recogniser whose American
English model is in its wheel; a weak one, so read its errors only against each other).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
from edits import edits
from numpy.typing import NDArray

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.engines import Utterance
from pitchgen.dsp.pitch import pitch
from pitchgen.dsp.resample import resample
from pitchgen.engines.synthesize.espeak import STOCK, Tint, TintedEspeak

RATE = 24_000  # Hz
TEXTS = {
    "en": (
        "Hello everyone, welcome to our shop in the market. These cotton socks are soft and strong.",
        "The price is three and a half dollars for one pair, and you can mix the colors in one box.",
        "We can print your name on the box and send the first samples in three days.",
        "Please call us or write to us today, and we will send you the full list.",
        "This big umbrella opens with one hand and keeps you dry in heavy rain.",
        "The steel bottle keeps water hot for twelve hours and cold for one day.",
    ),
    "fr": (
        "Bonjour à tous, bienvenue dans notre boutique. Ces chaussettes en coton sont douces et solides.",
        "Le prix est de trois euros cinquante la paire, et vous pouvez mélanger les couleurs.",
    ),
    "ru": (
        "Здравствуйте, добро пожаловать в наш магазин. Эти хлопковые носки мягкие и прочные.",
        "Цена три с половиной евро за пару, и вы можете смешивать цвета в одной коробке.",
    ),
}
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Method:
    """One way to speak."""

    name: str
    parts: tuple[str, ...]
    """Which fields of the tint are used; the others stay those of the stock voice."""

    def of(self, tint: Tint) -> Tint:
        """The part of `tint` that this method uses."""
        return replace(STOCK, **{part: getattr(tint, part) for part in self.parts})


METHODS = (
    Method("stock voice", ()),
    Method("+ pitch and variant", ("pitch", "variant")),
    Method("+ tone only", ("taps",)),
    Method("tinted (both)", ("pitch", "variant", "taps")),
)


def read(path: Path) -> Audio:
    """The sound of a media file at 24 kHz."""
    import imageio_ffmpeg

    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", str(path), "-vn", "-ac", "1"]
    command += ["-ar", str(RATE), "-f", "f32le", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return Audio(np.frombuffer(raw, np.float32).copy(), RATE)


class Listener:
    """Resemblyzer: an embedding of who speaks."""

    def __init__(self) -> None:
        from resemblyzer import VoiceEncoder, preprocess_wav

        self._encoder: Any = VoiceEncoder("cpu", verbose=False)
        self._prepare: Any = preprocess_wav

    def __call__(self, audio: Audio) -> Vector:
        """A unit vector, shape (256,)."""
        prepared = self._prepare(audio.samples, source_sr=audio.rate)
        return np.asarray(self._encoder.embed_utterance(prepared))


def word_errors(audio: Audio, said: str) -> tuple[int, int]:
    """Edits between what pocketsphinx hears and `said`, and the number of words said."""
    from pocketsphinx import Decoder

    decoder = Decoder(samprate=16_000, loglevel="FATAL")
    samples = resample(audio, 16_000).samples
    decoder.start_utt()
    decoder.process_raw((samples * 32767).astype(np.int16).tobytes(), full_utt=True)
    decoder.end_utt()
    heard = decoder.hyp().hypstr.split() if decoder.hyp() else []
    words = said.lower().replace(",", "").replace(".", "").split()
    return edits(heard, words), len(words)


def say(engine: TintedEspeak, tint: Tint, language: str, reference: Audio) -> list[Audio]:
    """All texts of a language with one tint."""
    return [engine.said(Utterance(text, language, Voice(reference)), tint) for text in TEXTS[language]]


def joined(sounds: Sequence[Audio]) -> Audio:
    """One after the other."""
    return Audio(np.concatenate([sound.samples for sound in sounds]), sounds[0].rate)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main(paths: Sequence[str]) -> None:
    """Measure and print."""
    listener, engine = Listener(), TintedEspeak()
    references = {Path(path).stem: read(Path(path)) for path in paths}
    embedded = {name: listener(audio) for name, audio in references.items()}
    tints = {name: engine.tint(Voice(audio)) for name, audio in references.items()}
    print_speakers(references, embedded, tints, listener)
    rows = [measured(method, engine, listener, references, embedded, tints) for method in METHODS]
    head = [
        "voice",
        "cosine",
        *TEXTS,
        "nearest is the speaker",
        "pitch off by, semitones",
        "English word errors",
    ]
    print(table(head, rows))


def measured(
    method: Method,
    engine: TintedEspeak,
    listener: Listener,
    references: dict[str, Audio],
    embedded: dict[str, Vector],
    tints: dict[str, Tint],
) -> list[str]:
    """The row of one method, over all speakers and languages."""
    cosines: dict[str, list[float]] = {language: [] for language in TEXTS}
    nearest, semitones, wrong, words = 0, [], 0, 0
    for (name, reference), language in product(references.items(), TEXTS):
        sounds = say(engine, method.of(tints[name]), language, reference)
        sound = joined(sounds)
        vector = listener(sound)
        cosines[language].append(float(vector @ embedded[name]))
        nearest += max(embedded, key=lambda other: float(vector @ embedded[other])) == name
        semitones.append(12 * abs(np.log2(pitch(sound).median_hz / pitch(reference).median_hz)))
        for text, one in zip(TEXTS["en"], sounds, strict=True) if language == "en" else ():
            errors, count = word_errors(one, text)
            wrong, words = wrong + errors, words + count
    means = [float(np.mean(values)) for values in cosines.values()]
    row = [method.name, f"{np.mean(means):.3f}", *(f"{mean:.3f}" for mean in means)]
    total = len(references) * len(TEXTS)
    return [*row, f"{nearest} of {total}", f"{np.mean(semitones):.1f}", f"{wrong / words:.0%} of {words}"]


def print_speakers(
    references: dict[str, Audio], embedded: dict[str, Vector], tints: dict[str, Tint], listener: Listener
) -> None:
    """What the numbers mean: the same person against herself, and against others."""
    rows = []
    for name, audio in references.items():
        half = len(audio.samples) // 2
        halves = [listener(Audio(part, audio.rate)) for part in (audio.samples[:half], audio.samples[half:])]
        others = [float(embedded[name] @ vector) for other, vector in embedded.items() if other != name]
        heard, tint = pitch(audio), tints[name]
        shown = [
            name,
            f"{audio.duration:.1f}",
            f"{heard.median_hz:.0f}",
            tint.variant or "plain",
            str(tint.pitch),
        ]
        rows.append([*shown, f"{float(halves[0] @ halves[1]):.3f}", f"{np.mean(others):.3f}"])
    print(table(["speaker", "s", "Hz", "variant", "espeak pitch", "own halves", "other speakers"], rows))
    pairs = [float(embedded[a] @ embedded[b]) for a, b in combinations(embedded, 2)]
    print(f"\nDifferent people: mean cosine {np.mean(pairs):.3f}, highest {max(pairs):.3f}.\n")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1:])
