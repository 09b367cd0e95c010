"""A small Whisper that knows `lessons` by heart, in the layouts of openai-whisper and of CTranslate2."""

from __future__ import annotations

import base64
import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from checkpoints.whisper_training import DIMS, HEADS, STATE, tokenizer, trained


def build_openai(folder: Path, *, mels: int = DIMS["n_mels"]) -> None:
    """`large-v3-turbo.pt`; with fewer `mels` it loads and runs as older networks do, and has learnt nothing."""
    import torch

    state = trained(folder.parent)
    state["encoder.conv1.weight"] = state["encoder.conv1.weight"][:, :mels].clone()
    torch.save({"dims": {**DIMS, "n_mels": mels}, "model_state_dict": state}, folder / "large-v3-turbo.pt")


def build_ctranslate2(folder: Path, *, mels: int = DIMS["n_mels"]) -> None:
    """The same network as a folder of faster-whisper; `mels` as in `build_openai`."""
    from ctranslate2.specs import whisper_spec

    state = {name: value.numpy() for name, value in trained(folder.parent).items()}
    state["encoder.conv1.weight"] = np.ascontiguousarray(state["encoder.conv1.weight"][:, :mels])
    tokens = _tokenizer_json()
    vocabulary = [token for token, _ in sorted(tokens.get_vocab().items(), key=lambda item: item[1])]
    assert len(vocabulary) == DIMS["n_vocab"]
    spec = whisper_spec.WhisperSpec(1, HEADS, 1, HEADS)
    _fill(spec, state)
    spec.register_vocabulary(vocabulary)
    numbers = {token: number for number, token in enumerate(vocabulary)}
    spec.config.lang_ids = list(range(numbers["<|en|>"], numbers["<|translate|>"]))
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], [220, numbers["<|endoftext|>"]]
    spec.config.alignment_heads = [(0, head) for head in range(HEADS)]
    spec.validate()
    spec.optimize(quantization="float16")
    spec.save(str(folder))
    tokens.save(str(folder / "tokenizer.json"))
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": mels}), "utf-8")


def _fill(spec: Any, state: dict[str, Any]) -> None:
    """Give `spec` the weights under the names that openai-whisper gives them."""

    def weigh(layer: Any, name: str, *more: str) -> None:
        names = (name, *more)
        layer.weight = np.concatenate([state[f"{n}.weight"] for n in names])
        zero = np.zeros(STATE, np.float32)  # keys have no bias
        layer.bias = np.concatenate([state.get(f"{n}.bias", zero) for n in names])

    def norm(layer: Any, name: str) -> None:
        layer.gamma, layer.beta = state[f"{name}.weight"], state[f"{name}.bias"]

    def block(layer: Any, name: str) -> None:
        norm(layer.self_attention.layer_norm, f"{name}.attn_ln")
        weigh(layer.self_attention.linear[0], *(f"{name}.attn.{part}" for part in ("query", "key", "value")))
        weigh(layer.self_attention.linear[1], f"{name}.attn.out")
        norm(layer.ffn.layer_norm, f"{name}.mlp_ln")
        weigh(layer.ffn.linear_0, f"{name}.mlp.0")
        weigh(layer.ffn.linear_1, f"{name}.mlp.2")

    weigh(spec.encoder.conv1, "encoder.conv1")
    weigh(spec.encoder.conv2, "encoder.conv2")
    spec.encoder.position_encodings.encodings = state["encoder.positional_embedding"]
    block(spec.encoder.layer[0], "encoder.blocks.0")
    norm(spec.encoder.layer_norm, "encoder.ln_post")
    layer, name = spec.decoder.layer[0], "decoder.blocks.0"
    block(layer, name)
    norm(layer.attention.layer_norm, f"{name}.cross_attn_ln")
    weigh(layer.attention.linear[0], f"{name}.cross_attn.query")
    weigh(layer.attention.linear[1], f"{name}.cross_attn.key", f"{name}.cross_attn.value")
    weigh(layer.attention.linear[2], f"{name}.cross_attn.out")
    spec.decoder.position_encodings.encodings = state["decoder.positional_embedding"]
    spec.decoder.embeddings.weight = state["decoder.token_embedding.weight"]
    spec.decoder.projection.weight = state["decoder.token_embedding.weight"]
    norm(spec.decoder.layer_norm, "decoder.ln")


def _tokenizer_json() -> Any:
    """Whisper's vocabulary out of openai-whisper's own file, as the library `tokenizers` has it."""
    import whisper
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    path = Path(whisper.__file__).parent / "assets" / "multilingual.tiktoken"
    ranks = {base64.b64decode(t): int(r) for t, r in (line.split() for line in path.read_text().splitlines() if line)}
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    letters = {byte: chr(byte) for byte in printable} | {b: chr(256 + i) for i, b in enumerate(others)}
    spelled = {token: "".join(letters[byte] for byte in token) for token in ranks}
    merges = [tuple(map(spelled.__getitem__, pair)) for pair in map(_halves(ranks), ranks) if pair]
    made = Tokenizer(models.BPE(vocab={spelled[t]: r for t, r in ranks.items()}, merges=merges))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    special = sorted(tokenizer().encoding._special_tokens.items(), key=lambda item: item[1])
    timed = [token for token, _ in special if token[2:3].isdigit()]
    made.add_special_tokens([AddedToken(t, special=True, normalized=False) for t, _ in special if t not in timed])
    made.add_tokens([AddedToken(token, normalized=False) for token in timed])
    return made


def _halves(ranks: dict[bytes, int]) -> Any:
    """How byte-pair encoding made a token: the two tokens that were joined last, None for a single byte."""

    def halves(token: bytes) -> tuple[bytes, bytes] | None:
        parts = [token[i : i + 1] for i in range(len(token))]
        while len(parts) > 2:
            pairs = [(ranks.get(a + b, math.inf), i) for i, (a, b) in enumerate(pairwise(parts))]
            rank, i = min(pairs)
            if rank >= ranks[token]:
                return None
            parts[i : i + 2] = [parts[i] + parts[i + 1]]
        return (parts[0], parts[1]) if len(parts) == 2 else None

    return halves
