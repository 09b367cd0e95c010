"""How well the small recogniser hears what it may pass on, and whether it refuses the rest.

    python -m pip install torch jieba onnx        # jieba for its list of words
    python scripts/train_recogniser.py --hours 40 --minutes 240
    python benchmarks/recogniser.py [folder with clips of people]

Texts, voices and noise are made as in training, from seeds that it never had. What is `unseen` no training had.
Clips of people, English, music and noise have to be refused; what is refused of clear speech is counted too.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import numpy as np
from edits import edits

HOME = Path(__file__).parents[1]
sys.path.insert(0, str(HOME / "scripts"))

from training import text  # noqa: E402  # beside the scripts
from training.speech import CLEAR, UNSEEN_VARIANTS, Conditions, Speaker  # noqa: E402
from training.text import Texts  # noqa: E402

from pitchgen.core.audio import Audio  # noqa: E402
from pitchgen.core.engines import Recording  # noqa: E402
from pitchgen.core.errors import PitchgenError  # noqa: E402
from pitchgen.core.folders import packaged  # noqa: E402
from pitchgen.core.transcript import Span  # noqa: E402
from pitchgen.dsp.mel import RATE  # noqa: E402
from pitchgen.edges.ffmpeg import Ffmpeg  # noqa: E402
from pitchgen.edges.probe import probe_sound  # noqa: E402
from pitchgen.engines.espeak.client import shared  # noqa: E402
from pitchgen.engines.registry import load  # noqa: E402
from pitchgen.engines.transcribe.embedded import NUMBERS, EmbeddedRecogniser  # noqa: E402

MADE = HOME / ".cache" / "recogniser"
CLAUSES = 100  # of each kind
PITCHES = 50  # of six clauses, for the gate
USUAL = ("", "f3", "f4", "m3")  # voices of the samples
SEED = 424_242
ENGLISH = "Hello everyone, welcome to our shop. These socks are eighty cents a pair, and we ship within three days."


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table."""

    name: str
    texts: Texts
    conditions: Conditions
    goal: float


def kinds() -> Iterator[Kind]:
    yield Kind("unseen combinations", text.pitches(), CLEAR, 0.01)
    yield Kind("unseen goods", text.pitches(unseen_goods=True), CLEAR, 0.05)
    yield Kind("unseen patterns", text.unseen_patterns(), CLEAR, 0.08)
    yield Kind("unseen voices", text.pitches(), replace(CLEAR, variants=UNSEEN_VARIANTS), 0.03)
    yield Kind("through a telephone", text.pitches(), replace(CLEAR, by_phone=1.0), 0.0)
    yield Kind("market noise at 10 dB", text.pitches(), replace(CLEAR, noise_db=(10, 10), silent=0.0), 0.0)
    yield Kind("market noise at 0 dB", text.pitches(), replace(CLEAR, noise_db=(0, 0), silent=0.0), 0.0)


def heard(engine: EmbeddedRecogniser, sound: np.ndarray) -> str:
    spans = (Span(0.0, len(sound) / RATE),)
    return "".join(character.text for stretch in engine.listen(Audio(sound, RATE), spans) for character in stretch)


def accuracy(engine: EmbeddedRecogniser) -> None:
    print("| what is said | character errors | goal |\n|---|---|---|")
    seconds = spent = 0.0
    for kind in kinds():
        speaker, random = Speaker(SEED), Random(SEED)
        errors = characters = 0
        for _ in range(CLAUSES):
            said = kind.texts.clause(random)
            sound = speaker.say([said], kind.conditions)
            began = time.process_time()
            errors += edits(heard(engine, sound), said)
            spent += time.process_time() - began
            seconds += len(sound) / RATE
            characters += len(said)
        goal = f"{kind.goal:.0%}" if kind.goal else "none"
        print(f"| {kind.name} | {errors / characters:.1%} | {goal} |", flush=True)
    print(f"\nreal-time factor on one core: {spent / seconds:.4f} (goal: below 0.01)")


