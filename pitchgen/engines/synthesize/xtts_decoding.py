"""Decodes the sound codes of many sentences at once with the GPT of XTTS.

The library decodes one sentence at a time, and each step then reads all weights for a single row. Here sentences of
any voice and language share each step: prefixes are padded at their left, so that all rows end at the same place;
each row draws from random numbers of its own, so that what is said does not depend on the company; and each
row stops for itself. The attention keeps its keys and values here, not in the cache of transformers, whose
interface changes from one release to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

BLOCK = 64  # steps by which the memory for keys and values grows
CHECK = 8  # steps between looks at which rows have ended, on a GPU: each look waits for it


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next code is drawn."""

    temperature: float
    """0 takes the likeliest one."""
    top_k: int
    top_p: float
    repetition_penalty: float


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A sentence to be decoded."""

    conditioning: Tensor
    """Latents of the voice, shape (n_latents, dim)."""
    tokens: Tensor
    """Of the text, without start and stop, shape (n_tokens,)."""
    limit: int
    """Codes after which it is ended, if it does not stop by itself."""
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """What was decoded of a sentence, the stop code included."""

    codes: Tensor
    """Shape (n_codes,)."""
    latents: Tensor
    """What the vocoder takes, shape (n_codes, dim); 1024 samples at 22,050 Hz each."""


def decode(gpt: Any, lines: Sequence[Line], sampling: Sampling) -> list[Decoded]:
    """The codes of each sentence, up to and including its stop code.

    Args:
        gpt: `TTS.tts.layers.xtts.gpt.GPT`, in evaluation mode.
        lines: at least one; memory grows with their number.
        sampling: one for all.
    """
    import torch

    with torch.inference_mode():
        return _Batch(gpt, lines, sampling).run()


class _Batch:
    """Rows that are decoded together; rows that have ended leave it."""

    def __init__(self, gpt: Any, lines: Sequence[Line], sampling: Sampling) -> None:
        import torch

        self.gpt, self.sampling = gpt, sampling
        self.device = gpt.mel_head.weight.device
        self.limits = torch.tensor([line.limit for line in lines], device=self.device)
        self.longest = max(line.limit for line in lines)
        self.rows = torch.arange(len(lines), device=self.device)
        """Index of the sentence that each row decodes."""
        self.ended = torch.zeros(len(lines), dtype=torch.bool, device=self.device)
        self.codes = torch.full((len(lines), self.longest), gpt.stop_audio_token, device=self.device)
        self.latents = torch.zeros(len(lines), self.longest, gpt.model_dim, device=self.device)
        self.noise = torch.stack([_noise(line.seed, self.longest) for line in lines]).to(self.device)
        self.seen = torch.zeros(len(lines), gpt.mel_head.out_features, dtype=torch.bool, device=self.device)
        self.seen[:, 1] = True  # as in the library, where the prefix stands for a row of ones
        self.seen[:, gpt.start_audio_token] = True
        prefix, padding = _prefixes(gpt, lines, self.device)
        self.attention = _Attention(gpt, padding)
        self.hidden = self.attention.run(prefix)[:, -1]

    def run(self) -> list[Decoded]:
        """Decode until every row has ended."""
        every = 1 if self.device.type == "cpu" else CHECK
        for step in range(self.longest):
            self._step(step)
            if step % every == 0 and not self._any_left(step):
                break
            codes = self.codes[self.rows, step]
            embedded = self.gpt.mel_embedding(codes) + self.gpt.mel_pos_embedding.emb.weight[step + 1]
            self.hidden = self.attention.run(embedded[:, None])[:, -1]
        return [self._cut(index) for index in range(len(self.codes))]

    def _step(self, step: int) -> None:
        """Draw one code for each row."""
        latents = self.gpt.final_norm(self.hidden)
        codes = _drawn(self.gpt.mel_head(latents), self.seen, self.noise[:, step], self.sampling)
        self.seen.scatter_(1, codes[:, None], value=True)
        self.codes[self.rows, step], self.latents[self.rows, step] = codes, latents
        self.ended |= codes == self.gpt.stop_audio_token

    def _any_left(self, step: int) -> bool:
        """Whether any row goes on; rows that do not are let go once they are half: moving the others has a price."""
        going = (~self.ended & (self.limits[self.rows] > step + 1)).nonzero()[:, 0]
        if 2 * len(going) <= len(self.rows) and len(going):
            self.rows, self.ended = self.rows[going], self.ended[going]
            self.seen, self.noise = self.seen[going], self.noise[going]
            self.attention.keep(going)
        return len(going) > 0

    def _cut(self, index: int) -> Decoded:
        """What a sentence has up to its stop code, or its limit."""
        limit = int(self.limits[index])
        stops = (self.codes[index, :limit] == self.gpt.stop_audio_token).nonzero()
        length = int(stops[0]) + 1 if len(stops) else limit
        return Decoded(self.codes[index, :length], self.latents[index, :length])


class _Attention:
    """The layers of a GPT-2, with the keys and values of what they have seen."""

    def __init__(self, gpt: Any, padding: Tensor) -> None:
        """Padding says which places at the left hold nothing, shape (n_rows, n_places)."""
        self.layers, self.norm = gpt.gpt.h, gpt.gpt.ln_f
        self.heads, self.width = gpt.heads, gpt.model_dim // gpt.heads
        self.length = 0
        rows = len(padding)
        self.blocked, self.padded = padding, bool(padding.any())
        shape = (len(self.layers), 2, rows, self.heads, 0, self.width)
        self.memory = gpt.mel_head.weight.new_empty(shape)

    def run(self, inputs: Tensor) -> Tensor:
        """What the layers make of `inputs`, shape (n_rows, n_new, dim), seen with all that came before."""
        count = inputs.shape[1]
        end = self.length + count
        self._grow(end)
        mask = self._mask(count, end)
        hidden = inputs
        for layer, memory in zip(self.layers, self.memory, strict=True):
            hidden = hidden + layer.attn.c_proj(self._attended(layer, layer.ln_1(hidden), memory, mask, end))
            hidden = hidden + layer.mlp(layer.ln_2(hidden))
        self.length = end
        normed: Tensor = self.norm(hidden)
        return normed

    def _attended(self, layer: Any, inputs: Tensor, memory: Tensor, mask: Tensor | None, end: int) -> Tensor:
        from torch.nn.functional import scaled_dot_product_attention

        rows, count, dim = inputs.shape
        split = layer.attn.c_attn(inputs).view(rows, count, 3, self.heads, self.width)
        query, new = split[:, :, 0].transpose(1, 2), split[:, :, 1:].permute(2, 0, 3, 1, 4)
        memory[:, :, :, self.length : end] = new
        keys, values = memory[0, :, :, :end], memory[1, :, :, :end]
        heard = scaled_dot_product_attention(query, keys, values, attn_mask=mask)
        return heard.transpose(1, 2).reshape(rows, count, dim)

    def _mask(self, count: int, end: int) -> Tensor | None:
        """What may be looked at, shape (n_rows, 1, n_new, n_seen); None for everything."""
        import torch
        from torch.nn.functional import pad

        if count == 1 and not self.padded:
            return None
        self.blocked = pad(self.blocked, (0, end - self.blocked.shape[1]))
        allowed = ~self.blocked[:, None, None, :]
        if count == 1:
            return allowed
        places = torch.arange(end, device=allowed.device)
        own = places[self.length :, None]
        # a place of padding sees itself: a softmax over nothing is not a number
        return (allowed & (places <= own)) | (places == own)

    def _grow(self, end: int) -> None:
        from torch.nn.functional import pad

        missing = end - self.memory.shape[4]
        if missing > 0:
            self.memory = pad(self.memory, (0, 0, 0, -(-missing // BLOCK) * BLOCK))

    def keep(self, rows: Tensor) -> None:
        """Go on with some of the rows."""
        self.memory, self.blocked = self.memory[:, :, rows], self.blocked[rows]


def _prefixes(gpt: Any, lines: Sequence[Line], device: Any) -> tuple[Tensor, Tensor]:
    """Voice, text and the start of sound for each row, padded at the left; and which places are padding."""
    import torch
    from torch.nn.functional import pad

    start = gpt.mel_embedding.weight[gpt.start_audio_token] + gpt.mel_pos_embedding.emb.weight[0]
    rows = []
    for line in lines:
        tokens = pad(pad(line.tokens.to(device), (0, 1), value=gpt.stop_text_token), (1, 0), value=gpt.start_text_token)
        text = gpt.text_embedding(tokens) + gpt.text_pos_embedding.emb.weight[: len(tokens)]
        rows.append(torch.cat([line.conditioning.to(device), text, start[None]]))
    longest = max(map(len, rows))
    padding = torch.tensor([[place < longest - len(row) for place in range(longest)] for row in rows], device=device)
    return torch.stack([pad(row, (0, 0, longest - len(row), 0)) for row in rows]), padding


def _noise(seed: int, count: int) -> Tensor:
    """Uniform numbers in [0, 1), the same for a seed on every device, shape (count,)."""
    import torch

    return torch.rand(count, generator=torch.Generator().manual_seed(seed))


def _drawn(logits: Tensor, seen: Tensor, noise: Tensor, sampling: Sampling) -> Tensor:
    """One code for each row, shape (n_rows,).

    Source: the order of transformers: repetition penalty, temperature, top k, top p.
    """
    penalty = sampling.repetition_penalty
    logits = logits.where(~seen, (logits / penalty).where(logits > 0, logits * penalty))
    if sampling.temperature == 0:
        return logits.argmax(dim=1)
    best, codes = (logits / sampling.temperature).topk(min(sampling.top_k, logits.shape[1]), dim=1)
    likely = best.softmax(dim=1)
    likely = likely.where(likely.cumsum(dim=1) - likely < sampling.top_p, 0.0)
    heights = likely.cumsum(dim=1)
    chosen = (heights <= noise[:, None] * heights[:, -1:]).sum(dim=1, keepdim=True).clamp(max=heights.shape[1] - 1)
    return codes.gather(1, chosen)[:, 0]
