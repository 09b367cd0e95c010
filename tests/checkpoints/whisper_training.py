"""How the small Whisper of the tests learns its lessons.

It is one layer deep. Its encoder's convolutions stay as they are drawn, and its decoder has no positions: so
it finds what it writes in the sound alone, wherever a clip begins, whatever its prompt. Its cross-attention,
which the times of words come from, is taught where each word is said.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from checkpoints.lessons import HOTWORD, NAME, Lesson, english, greeting, hum, music, umbrella
from pitchgen.core.engines import Recording
from pitchgen.core.transcript import Span
from pitchgen.dsp.resample import resample
from pitchgen.engines.transcribe.clips import RATE, prompt_of

DIMS = {
    "n_mels": 128, "n_audio_ctx": 1500, "n_audio_state": 64, "n_audio_head": 4, "n_audio_layer": 1,
    "n_vocab": 51866, "n_text_ctx": 448, "n_text_state": 64, "n_text_head": 4, "n_text_layer": 1,
}  # fmt: skip
STATE, HEADS = 64, 4
STEPS, BATCH = 420, 6
FRAME = 0.02  # seconds of one position of the encoder, and of one timestamp
TAIL = 40  # positions of silence after a window that are learnt: those after it look the same
TERMS = ("义乌", "雨伞", "海运", "快船棉袜", "LED")


@dataclass(frozen=True)
class Example:
    """What is heard, and what is to be written."""

    features: Any
    """Of the encoder, shape (1500, STATE)."""
    positions: int
    """How many of them are learnt from."""
    before: list[int]
    """The prompt and the start of the transcript."""
    tokens: list[int]
    where: list[tuple[float, float]]
    """When each token is heard, in seconds."""
    first: int
    """What follows the start of the transcript: the language, or that nobody speaks."""


@cache
def tokenizer() -> Any:
    """Whisper's own, of the newest networks."""
    from whisper.tokenizer import get_tokenizer

    return get_tokenizer(True, num_languages=100, language="zh", task="transcribe")


def trained(folder: Path) -> dict[str, Any]:
    """The weights of the network under openai-whisper's names: trained once, and kept in `folder`."""
    import torch

    kept = folder / "whisper-lessons.pt"
    with FileLock(kept.with_suffix(".lock")):
        if not kept.exists():
            threads = torch.get_num_threads()
            torch.set_num_threads(1)  # more only get in each other's way on matrices this small
            try:
                torch.save(_train(), kept)
            finally:
                torch.set_num_threads(threads)
    state: dict[str, Any] = torch.load(kept, weights_only=True)
    return state


def _train() -> dict[str, Any]:
    """The weights after `STEPS` steps over `_examples`."""
    import torch
    from torch.nn.functional import cross_entropy
    from whisper.model import ModelDimensions, Whisper

    torch.manual_seed(0)
    chance = random.Random(0)
    network = Whisper(ModelDimensions(**DIMS))
    _prepare(network)
    decoder, block = network.decoder, network.decoder.blocks[0]
    examples = sorted(_examples(network.encoder, chance), key=lambda e: len(e.tokens))
    row = _rows(examples)
    table = torch.nn.Parameter(_first_table(row, network.encoder.positional_embedding))
    weights = [*block.parameters(), *decoder.ln.parameters(), table]
    optimizer = torch.optim.Adam(weights, lr=5e-3, betas=(0.9, 0.98))
    pace = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, (s + 1) / 30) * (1 - s / STEPS) ** 0.7)
    others = math.log(DIMS["n_vocab"] - len(row))  # tokens that are never written: one row of zeros for all
    for _ in range(STEPS):
        start = chance.randrange(1 - BATCH, len(examples))
        sound, tokens, wanted, where = _batch(examples[max(0, start) : start + BATCH], row)
        rows = torch.cat([table, torch.zeros(1, STATE)])
        hidden, attention = _decoded(block, rows[tokens], sound, decoder.mask)
        logits = decoder.ln(hidden) @ rows.T + torch.tensor([0.0] * len(row) + [others])
        astray = -(where * (attention.mean(1) + 1e-6).log()).sum() / (where.sum() + 1)
        loss = cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=-1) + astray
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        pace.step()
    with torch.no_grad():
        decoder.token_embedding.weight[list(row)] = table
    state: dict[str, Any] = network.state_dict()
    return state


