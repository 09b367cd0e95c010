"""How fast neural voices are, and what keeping and batching gain. Full-size random weights; prints Markdown tables.

    python benchmarks/voices.py [--device cuda] [--rows 1,4,16] [--codes 40]

Random weights take as long as trained ones. What is said is noise, so nothing here says anything about quality.
Trust the ratios; the times are this machine's. Needs `pip install 'pitchgen[models]'`.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pitchgen.core.audio import Audio
from pitchgen.engines import coqui
from pitchgen.engines.synthesize.openvoice import Network as Converter
from pitchgen.engines.synthesize.openvoice import Spectrum
from pitchgen.engines.synthesize.xtts import CODES_PER_SECOND, HEARD_RATE, RATE, Likeness, Network

TEXT = "these socks cost three and a half yuan a pair, from one hundred pairs."
REFERENCE_SECONDS = 12.0
REPEATS = {"cuda": 5, "mps": 3, "cpu": 1}  # a processor takes minutes for each table
COPY_BYTES = 1 << 30  # copied to measure how fast memory is: far above any cache


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rows", default="1,2,4,8", help="batch sizes")
    parser.add_argument("--codes", type=int, default=40, help="codes decoded of each sentence")
    asked = parser.parse_args()
    coqui.prepare()
    with coqui.quiet(), tempfile.TemporaryDirectory() as folder:
        library = xtts(Path(folder), asked.device)
        network = Network(library, asked.device)
        reference = Audio(noise(REFERENCE_SECONDS, HEARD_RATE), HEARD_RATE)
        likeness = studied(network, reference, asked)
        decoding = decoded(library, likeness, asked)
        stages(library, likeness, decoding, asked)
        converted(reference, asked.device)


def noise(seconds: float, rate: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Something to listen to."""
    return np.random.default_rng(0).normal(0, 0.05, round(seconds * rate)).astype(np.float32)


def xtts(folder: Path, device: str) -> Any:
    """XTTS-v2 in its published size, random."""
    import torch
    from tokenizers import Tokenizer, models
    from TTS.tts.configs.xtts_config import XttsArgs, XttsConfig
    from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer
    from TTS.tts.models.xtts import Xtts

    torch.manual_seed(0)
    names = ["[STOP]", "[UNK]", "[SPACE]", "[START]", "[en]", *map(chr, range(33, 33 + 6676))]  # 6,681 tokens
    vocabulary = folder / "vocab.json"
    Tokenizer(models.BPE({name: i for i, name in enumerate(names)}, [], unk_token="[UNK]")).save(str(vocabulary))
    tokens = {"gpt_num_audio_tokens": 1026, "gpt_start_audio_token": 1024, "gpt_stop_audio_token": 1025}
    config = XttsConfig(model_args=XttsArgs(gpt_use_perceiver_resampler=True, **tokens))
    config.gpt_cond_len = config.max_ref_len = 30
    library = Xtts(config)
    library.tokenizer = VoiceBpeTokenizer(vocab_file=str(vocabulary))
    library.init_models()
    library.gpt.mel_head.bias.data[1025] = -1e9  # never stops: every run decodes as many codes
    library.gpt.eval()
    library.hifigan_decoder.eval()
    return library.to(device)


def timed(work: Callable[[], object], device: str) -> float:
    """Median seconds; on a GPU after one run that does not count, in which kernels are chosen."""
    import torch

    def finished() -> None:
        if device == "cuda":
            torch.cuda.synchronize()

    if device == "cuda":
        work()
    times = []
    for _ in range(REPEATS[device]):
        finished()
        start = time.perf_counter()
        work()
        finished()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def studied(network: Network, reference: Audio, asked: argparse.Namespace) -> Likeness:
    """What keeping a voice's latents spares."""
    seconds = timed(lambda: network.likeness(reference), asked.device)
    print(f"\n## XTTS: a voice's latents, reference of {reference.duration:.0f} s, {asked.device}\n")
    table(
        ("latents for 100 sentences", "seconds", "ratio"),
        [("computed for each", f"{100 * seconds:.1f}", "1.0x"), ("kept", f"{seconds:.2f}", "100x")],
    )
    return network.likeness(reference)


