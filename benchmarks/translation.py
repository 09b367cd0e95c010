"""What one stream of all languages gains, and what the engine adds to the bare library, on NLLB-600M.

    python benchmarks/translation.py

The network has its full size and random weights, and every translation is made `TOKENS` tokens long: speed does not
depend on what a token means. Single sentences are few, because each takes long. The quickest of several runs counts,
since whatever else the machine does only slows; what matters are the ratios.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read when torch is imported: spinning threads starve the others

from pitchgen.core.engines import Licence, Translation
from pitchgen.core.weights import CONVERTED, Model, Weights
from pitchgen.engines.rack import Rack
from pitchgen.engines.translate import ctranslate2 as shared
from pitchgen.engines.translate.conversion import QUANTIZATION, quiet
from pitchgen.engines.translate.nllb import NLLB_CODES

ROWS = 256_206  # tokens of NLLB-200
TOKENS = 20  # of a sentence, and of its translation
LINES = 10  # sentences of a pitch
LANGUAGES = ("en", "fr", "ru", "es", "ar")
SINGLE = 4  # sentences that are translated one by one
REFERENCE = 2  # sentences that transformers translates
REPEATS = 3


class Words:
    """A tokenizer for words that are tokens already."""

    def encode(self, text: str, source: str, target: str) -> list[str]:
        """As the protocol."""
        del target
        return [NLLB_CODES[source], *text.split(), "</s>"]

    def prefix(self, target: str) -> list[str]:
        """As the protocol."""
        return [NLLB_CODES[target]]

    def decode(self, tokens: list[str]) -> str:
        """As the protocol; numbered, since random weights say the same token for ever."""
        return " ".join(f"{token}{place}" for place, token in enumerate(tokens))

    def check(self, vocabulary: Sequence[str]) -> str | None:
        """As the protocol."""
        del vocabulary
        return None


@dataclass
class OfOneLength:
    """A translator whose translations are all `TOKENS` long; adds up how long the library takes."""

    translator: Any
    seconds: float = 0.0
    batches: int = 0

    def translate_batch(self, source: list[list[str]], **options: Any) -> Any:
        """As CTranslate2's, with the length fixed."""
        fixed = {**options, "max_decoding_length": TOKENS, "min_decoding_length": TOKENS}
        began = time.perf_counter()
        results = self.translator.translate_batch(source, **fixed)
        self.seconds += time.perf_counter() - began
        self.batches += 1
        return results


class Measured(shared.Converted):
    """The engine, with translations of one length."""

    def _load(self) -> shared.Network:
        network = super()._load()
        return replace(network, translator=OfOneLength(network.translator))


def full_size() -> Any:
    """NLLB-200-distilled-600M with random weights, in 32 bits."""
    with quiet():
        import torch
        from transformers import M2M100Config, M2M100ForConditionalGeneration

        config = M2M100Config(
            vocab_size=ROWS, d_model=1024, encoder_layers=12, decoder_layers=12, encoder_attention_heads=16,
            decoder_attention_heads=16, encoder_ffn_dim=4096, decoder_ffn_dim=4096, max_position_embeddings=1024,
            scale_embedding=True, pad_token_id=1, bos_token_id=0, eos_token_id=2, decoder_start_token_id=2,
        )  # fmt: skip
        with torch.device("meta"):
            model = M2M100ForConditionalGeneration(config)
        model = model.to_empty(device="cpu").eval()
        with torch.no_grad():
            for weight in model.parameters():
                weight.uniform_(-0.03, 0.03)
            for stack in (model.model.encoder, model.model.decoder):
                positions = stack.embed_positions
                positions.make_weights(1024 + positions.offset, 1024, positions.padding_idx)
        model.tie_weights()
    return model


