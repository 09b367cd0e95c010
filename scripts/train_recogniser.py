"""Trains the small recogniser on speech made here, and writes it to `.cache/recogniser`: a network and its spelling.

    python -m pip install torch jieba onnx        # jieba for its list of words
    python scripts/train_recogniser.py --hours 40 --minutes 240      # again: goes on where it was
    python scripts/train_recogniser.py --export                      # the newest state becomes the model

Speech is made in a second process while the network trains on what is there already; `--minutes` counts all runs, so
a larger number goes on. `benchmarks/recogniser.py` measures the result, docs/recogniser.md is its card.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import random
import time
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import ctc_loss
from training import spelling
from training.examples import Example, Features, Shards, batches, prepared
from training.export import export
from training.network import Network, Shape
from training.readings import Syllable, known
from training.speech import CLEAR, Conditions, Speaker
from training.text import texts

from pitchgen.dsp.mel import RATE, features

HOME = Path(__file__).parents[1]
WORK = HOME / ".cache" / "recogniser"
MODEL, SPELLING = WORK / "recogniser.onnx", WORK / "spelling.npz"
SHARD_SECONDS = 3600.0
ANY = Conditions()
LONGEST = 12.0  # seconds of one example
STRINGS_SAID, STRINGS_SPELT = 0.4, 0.0  # of clauses: words in any order teach the network to hear, not to guess
RATE_OF_LEARNING, WARM_UP = 3e-3, 300
SAVE_EVERY = 240.0  # seconds


def dictionary() -> Path:
    """The words of the package jieba."""
    return Path(str(files("jieba"))) / "dict.txt"


def symbols() -> tuple[Syllable, ...]:
    """The syllables that the network tells apart, kept with the work so that it can go on."""
    path = WORK / "syllables.json"
    if not path.exists():
        said, draw = texts(dictionary(), strings=STRINGS_SPELT), random.Random(0)
        found = known(said.clause(draw) for _ in range(60_000))
        path.write_text(json.dumps([(s.onset, s.final, s.tone) for s in found]), "utf-8")
    return tuple(Syllable(*parts) for parts in json.loads(path.read_text("utf-8")))


def make_speech(hours: float) -> None:
    """Shards of an hour each, those that are missing."""
    said = texts(dictionary(), strings=STRINGS_SAID)
    for number in range(math.ceil(hours)):
        if not (WORK / f"{number:03}.json").exists():
            _make_shard(number, Speaker(number), said.clause)


def _make_shard(number: int, speaker: Speaker, clause: Callable[[random.Random], str]) -> None:
    draw = random.Random(1000 + number)
    parts: list[Features] = []
    told: list[tuple[int, list[str]]] = []
    seconds = 0.0
    while seconds < SHARD_SECONDS:
        clauses = [clause(draw) for _ in range(draw.choice((1, 1, 1, 2, 2, 3)))]
        sound = speaker.say(clauses, draw.choice((CLEAR, ANY)))
        if len(sound) > LONGEST * RATE:
            continue
        bands = features(sound).astype(np.float16)
        parts.append(bands)
        told.append((len(bands), clauses))
        seconds += len(sound) / RATE
    np.save(WORK / f"{number:03}.npy", np.concatenate(parts))
    (WORK / f"{number:03}.json").write_text(json.dumps(told, ensure_ascii=False), "utf-8")  # last: the shard is whole


class Trainer:
    """A network, and how far it is."""

    def __init__(self, syllables: Sequence[Syllable], minutes: float, *, device: str = "cpu") -> None:
        self.device = torch.device(device)
        self.network = Network(Shape(), syllables).to(self.device)
        self._optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=RATE_OF_LEARNING, weight_decay=0.02, betas=(0.9, 0.98)
        )
        self.seconds = minutes * 60
        self.spent = 0.0
        self.step = 0
        self._state = WORK / "state.pt"
        if self._state.exists():
            kept = torch.load(self._state, weights_only=True)
            self.network.load_state_dict(kept["network"])
            self._optimizer.load_state_dict(kept["optimizer"])
            self.spent, self.step = kept["spent"], kept["step"]

    def save(self) -> None:
        """Keep the state, whole or not at all."""
        part = self._state.with_suffix(".part")
        kept = {
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "spent": self.spent,
            "step": self.step,
        }
        torch.save(kept, part)
        part.replace(self._state)

    def run(self, shards: Shards) -> None:
        """Train until the time is spent; the rate of learning falls to nothing by then."""
        saved = last = time.monotonic()
        losses: list[float] = []
        while self.spent < self.seconds:
            for batch in batches(shards.examples()):
                losses.append(self._learn(batch))
                now = time.monotonic()
                self.spent, last = self.spent + now - last, now
                if self.step % 100 == 0:
                    print(f"step {self.step} {self.spent / 60:.1f} min loss {np.mean(losses):.3f}", flush=True)
                    losses.clear()
                if now - saved > SAVE_EVERY:
                    self.save()
                    saved = now
                if self.spent >= self.seconds:
                    break
        self.save()

    def _learn(self, batch: Sequence[Example]) -> float:
        share = min(1.0, self.spent / self.seconds)
        for group in self._optimizer.param_groups:
            group["lr"] = (
                RATE_OF_LEARNING
                * min(1, (self.step + 1) / WARM_UP)
                * (0.01 + 0.99 * (1 + math.cos(math.pi * share)) / 2)
            )
        bands, lengths = prepared(batch)
        loss = _loss(self.network(bands.to(self.device)), [example.symbols for example in batch], lengths)
        self._optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 2.0)
        self._optimizer.step()
        self.step += 1
        return float(loss.detach())


def _loss(logits: Tensor, targets: Sequence[Sequence[int]], lengths: Tensor) -> Tensor:
    flat = torch.tensor([symbol for target in targets for symbol in target])
    sizes = torch.tensor([len(target) for target in targets])
    found: Tensor = ctc_loss(logits.log_softmax(-1).transpose(0, 1), flat, lengths, sizes, zero_infinity=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=40, help="of speech")
    parser.add_argument("--minutes", type=float, default=240, help="of training, over all runs")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--export", action="store_true", help="only write the model from the newest state")
    options = parser.parse_args()
    torch.set_num_threads(1)
    WORK.mkdir(parents=True, exist_ok=True)
    told = symbols()
    trainer = Trainer(told, options.minutes, device=options.device)
    if not options.export:
        maker = multiprocessing.get_context("spawn").Process(target=make_speech, args=(options.hours,), daemon=True)
        maker.start()
        while not any(WORK.glob("[0-9]*.json")):
            time.sleep(1)
        trainer.run(Shards(WORK, {syllable: at + 1 for at, syllable in enumerate(told)}))
        maker.terminate()
    if not SPELLING.exists():
        spelling.write(SPELLING, texts(dictionary(), strings=STRINGS_SPELT), told, dictionary())
    export(trainer.network, MODEL, steps=str(trainer.step), syllables=" ".join(map(str, told)))
    parameters = sum(p.numel() for p in trainer.network.parameters())
    size = (MODEL.stat().st_size + SPELLING.stat().st_size) / 1e6
    print(f"{MODEL} and {SPELLING}: {size:.1f} MB, {parameters} parameters, {trainer.step} steps")


if __name__ == "__main__":
    main()
