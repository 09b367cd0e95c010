"""Trains a small recogniser on speech made here, and writes it to `.cache/recogniser/recogniser.onnx`.

    python -m pip install torch jieba onnx        # jieba for its list of words
    python scripts/train_recogniser.py --hours 25 --minutes 120      # again: goes on where it was
    python scripts/train_recogniser.py --export                      # the newest state becomes the model

Speech is made in a second process while the network trains on what is there already; `--minutes` counts all runs, so
a larger number goes on. `benchmarks/recogniser.py` measures the result. It goes into the package once it meets the
goals of its card, docs/recogniser.md, which says how far it is.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import ctc_loss
from training.examples import Example, Features, Shards, batches, prepared
from training.export import export
from training.network import Network, Shape
from training.speech import Conditions, Speaker
from training.text import characters, texts

from pitchgen.dsp.mel import RATE, log_mel

HOME = Path(__file__).parents[1]
WORK = HOME / ".cache" / "recogniser"
MODEL = WORK / "recogniser.onnx"
SHARD_SECONDS = 3600.0
LONGEST = 12.0  # seconds of one example
RATE_OF_LEARNING, WARM_UP = 2.5e-3, 300
SYLLABLES_WEIGHT = 0.5
SAVE_EVERY = 240.0  # seconds


@dataclass(frozen=True, slots=True)
class Symbols:
    """What the network tells apart; 0 is the blank."""

    characters: tuple[str, ...]
    syllables: tuple[str, ...]

    @staticmethod
    def made() -> Symbols:
        """Those of all texts, kept with the work so that it can go on."""
        from pypinyin import lazy_pinyin

        path = WORK / "characters.txt"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(characters(texts(dictionary()))), "utf-8")
        found = tuple(path.read_text("utf-8"))
        return Symbols(found, tuple(sorted(set(lazy_pinyin(list(found), errors="ignore")))))


def dictionary() -> Path:
    """The words of the package jieba."""
    return Path(str(files("jieba"))) / "dict.txt"


def make_speech(hours: float) -> None:
    """Shards of an hour each, those that are missing."""
    said = texts(dictionary())
    for number in range(math.ceil(hours)):
        if not (WORK / f"{number:03}.json").exists():
            _make_shard(number, Speaker(number), said.clause)


def _make_shard(number: int, speaker: Speaker, clause: Callable[[random.Random], str]) -> None:
    draw = random.Random(1000 + number)
    parts: list[Features] = []
    told: list[tuple[int, str]] = []
    seconds = 0.0
    while seconds < SHARD_SECONDS:
        clauses = [clause(draw) for _ in range(draw.choice((1, 1, 1, 2, 2, 3)))]
        sound = speaker.say(clauses, Conditions())
        if len(sound) > LONGEST * RATE:
            continue
        bands = log_mel(sound).astype(np.float16)
        parts.append(bands)
        told.append((len(bands), "".join(clauses)))
        seconds += len(sound) / RATE
    np.save(WORK / f"{number:03}.npy", np.concatenate(parts))
    (WORK / f"{number:03}.json").write_text(json.dumps(told, ensure_ascii=False), "utf-8")  # last: the shard is whole


class Trainer:
    """A network, and how far it is."""

    def __init__(self, minutes: float, *, device: str = "cpu") -> None:
        from pypinyin import lazy_pinyin

        self._spell = lazy_pinyin
        self.symbols = Symbols.made()
        self._character = {symbol: at + 1 for at, symbol in enumerate(self.symbols.characters)}
        self._syllable = {symbol: at + 1 for at, symbol in enumerate(self.symbols.syllables)}
        self.shape = Shape(characters=len(self._character), syllables=len(self._syllable))
        self.device = torch.device(device)
        self.network = Network(self.shape).to(self.device)
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
        told, spelled = self.network(bands.to(self.device))
        loss = self._loss(told, [[self._character[c] for c in e.text] for e in batch], lengths)
        syllables = [[self._syllable.get(s, 0) or 1 for s in self._spell(e.text)] for e in batch]
        total = loss + SYLLABLES_WEIGHT * self._loss(spelled, syllables, lengths)
        self._optimizer.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 2.0)
        self._optimizer.step()
        self.step += 1
        return float(loss.detach())

    def _loss(self, logits: Tensor, targets: Sequence[Sequence[int]], lengths: Tensor) -> Tensor:
        flat = torch.tensor([symbol for target in targets for symbol in target])
        sizes = torch.tensor([len(target) for target in targets])
        found: Tensor = ctc_loss(logits.log_softmax(-1).transpose(0, 1), flat, lengths, sizes, zero_infinity=True)
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=25, help="of speech")
    parser.add_argument("--minutes", type=float, default=120, help="of training, over all runs")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--export", action="store_true", help="only write the model from the newest state")
    options = parser.parse_args()
    torch.set_num_threads(1)
    WORK.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(options.minutes, device=options.device)
    if not options.export:
        maker = multiprocessing.get_context("spawn").Process(target=make_speech, args=(options.hours,), daemon=True)
        maker.start()
        while not (WORK / "000.json").exists():
            time.sleep(1)
        trainer.run(Shards(WORK))
        maker.terminate()
    export(trainer.network, MODEL, characters="".join(trainer.symbols.characters), steps=str(trainer.step))
    parameters = sum(p.numel() for p in trainer.network.parameters())
    print(f"{MODEL}: {MODEL.stat().st_size / 1e6:.1f} MB, {parameters} parameters, {trainer.step} steps")


if __name__ == "__main__":
    main()