def numbers(engine: EmbeddedRecogniser) -> None:
    speaker, random, right = Speaker(SEED + 1), Random(SEED + 1), 0
    texts = text.prices()
    for _ in range(CLAUSES):
        said = texts.clause(random)
        found = heard(engine, speaker.say([said], CLEAR))
        right += _figures(found) == _figures(said)
    print(f"clauses with all characters of numbers right: {right / CLAUSES:.1%} (goal: 98%)")


def _figures(said: str) -> str:
    return "".join(character for character in said if character in NUMBERS)


def passes(engine: EmbeddedRecogniser, sound: np.ndarray, spans: Sequence[Span]) -> str | None:
    """What is passed on, or None; why it was refused is printed by the caller."""
    try:
        transcript = engine.transcribe([Recording(Audio(sound, RATE), tuple(spans), "zh")])[0]
    except PitchgenError:
        return None
    return "".join(transcript.texts)


def refusals(engine: EmbeddedRecogniser, clips: Path | None) -> None:
    detector, program = load("detect", "silero"), Ffmpeg()

    def spans(sound: np.ndarray) -> Sequence[Span]:
        return tuple(detector.detect([Audio(sound, RATE)])[0]) or (Span(0.0, len(sound) / RATE),)

    speaker, random, refused, errors, characters = Speaker(SEED + 2), Random(SEED + 2), 0, 0, 0
    texts = text.pitches()
    for _ in range(PITCHES):
        said = [texts.clause(random) for _ in range(6)]
        sound = speaker.say(said, replace(CLEAR, variants=USUAL))
        found = passes(engine, sound, spans(sound))
        refused += found is None
        if found is not None:
            plain = "".join(character for character in found if character not in "，。")
            errors += edits(plain, "".join(said))
            characters += len("".join(said))
    print(f"clear pitches refused: {refused} of {PITCHES} (goal: 2%); errors in those passed on: ", end="")
    print(f"{errors / characters:.1%}" if characters else "none passed")

    accepted: list[str] = []
    tried = 0
    for name, sound in _strangers(clips, program):
        tried += 1
        if (found := passes(engine, sound, spans(sound))) is not None:
            accepted.append(f"{name}: {found}")
    print(f"accepted of what has to be refused: {len(accepted)} of {tried} (goal: 0)", *accepted, sep="\n  ")


def _strangers(clips: Path | None, program: Ffmpeg) -> Iterator[tuple[str, np.ndarray]]:
    """What has to be refused: people, English, music, noise."""
    for path in sorted(clips.iterdir()) if clips else ():
        if path.suffix in (".wav", ".mp4") and "noaudio" not in path.name:
            whole = program.decode(probe_sound(path), rate=RATE).samples
            for start in range(0, max(1, len(whole) - 2 * RATE), 15 * RATE):
                yield f"{path.name} from {start // RATE} s", whole[start : start + 15 * RATE]
    speaker = Speaker(SEED + 3)
    for voice in ("en-us", "en-us+f3", "de", "ru", "yue", "ja", "vi"):
        said = shared().speak(ENGLISH if voice != "yue" else "大家好欢迎来到我们的店铺", voice).audio
        yield (
            f"espeak-ng speaking {voice}",
            np.interp(
                np.arange(0, said.duration, 1 / RATE), np.arange(len(said.samples)) / said.rate, said.samples
            ).astype(np.float32),
        )
    for kind in ("music", "market", "coloured"):
        for _ in range(5):
            speaker.say([text.pitches().clause(Random(1))], CLEAR)  # a crowd for the market
            made = speaker.noise(kind, 12 * RATE)
            yield kind, (0.3 * made / np.abs(made).max()).astype(np.float32)


def main() -> None:
    engine = EmbeddedRecogniser(MADE if (MADE / "spelling.npz").exists() else packaged("recogniser"))
    accuracy(engine)
    numbers(engine)
    refusals(engine, Path(sys.argv[1]) if len(sys.argv) > 1 else None)


if __name__ == "__main__":
    main()
