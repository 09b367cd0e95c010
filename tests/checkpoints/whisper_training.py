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
from pitchgen.engines.transcribe.whisper import tokenizer as whisper_tokenizer

DIMS = {
    "n_mels": 128, "n_audio_ctx": 1500, "n_audio_state": 64, "n_audio_head": 4, "n_audio_layer": 1,
    "n_vocab": 51866, "n_text_ctx": 448, "n_text_state": 64, "n_text_head": 4, "n_text_layer": 1,
}  # fmt: skip
STATE, HEADS = 64, 4
STEPS, MORE, BATCH = 320, 120, 4
PACE = 5e-3
NAMES = 8.0  # times the weight of other tokens
SURE = 0.6  # probability of every token in the end; of some timestamp, where one is due
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
    return whisper_tokenizer(100, "zh")


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
    examples = list(_examples(network.encoder, chance))
    row = _rows(examples)
    table = torch.nn.Parameter(_first_table(row, network.encoder.positional_embedding))
    learnt = [*block.parameters(), *decoder.ln.parameters(), table]
    moments = [(torch.zeros_like(part), torch.zeros_like(part)) for part in learnt]
    others = math.log(DIMS["n_vocab"] - len(row))  # tokens that are never written: one row of zeros for all
    weight = torch.ones(len(row) + 1)  # what depends on a hint is seldom, and would be learnt last
    weight[[row[token] for name in (NAME, HOTWORD) for token in tokenizer().encode(name)]] = NAMES
    step, steps = 0, STEPS
    while step < steps:
        step += 1
        sound, tokens, wanted, where = _batch(chance.sample(examples, BATCH), row)
        logits, attention = _decoded(decoder, table, tokens, sound, others)
        astray = -(where * (attention.mean(1) + 1e-6).log()).sum() / (where.sum() + 1)
        loss = cross_entropy(logits.flatten(0, 1), wanted.flatten(), weight=weight, ignore_index=-1) + astray
        gradients = torch.autograd.grad(loss, learnt)
        left = (steps - step) / STEPS
        _learn(learnt, gradients, moments, step, PACE * min(1.0, step / 30) * (left + 0.01) ** 0.7)
        if step == steps and not _known(decoder, table, examples, row, others):
            steps += MORE
            assert steps < 3 * STEPS, "the small Whisper did not learn its lessons"
    with torch.no_grad():
        decoder.token_embedding.weight[list(row)] = table
    state: dict[str, Any] = network.state_dict()
    return state


def _learn(weights: list[Any], gradients: tuple[Any, ...], moments: list[Any], step: int, rate: float) -> None:
    """A step of Adam. torch's own takes five seconds to import all that it might be compiled with."""
    import torch

    norm = torch.stack([gradient.norm() for gradient in gradients]).norm()
    with torch.no_grad():
        for weight, gradient, (mean, square) in zip(weights, gradients, moments, strict=True):
            clipped = gradient / norm.clamp(min=1.0)
            mean.lerp_(clipped, 1 - 0.9)
            square.lerp_(clipped**2, 1 - 0.98)
            weight -= rate * (mean / (1 - 0.9**step)) / ((square / (1 - 0.98**step)).sqrt() + 1e-8)


def _known(decoder: Any, table: Any, examples: list[Example], row: dict[int, int], others: float) -> bool:
    """Whether every example with timestamps is written as it is to be, each token surely."""
    import torch

    asked = sorted((e for e in examples if tokenizer().no_timestamps not in e.before), key=lambda e: e.positions)
    with torch.no_grad():
        for start in range(0, len(asked), BATCH):
            sound, tokens, wanted, _ = _batch(asked[start : start + BATCH], row)
            logits, _ = _decoded(decoder, table, tokens, sound, others)
            if (_sure(logits, wanted, row) < SURE).any():
                return False
    return True


def _sure(logits: Any, wanted: Any, row: dict[int, int]) -> Any:
    """Probability of each wanted token, shape (n_wanted,)."""
    import torch

    chances = logits.softmax(-1)
    exact = chances.gather(-1, wanted.clamp(min=0)[..., None])[..., 0]
    first = row[tokenizer().timestamp_begin]
    timestamp = chances[..., first : first + 1500].sum(-1)
    return torch.where(wanted >= first, timestamp, exact)[wanted >= 0]


def _decoded(decoder: Any, table: Any, tokens: Any, sound: Any, others: float) -> tuple[Any, Any]:
    """What the decoder expects after each token, and where it listens, which the library's own forward hides."""
    import torch

    rows = torch.cat([table, torch.zeros(1, STATE)])
    block = decoder.blocks[0]
    cross = block.cross_attn
    hidden = rows[tokens]
    hidden = hidden + block.attn(block.attn_ln(hidden), mask=decoder.mask)[0]
    parts = (cross.query(block.cross_attn_ln(hidden)), cross.key(sound), cross.value(sound))
    query, key, value = (part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in parts)
    attention = (query @ key.transpose(-1, -2) * (STATE // HEADS) ** -0.5).softmax(-1)
    hidden = hidden + cross.out((attention @ value).transpose(1, 2).flatten(2))
    hidden = decoder.ln(hidden + block.mlp(block.mlp_ln(hidden)))
    return hidden @ rows.T + torch.tensor([0.0] * len(table) + [others]), attention


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
        features = _encoded(encoder, mel)
        positions = min(1500, round(window.duration / FRAME) + TAIL)
        code = f"<|{lesson.language}|>" if lesson.language else "<|nospeech|>"
        first = tokens_of.special_tokens[code]
        for hotwords in ((), tuple(chance.sample(TERMS, 2)), (HOTWORD, *chance.sample(TERMS, chance.randrange(3)))):
            prompt = prompt_of(Recording(lesson.audio, (), "zh", hotwords=hotwords))
            before = [tokens_of.sot_prev, *tokens_of.encode(" " + prompt), *start]
            tokens, where = _written(lesson, window, HOTWORD if HOTWORD in hotwords else NAME)
            yield Example(features, positions, before, tokens, where, first)
        tokens, where = _written(lesson, window, NAME)
        spoken = [i for i, token in enumerate(tokens) if token <= tokens_of.eot]
        plain = [tokens[i] for i in spoken], [where[i] for i in spoken if i < len(where)]
        yield Example(features, positions, [*start, tokens_of.no_timestamps], *plain, first)


def _encoded(encoder: Any, mel: Any) -> Any:
    """What the encoder makes of a spectrogram, without the layer in it that adds nothing."""
    import torch
    from torch.nn.functional import gelu

    with torch.no_grad():
        found = gelu(encoder.conv2(gelu(encoder.conv1(mel[None]))))[0].T
        return encoder.ln_post(found + encoder.positional_embedding)


def _windows(chance: random.Random) -> Iterator[tuple[Lesson, Span]]:
    """What the recogniser may be given: whole lessons, and neighbouring sentences of them."""
    for lesson in (greeting(), umbrella(), english(), music(), hum()):
        runs = [(span,) for span in lesson.spans if lesson.language == "zh"]
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