def decoded(library: Any, likeness: Likeness, asked: argparse.Namespace) -> dict[int, float]:
    """Codes per second, one by one and together; rows to seconds of a run."""
    import torch

    from pitchgen.engines.synthesize.xtts_decoding import Line, Sampling, decode

    sampling = Sampling(0.75, 50, 0.85, 5.0)
    tokens = torch.tensor(library.tokenizer.encode(TEXT, "en"))
    runs = {}
    for rows in map(int, asked.rows.split(",")):
        lines = [Line(likeness.conditioning, tokens, asked.codes, seed) for seed in range(rows)]
        runs[rows] = timed(lambda lines=lines: decode(library.gpt, lines, sampling), asked.device)  # type: ignore[misc]
    first = min(runs)
    alone = first * asked.codes / runs[first]
    limit = bandwidth(asked.device)
    weights = sum(p.numel() * p.element_size() for p in library.gpt.gpt.h.parameters()) + 4 * 1024 * 1026
    print(f"\n## XTTS: decoding of codes, {asked.codes} a sentence, {asked.device}\n")
    print(f"Memory copies at {limit / 1e9:.0f} GB/s; a step reads {weights / 1e9:.2f} GB of weights.\n")
    body = []
    for rows, seconds in runs.items():
        rate = rows * asked.codes / seconds
        share = weights * asked.codes / seconds / limit
        body.append((rows, f"{rate:.1f}", f"{rate / alone:.1f}x", f"{CODES_PER_SECOND / rate:.3f}", f"{share:.0%}"))
    table(("rows", "codes/s", "ratio", "RTF", "share of the bandwidth limit"), body)
    return runs


def bandwidth(device: str) -> float:
    """Bytes a second that the memory of `device` gives, by a copy, which reads and writes each."""
    import torch

    source = torch.ones(COPY_BYTES // 4, device=device)
    target = torch.empty_like(source)
    return 2 * COPY_BYTES / timed(lambda: target.copy_(source), device)


def stages(library: Any, likeness: Likeness, runs: dict[int, float], asked: argparse.Namespace) -> None:
    """Real-time factor of each stage: seconds of work for one of sound."""
    import torch

    latents = torch.randn(1, asked.codes, 1024, device=asked.device)
    sound = asked.codes / CODES_PER_SECOND
    with torch.inference_mode():
        vocoder = timed(lambda: library.hifigan_decoder(latents, g=likeness.speaker), asked.device) / sound
    most = max(runs)
    rows = [
        ("decoding, one by one", runs[min(runs)] / min(runs) / sound),
        (f"decoding, {most} together", runs[most] / most / sound),
        ("vocoder", vocoder),
    ]
    print(f"\n## XTTS: real-time factor of each stage at {RATE} Hz, {asked.device}\n")
    table(("stage", "RTF"), [(name, f"{factor:.3f}") for name, factor in rows])


def converted(reference: Audio, device: str) -> None:
    """OpenVoice's converter, and what keeping a tone spares."""
    from TTS.vc.configs.openvoice_config import OpenVoiceConfig
    from TTS.vc.models.openvoice import OpenVoice

    converter = Converter(OpenVoice(OpenVoiceConfig()).eval().to(device), Spectrum(22_050, 1024, 256), device)
    source = Audio(noise(4.0, 22_050), 22_050)
    tone = converter.tone(reference)
    tones = timed(lambda: converter.tone(reference), device)
    factor = timed(lambda: converter.converted(source, tone, 0), device) / source.duration
    print(f"\n## OpenVoice: {device}\n")
    table(
        ("what", "seconds"),
        [("a tone, kept for each voice", f"{tones:.2f}"), ("conversion of one second", f"{factor:.3f}")],
    )


def table(head: Sequence[object], rows: Sequence[Sequence[object]]) -> None:
    """Print Markdown."""
    for row in (head, ["---"] * len(head), *rows):
        print(f"| {' | '.join(map(str, row))} |")


if __name__ == "__main__":
    main()
