"""What batching clips gains in recognition, and what CTranslate2 gains over openai-whisper. Prints a Markdown table.

    python benchmarks/recognition.py [--clips 4] [--tokens 24]

Whisper small in its published size with random weights, the same for both libraries' shapes; every clip is written as
`tokens` tokens, greedily. Random weights take as long as trained ones; trust the ratios. Needs the extra `models`.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read when torch is imported: spinning threads starve the others

import numpy as np

from pitchgen.engines.translate.conversion import quiet

STATE, LAYERS, HEADS, MELS, ROWS = 768, 12, 12, 80, 51865  # source: `small` of openai/whisper
END, START = 50257, 50258
PROMPT = [START, 50260, 50359, 50363]  # Chinese, transcribe, no timestamps
FRAMES = 3000  # of 10 ms: the window of 30 s


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--clips", type=int, default=4)
    parser.add_argument("--tokens", type=int, default=24)
    asked = parser.parse_args()
    sound = np.random.default_rng(0).standard_normal((asked.clips, MELS, FRAMES)).astype(np.float32) * 0.5
    with tempfile.TemporaryDirectory() as folder:
        fast = ctranslate2_small(Path(folder))
        batched = seconds(lambda: fast(sound, asked.tokens))
        alone = seconds(lambda: [fast(clip[None], asked.tokens) for clip in sound])
    reference = openai_small()
    openai_alone = seconds(lambda: [reference(clip[None], asked.tokens) for clip in sound])
    openai_batched = seconds(lambda: reference(sound, asked.tokens))
    print(f"| {asked.clips} clips of 30 s, {asked.tokens} tokens each | seconds | ratio |\n|---|---|---|")
    for name, took in (
        ("faster-whisper int8, batched", batched),
        ("faster-whisper int8, one by one", alone),
        ("openai-whisper fp32, batched", openai_batched),
        ("openai-whisper fp32, one by one", openai_alone),
    ):
        print(f"| {name} | {took:.1f} | {took / batched:.1f} |")


def seconds(action: Callable[[], object]) -> float:
    """Wall seconds of the second of two calls: the first fills caches."""
    action()
    began = time.monotonic()
    action()
    return time.monotonic() - began


def ctranslate2_small(folder: Path) -> Callable[[Any, int], object]:
    """Writes so many tokens for each clip, by CTranslate2 in 8-bit integers."""
    import ctranslate2
    import torch
    from ctranslate2.converters.transformers import WhisperLoader

    with quiet():
        from transformers import WhisperConfig, WhisperForConditionalGeneration

        config = WhisperConfig(
            vocab_size=ROWS, num_mel_bins=MELS, d_model=STATE,
            encoder_layers=LAYERS, decoder_layers=LAYERS,
            encoder_attention_heads=HEADS, decoder_attention_heads=HEADS,
            encoder_ffn_dim=4 * STATE, decoder_ffn_dim=4 * STATE,
            pad_token_id=END, eos_token_id=END, bos_token_id=END, decoder_start_token_id=START,
        )  # fmt: skip
        with torch.device("meta"):
            network = WhisperForConditionalGeneration(config)
        network = network.to_empty(device="cpu")
        network.tie_weights()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.normal_(0, 0.02)
        spec = WhisperLoader().get_model_spec(network)
    named = {END: "<|endoftext|>", START: "<|startoftranscript|>", 50362: "<|nospeech|>", 50363: "<|notimestamps|>"}
    spec.register_vocabulary([named.get(number, f"t{number}") for number in range(ROWS)])
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [END], []
    spec.config.lang_ids, spec.config.alignment_heads = [50259], [(0, 0)]
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    model = ctranslate2.models.Whisper(str(folder), device="cpu", compute_type="int8", intra_threads=os.cpu_count())

    def write(sound: Any, tokens: int) -> object:
        encoded = model.encode(ctranslate2.StorageView.from_array(np.ascontiguousarray(sound)))
        options = {"beam_size": 1, "suppress_blank": False, "suppress_tokens": [END]}
        longest = 2 * (len(PROMPT) + tokens)  # CTranslate2 gives the prompt and the text half of it each
        written = model.generate(encoded, [PROMPT] * len(sound), max_length=longest, **options)
        lengths = {len(clip.sequences_ids[0]) for clip in written}
        assert all(abs(length - tokens) <= len(PROMPT) for length in lengths), lengths
        return written

    return write


def openai_small() -> Callable[[Any, int], object]:
    """Writes so many tokens for each clip, by openai-whisper in 32-bit floats."""
    import torch
    import whisper
    from whisper.model import ModelDimensions, Whisper

    network = Whisper(ModelDimensions(MELS, 1500, STATE, HEADS, LAYERS, ROWS, 448, STATE, HEADS, LAYERS))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.normal_(0, 0.02)
    network.eval()

    def write(sound: Any, tokens: int) -> object:
        options = whisper.DecodingOptions(
            language="zh", fp16=False, without_timestamps=True, sample_len=tokens, suppress_tokens=[END]
        )
        return whisper.decode(network, torch.from_numpy(sound), options)

    return write


if __name__ == "__main__":
    main()
