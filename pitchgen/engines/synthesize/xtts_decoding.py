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
        self.stop = gpt.stop_audio_token
        self.limits = [line.limit for line in lines]
        self.rows = list(range(len(lines)))
        """Index of the sentence that each row decodes."""
        self.codes: list[list[Tensor]] = [[] for _ in lines]
        self.latents: list[list[Tensor]] = [[] for _ in lines]
        self.noise = torch.stack([_noise(line.seed, max(self.limits)) for line in lines]).to(self.device)
        seen = torch.zeros(len(lines), gpt.mel_head.out_features, dtype=torch.bool, device=self.device)
        seen[:, 1] = True  # as in the library, where the prefix stands for a row of ones
        seen[:, gpt.start_audio_token] = True
        self.seen = seen
        prefix, padding = _prefixes(gpt, lines, self.device)
        self.attention = _Attention(gpt, padding)
        self.hidden = self.attention.run(prefix)[:, -1]

    def run(self) -> list[Decoded]:
        """Decode until every row has ended."""
        import torch

        for step in range(max(self.limits)):
            codes = self._step(step)
            if step % (1 if self.device.type == "cpu" else CHECK) == 0:
                self._retire(step)
            if not self.rows:
                break
            if len(codes) != len(self.rows):
                codes = torch.stack([self.codes[row][-1] for row in self.rows])
            embedded = self.gpt.mel_embedding(codes) + self.gpt.mel_pos_embedding.emb.weight[step + 1]
            self.hidden = self.attention.run(embedded[:, None])[:, -1]
        return [self._cut(index) for index in range(len(self.codes))]

    def _step(self, step: int) -> Tensor:
        """Draw one code for each row, shape (n_rows,)."""
        latents = self.gpt.final_norm(self.hidden)
        codes = _drawn(self.gpt.mel_head(latents), self.seen, self.noise[:, step], self.sampling)
        self.seen.scatter_(1, codes[:, None], value=True)
        for row, code, latent in zip(self.rows, codes, latents, strict=True):
            self.codes[row].append(code)
            self.latents[row].append(latent)
        return codes

    def _retire(self, step: int) -> None:
        """Let rows that have ended go, once they are half of all: moving the others costs as much as a step."""
        import torch

        last = torch.stack([torch.stack(self.codes[row][-CHECK:]).eq(self.stop).any() for row in self.rows]).tolist()
        going = [not ended and step + 1 < self.limits[row] for row, ended in zip(self.rows, last, strict=True)]
        if any(going) and 2 * sum(going) > len(self.rows):
            return
        kept = torch.tensor([index for index, goes in enumerate(going) if goes], dtype=torch.long, device=self.device)
        self.rows = [row for row, goes in zip(self.rows, going, strict=True) if goes]
        self.seen, self.noise = self.seen[kept], self.noise[kept]
        if self.rows:
            self.attention.keep(kept)

    def _cut(self, index: int) -> Decoded:
        """What a sentence has up to its stop code, or its limit."""
        import torch

        codes = torch.stack(self.codes[index])[: self.limits[index]]
        stops = (codes == self.stop).nonzero()
        length = int(stops[0]) + 1 if len(stops) else len(codes)
        return Decoded(codes[:length], torch.stack(self.latents[index][:length]))


class _Attention:
    """The layers of a GPT-2, with the keys and values of what they have seen."""

    def __init__(self, gpt: Any, padding: Tensor) -> None:
        """Padding says which places at the left hold nothing, shape (n_rows, n_places)."""
        import torch

        self.layers, self.norm = gpt.gpt.h, gpt.gpt.ln_f
        self.heads, self.width = gpt.heads, gpt.model_dim // gpt.heads
        self.length = 0
        rows, places = padding.shape
        self.blocked = torch.zeros(rows, places, dtype=torch.bool, device=padding.device) | padding
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

        grown = end - self.blocked.shape[1]
        if grown > 0:
            self.blocked = torch.nn.functional.pad(self.blocked, (0, grown))
        if count == 1 and not bool(self.length == 0) and not self._padded:
            return None
        allowed = ~self.blocked[:, None, None, :end]
        if count > 1:
            order = torch.arange(end, device=allowed.device)
            allowed = allowed & (order[None, :] <= order[self.length :, None])
            # a row of padding sees itself: a softmax over nothing is not a number
            allowed = allowed | (order[None, :] == order[self.length :, None])
        return allowed

    @property
    def _padded(self) -> bool:
        return bool(self.blocked.shape[1]) and self.blocked.shape[0] > 1

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