def reference_seconds(model: Any) -> float:
    """Seconds that transformers takes for a sentence in 32 bits."""
    import torch

    rng = np.random.default_rng(0)
    seconds = []
    for _ in range(REFERENCE):
        ids = torch.tensor(rng.integers(4, 256_000, (1, TOKENS + 2)))
        with quiet(), torch.no_grad():
            began = time.perf_counter()
            model.generate(
                ids, attention_mask=torch.ones_like(ids), num_beams=1, do_sample=False,
                min_new_tokens=TOKENS, max_new_tokens=TOKENS, forced_bos_token_id=ROWS - 10,
            )  # fmt: skip
            seconds.append(time.perf_counter() - began)
    return min(seconds)


def write_copy(model: Any, folder: Path) -> None:
    """The CTranslate2 copy of `model`, as `pull` makes it."""
    import torch
    from ctranslate2.converters.transformers import M2M100Loader

    with torch.no_grad():
        spec = M2M100Loader().get_model_spec(model)
    codes = list(NLLB_CODES.values())
    words = [f"t{n}" for n in range(4, ROWS - len(codes))]
    tokens = ["<s>", "<pad>", "</s>", "<unk>", *words, *codes]
    spec.register_source_vocabulary(tokens)
    spec.register_target_vocabulary(tokens)
    spec.config.decoder_start_token = spec.config.eos_token = "</s>"
    spec.config.bos_token, spec.config.unk_token = "<s>", "<unk>"
    spec.validate()
    spec.optimize(quantization=QUANTIZATION)
    folder.mkdir(parents=True)
    spec.save(str(folder))


def pitch() -> list[Translation]:
    """All sentences in all languages; lengths differ by a third, as those of real ones do."""
    rng = np.random.default_rng(1)
    texts = [
        " ".join(f"t{n}" for n in rng.integers(4, 256_000, rng.integers(TOKENS * 2 // 3, TOKENS * 4 // 3)))
        for _ in range(LINES)
    ]
    return [Translation(text, "zh", code) for code in LANGUAGES for text in texts]


def seconds(run: Callable[[], object]) -> float:
    """How long `run` takes."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def main() -> None:
    """One run; prints a Markdown table."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        model = full_size()
        theirs = reference_seconds(model)
        write_copy(model, folder / CONVERTED)
        del model
        gc.collect()
        described = Model("nllb-full-size", ("nllb",), (), 0, Licence("none", commercial=False), converted=True)
        engine = Measured("nllb", Rack(device="cpu"), Weights(described, folder, "random"), lambda _: Words())
        requests = pitch()
        engine.translate(requests[:1])  # loads
        bare: OfOneLength = engine._network().translator
        single = min(seconds(partial(engine.translate, [request])) for request in requests[1 : SINGLE + 1])
        streams, shares = [], []
        for _ in range(REPEATS):
            bare.seconds, bare.batches = 0.0, 0
            streams.append(seconds(partial(engine.translate, requests)))
            shares.append(streams[-1] / bare.seconds - 1)  # of the same run: nothing else can come between
    stream = min(streams) / len(requests)
    print(
        f"NLLB-600M, {len(requests)} sentences ({LINES} in {len(LANGUAGES)} languages), greedy as the model comes, ",
        end="",
    )
    print(f"{bare.batches} batches, {os.cpu_count()} processors, {sys.platform}\n")
    print("| way | s per sentence | tokens/s | gain |\n|---|---|---|---|")
    for name, taken in (
        ("transformers fp32, one by one", theirs),
        ("CTranslate2 int8, one by one", single),
        ("CTranslate2 int8, one stream", stream),
    ):
        print(f"| {name} | {taken:.3f} | {TOKENS / taken:.1f} | {theirs / taken:.1f}x |")
    print(f"\nOne stream against one by one: {single / stream:.1f}x (goal 8x); ", end="")
    print(f"against transformers {theirs / stream:.1f}x.")
    print(f"The engine adds {100 * max(shares):.2f}% to the library's time for the same batches (goal at most 5%).")


if __name__ == "__main__":
    main()