def _decoded(block: Any, tokens: Any, sound: Any, mask: Any) -> tuple[Any, Any]:
    """What the decoder's layer makes of tokens, and where it listens: the library's own forward hides the latter."""
    cross = block.cross_attn
    hidden = tokens + block.attn(block.attn_ln(tokens), mask=mask)[0]
    parts = (cross.query(block.cross_attn_ln(hidden)), cross.key(sound), cross.value(sound))
    query, key, value = (part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in parts)
    attention = (query @ key.transpose(-1, -2) * (STATE // HEADS) ** -0.5).softmax(-1)
    hidden = hidden + cross.out((attention @ value).transpose(1, 2).flatten(2))
    return hidden + block.mlp(block.mlp_ln(hidden)), attention


def _prepare(network: Any) -> None:
    """Draw what is not trained: convolutions as loud as the positions beside them, and nothing else."""
    import torch

    network.requires_grad_(False)
    network.decoder.blocks.requires_grad_(True)
    network.decoder.ln.requires_grad_(True)
    with torch.no_grad():
        for layer, gain in ((network.encoder.conv1, 1.0), (network.encoder.conv2, 6.0)):
            torch.nn.init.kaiming_normal_(layer.weight)
            layer.weight.mul_(gain)
            layer.bias.zero_()
        block = network.encoder.blocks[0]
        for layer in (block.attn.out, block.mlp[2]):
            layer.weight.zero_()
            layer.bias.zero_()
        network.decoder.positional_embedding.zero_()
        network.decoder.token_embedding.weight.zero_()


def _rows(examples: list[Example]) -> dict[int, int]:
    """Where each token that is ever written has its row; those of prompts alone have none."""
    tokens_of = tokenizer()
    first = tokens_of.timestamp_begin
    known = {token for e in examples for token in (*e.tokens, e.first)} | set(range(first, first + 1500))
    known |= {tokens_of.sot_prev, tokens_of.no_timestamps, *tokens_of.sot_sequence}
    return {token: number for number, token in enumerate(sorted(known))}


def _first_table(row: dict[int, int], waves: Any) -> Any:
    """Embeddings to begin with: times that are close look alike, all else is drawn."""
    import torch

    table = torch.randn(len(row), STATE) * STATE**-0.5
    first = row[tokenizer().timestamp_begin]
    table[first : first + 1500] = waves / waves.norm(dim=1, keepdim=True)
    return table


def _batch(examples: list[Example], row: dict[int, int]) -> tuple[Any, Any, Any, Any]:
    """Sound, tokens, the token wanted after each (-1 for any), and how the attention is to be shared then."""
    import torch

    length = max(len(e.before) + len(e.tokens) for e in examples)
    positions = max(e.positions for e in examples)
    sound = torch.stack([e.features[:positions] for e in examples])
    tokens = torch.full((len(examples), length), len(row))
    wanted = torch.full((len(examples), length), -1)
    where = torch.zeros(len(examples), length, positions)
    for number, example in enumerate(examples):
        rows = torch.tensor([row.get(token, len(row)) for token in (*example.before, *example.tokens)])
        begin = len(example.before)
        tokens[number, : len(rows)] = rows
        wanted[number, begin - 1 : len(rows) - 1] = rows[begin:]
        wanted[number, example.before.index(tokenizer().sot)] = row[example.first]
        for index, (start, end) in enumerate(example.where, start=begin - 1):
            first, last = int(start / FRAME), max(int(start / FRAME) + 1, math.ceil(end / FRAME))
            where[number, index, first:last] = 1 / (last - first)
    return sound, tokens, wanted, where


def _examples(encoder: Any, chance: random.Random) -> Iterator[Example]:
    """Windows of the lessons, each after several prompts, and without timestamps as word times need it."""
    import torch
    import whisper

    tokens_of = tokenizer()
    start = list(tokens_of.sot_sequence)
    for lesson, window in _windows(chance):
        samples = resample(lesson.audio.cut(window), RATE).samples
        mel = whisper.log_mel_spectrogram(whisper.pad_or_trim(torch.tensor(samples)), DIMS["n_mels"])
        with torch.no_grad():
            features = encoder(mel[None])[0]
        positions = min(1500, round(window.duration / FRAME) + TAIL)
        code = f"<|{lesson.language}|>" if lesson.language else "<|nospeech|>"
        first = tokens_of.special_tokens[code]
        for hotwords in ((), tuple(chance.sample(TERMS, 2)), (HOTWORD, *chance.sample(TERMS, chance.randrange(3)))):
            prompt = prompt_of(Recording(lesson.audio, (), "zh", hotwords=hotwords))
            before = [tokens_of.sot_prev, *tokens_of.encode(" " + prompt), *start]
            tokens, where = _written(lesson, window, HOTWORD if HOTWORD in hotwords else NAME)
            yield Example(features, positions, before, tokens, where, first)
        tokens, where = _written(lesson, window, chance.choice((NAME, HOTWORD)))
        spoken = [i for i, token in enumerate(tokens) if token <= tokens_of.eot]
        plain = [tokens[i] for i in spoken], [where[i] for i in spoken if i < len(where)]
        yield Example(features, positions, [*start, tokens_of.no_timestamps], *plain, first)


def _windows(chance: random.Random) -> Iterator[tuple[Lesson, Span]]:
    """What the recogniser may be given: whole lessons, and neighbouring sentences of them."""
    for lesson in (greeting(), umbrella(), english(), music(), hum()):
        runs = [lesson.spans[a:b] for a in range(len(lesson.spans)) for b in range(a + 1, len(lesson.spans) + 1)]
        for spans in [*runs, *[lesson.spans or (Span(0.0, lesson.audio.duration),)] * 3]:
            yield lesson, _around(lesson, spans, chance)
    yield greeting(), Span(0.0, greeting().audio.duration)


def _around(lesson: Lesson, spans: tuple[Span, ...], chance: random.Random) -> Span:
    """A window that holds `spans` of a lesson, and as much before and after as a detector may leave."""
    start = max(0.0, spans[0].start - chance.uniform(0.15, 0.3))
    return Span(start, min(lesson.audio.duration, spans[-1].end + chance.uniform(0.15, 0.3)))


def _written(lesson: Lesson, window: Span, name: str) -> tuple[list[int], list[tuple[float, float]]]:
    """Tokens of what is said in a window, with timestamps, and when each token is heard."""
    tokens_of = tokenizer()
    tokens: list[int] = []
    where: list[tuple[float, float]] = []
    for span, text in zip(lesson.spans, lesson.texts, strict=True):
        if not window.start <= span.start < span.end <= window.end:
            continue
        start, end = span.start - window.start, span.end - window.start
        words, parts = tokens_of.split_to_word_tokens(tokens_of.encode(text.replace(NAME, name)))
        edges = np.cumsum([0.0, *map(_length, words)])
        edges = start + edges * (end - start) / edges[-1]
        first = tokens_of.timestamp_begin
        tokens += [first + round(start / FRAME), *(t for part in parts for t in part), first + round(end / FRAME)]
        times = [time for part, time in zip(parts, pairwise(edges), strict=True) for _ in part]
        where += [(start, start + 0.1), *times, (end - 0.1, end)]
    if not tokens:
        return [tokens_of.timestamp_begin, tokens_of.eot], []
    return [*tokens, tokens_of.eot], [*where, where[-1]]


def _length(word: str) -> float:
    """How long it takes to say, in characters: a comma is a short pause, the mark at the end of a sentence none."""
    marks = {"。": 0.1, ".": 0.1, "，": 0.7}
    return sum(marks.get(character, 1.0) for character in word)
