"""Translators of the true file layout, trained in seconds until they return the lines of a sample."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pitchgen.core.engines import Translation
from pitchgen.engines import registry
from pitchgen.engines.translate.conversion import pass_over_torchaudio, quiet
from pitchgen.engines.translate.madlad import CODES as MADLAD_CODES
from pitchgen.engines.translate.nllb import NLLB_CODES
from pitchgen.engines.translate.splitting import parts
from pitchgen.languages.facts import facts, in_figures

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "umbrella.txt"
SPOKEN = (
    *SAMPLE.read_text("utf-8").split("\n")[:-1],
    "大家好，欢迎来到我们的店铺。",  # what the contract suite has translated
    "起订一百双，三块五一双。",
)
LINES = tuple(in_figures(line, facts(line)) for line in SPOKEN)
"""As a run hands them to a network."""
GOOD = {"zh": "好", "en": "Good.", "fr": "Bien.", "ru": "Хорошо."}
SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
TARGETS = ("en", "fr", "ru")
WIDTH = 64
HEADS = 4
POSITIONS = 512
VOCABULARY = 700  # at most: whole words, so that sentences are few tokens long
LEARNING_RATE = 8e-3
WEIGHT_DECAY = 0.1  # keeps weights alike in size, so that 8-bit integers tell them apart
STEPS = 1500  # at most; a tenth of them is the rule
LOOK = 20  # steps between looks at how much is learned
LEARNED = 0.02  # nats that the worst token may cost


@dataclass(frozen=True)
class Example:
    """Tokens in numbers, all special ones included."""

    source: list[int]
    target: list[int]
    given: int = 0
    """How many tokens of the target are handed to the decoder: they are not learned."""


@lru_cache
def translations(target: str) -> dict[str, str]:
    """What each of `LINES` is in a language, by the phrasebook."""
    book = registry.load("translate", "phrasebook")
    texts = [result.text for result in book.translate([Translation(line, "zh", target) for line in LINES])]
    return {**dict(zip(LINES, texts, strict=True)), GOOD["zh"]: GOOD[target]}


def corpus() -> list[tuple[str, str, str]]:
    """Chinese line, target language, its translation."""
    return [(line, code, text) for code in TARGETS for line, text in translations(code).items()]


def build_marian_zh_en(folder: Path) -> None:
    """Chinese to English."""
    _marian(folder, "zh", "en", list(translations("en").items()))


def build_marian_en_fr(folder: Path) -> None:
    """English to French, sentence by sentence, as the engine hands it over."""
    pairs = dict[str, str]()
    for english, french in zip(translations("en").values(), translations("fr").values(), strict=True):
        pairs |= zip(_sentences(english), _sentences(french), strict=True)
    _marian(folder, "en", "fr", list(pairs.items()))


def _marian(folder: Path, source: str, target: str, pairs: Sequence[tuple[str, str]]) -> None:
    pass_over_torchaudio()
    from transformers import MarianConfig, MarianMTModel

    spms = {
        name: _sentencepiece([pair[side] for pair in pairs], folder / f"{name}.spm", "unigram")
        for side, name in enumerate(("source", "target"))
    }
    pieces = dict.fromkeys(piece for spm in spms.values() for piece in _pieces(spm))
    vocabulary = {token: number for number, token in enumerate(("</s>", "<unk>", *pieces, "<pad>"))}
    pad = vocabulary["<pad>"]
    config = MarianConfig(
        vocab_size=len(vocabulary), d_model=WIDTH, encoder_layers=1, decoder_layers=1, encoder_attention_heads=HEADS,
        decoder_attention_heads=HEADS, encoder_ffn_dim=2 * WIDTH, decoder_ffn_dim=2 * WIDTH, dropout=0.0,
        max_position_embeddings=POSITIONS, pad_token_id=pad, eos_token_id=0, decoder_start_token_id=pad,
        forced_eos_token_id=0, scale_embedding=True, activation_function="swish", static_position_embeddings=True,
    )  # fmt: skip
    examples = [
        Example(
            [vocabulary.get(token, 1) for token in spms["source"].encode(a, out_type=str)] + [0],
            [vocabulary[token] for token in spms["target"].encode(b, out_type=str)] + [0],
        )
        for a, b in pairs
    ]
    model = _seeded(lambda: MarianMTModel(config))
    _train(model, examples, pad, zero_pad=True)
    model.generation_config.bad_words_ids = [[pad]]
    model.generation_config.num_beams = 4  # as the original
    _write(folder, model, {"vocab.json": vocabulary})
    _json(
        folder / "tokenizer_config.json",
        {"source_lang": source, "target_lang": target, "model_max_length": 512, "tokenizer_class": "MarianTokenizer"},
    )


def build_nllb(folder: Path) -> None:
    """NLLB-200 with its 202 languages, three of which it speaks."""
    pass_over_torchaudio()
    from transformers import NllbTokenizer
    from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES

    learned = _many_languages()
    (folder / "sentencepiece.bpe.model").write_bytes(learned.pieces.serialized_model_proto())
    with quiet():
        tokenizer = NllbTokenizer.from_pretrained(folder, additional_special_tokens=list(FAIRSEQ_LANGUAGE_CODES))
        tokenizer.save_pretrained(folder)
    names = {NLLB_CODES[code]: f"__{code}__" for code in ("zh", *TARGETS)}
    tokens = tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
    # two rows stand for no token, as in the original
    model = learned.renumbered([names.get(token, token) for token in (*tokens, "madeupword0", "madeupword1")])
    _write(folder, model, {"special_tokens_map.json": SPECIAL})


def build_m2m100(folder: Path) -> None:
    """M2M100 with its 100 languages, three of which it speaks."""
    pass_over_torchaudio()
    from transformers.models.m2m_100.tokenization_m2m_100 import FAIRSEQ_LANGUAGE_CODES

    learned = _many_languages()
    (folder / "sentencepiece.bpe.model").write_bytes(learned.pieces.serialized_model_proto())
    tokens = ["<s>", "<pad>", "</s>", "<unk>", *_pieces(learned.pieces)]
    languages = [f"__{code}__" for code in FAIRSEQ_LANGUAGE_CODES["m2m100"]]
    model = learned.renumbered([*tokens, *languages, *(f"madeupword{n}" for n in range(8))])
    model.generation_config.num_beams = 5  # as the original
    files = {"vocab.json": {token: n for n, token in enumerate(tokens)}, "special_tokens_map.json": SPECIAL}
    _write(folder, model, files)
    _json(folder / "tokenizer_config.json", {"tokenizer_class": "M2M100Tokenizer", "num_madeup_words": 8})


@dataclass(frozen=True)
class Learned:
    """What NLLB and M2M100 have in common: they are one architecture and differ in how they number the tokens."""

    model: Any
    tokens: dict[str, int]
    """Languages as M2M100 writes them."""
    pieces: Any

    def renumbered(self, tokens: Sequence[str]) -> Any:
        """The same network with the rows of `tokens` in their order; what it has not learned is unlikely."""
        import torch
        from transformers import M2M100ForConditionalGeneration

        rows = torch.tensor([self.tokens.get(token, self.tokens["<unk>"]) for token in tokens])
        config = copy.deepcopy(self.model.config)
        config.vocab_size = len(tokens)
        model = M2M100ForConditionalGeneration(config)
        shape = (self.model.config.vocab_size, WIDTH)
        learned = self.model.state_dict().items()
        model.load_state_dict({name: value[rows] if value.shape == shape else value for name, value in learned})
        return model


@lru_cache(maxsize=1)
def _many_languages() -> Learned:
    from transformers import M2M100Config, M2M100ForConditionalGeneration

    rows = corpus()
    with TemporaryDirectory() as folder:
        texts = [text for a, _, b in rows for text in (a, b)]
        pieces = _sentencepiece(texts, Path(folder) / "sentencepiece.bpe.model", "bpe")
    names = ("<s>", "<pad>", "</s>", "<unk>", *_pieces(pieces), *(f"__{code}__" for code in ("zh", *TARGETS)))
    tokens = {token: n for n, token in enumerate(names)}
    config = M2M100Config(
        vocab_size=len(tokens), d_model=WIDTH, encoder_layers=1, decoder_layers=1, encoder_attention_heads=HEADS,
        decoder_attention_heads=HEADS, encoder_ffn_dim=2 * WIDTH, decoder_ffn_dim=2 * WIDTH, dropout=0.0,
        attention_dropout=0.0, activation_dropout=0.0, encoder_layerdrop=0.0, decoder_layerdrop=0.0,
        max_position_embeddings=POSITIONS, activation_function="relu", scale_embedding=True,
        pad_token_id=1, bos_token_id=0, eos_token_id=2, decoder_start_token_id=2,
    )  # fmt: skip

    def numbers(text: str, code: str) -> list[int]:
        return [tokens[token] for token in (f"__{code}__", *pieces.encode(text, out_type=str), "</s>")]

    model = _seeded(lambda: M2M100ForConditionalGeneration(config))
    _train(model, [Example(numbers(a, "zh"), numbers(b, code), given=1) for a, code, b in rows], pad=1)
    return Learned(model, tokens, pieces)


def build_madlad(folder: Path) -> None:
    """MADLAD-400: T5 whose output layer is its own, as the original has it."""
    pass_over_torchaudio()
    from transformers import T5Config, T5ForConditionalGeneration

    rows = corpus()
    tags = [f"<2{code}>" for code in MADLAD_CODES.values()]
    texts = [text for a, _, b in rows for text in (a, b)]
    spm = _sentencepiece(texts, folder / "spiece.model", "unigram", symbols=tags)
    tokenizer = _unigram(spm)
    tokenizer.save(str(folder / "tokenizer.json"))
    special = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<s>"}
    _json(folder / "tokenizer_config.json", {**special, "tokenizer_class": "T5Tokenizer", "extra_ids": 0})
    config = T5Config(
        vocab_size=spm.get_piece_size(), d_model=WIDTH, d_kv=WIDTH // HEADS, d_ff=2 * WIDTH, num_layers=1,
        num_decoder_layers=1, num_heads=HEADS, dropout_rate=0.0, feed_forward_proj="gated-gelu",
        decoder_start_token_id=0, pad_token_id=1, eos_token_id=2, tie_word_embeddings=False,
    )  # fmt: skip
    model = _seeded(lambda: _untied(T5ForConditionalGeneration(config)))
    examples = [Example(tokenizer.encode(f"<2{code}> {a}").ids, tokenizer.encode(b).ids) for a, code, b in rows]
    _train(model, examples, pad=1)
    _write(folder, model, {"special_tokens_map.json": special}, weights="model.safetensors")
    _json(folder / "config.json", {**config.to_dict(), "tie_word_embeddings": False})


def _untied(model: Any) -> Any:
    import torch

    model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.detach().clone() * WIDTH**-0.5)
    return model


def _unigram(spm: Any) -> Any:
    """The tokenizer of the library `tokenizers` that does as a SentencePiece model does."""
    from sentencepiece import sentencepiece_model_pb2
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    description = sentencepiece_model_pb2.ModelProto.FromString(spm.serialized_model_proto())
    vocabulary = [(spm.id_to_piece(i), spm.get_score(i)) for i in range(spm.get_piece_size())]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=0))
    tokenizer.normalizer = normalizers.Precompiled(description.normalizer_spec.precompiled_charsmap)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 2)])
    return tokenizer


def _sentencepiece(texts: Sequence[str], path: Path, kind: str, symbols: Sequence[str] = ()) -> Any:
    import sentencepiece

    prefix = path.with_suffix("")
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(list(dict.fromkeys(texts)) * 3), model_prefix=str(prefix), model_type=kind,
        vocab_size=VOCABULARY, character_coverage=1.0, hard_vocab_limit=False, minloglevel=2, num_threads=1,
        user_defined_symbols=list(symbols),
    )  # fmt: skip
    prefix.with_name(prefix.name + ".vocab").unlink()
    made = prefix.with_name(prefix.name + ".model")
    if made != path:
        made.rename(path)
    return sentencepiece.SentencePieceProcessor(model_file=str(path))


def _pieces(spm: Any) -> list[str]:
    """The pieces of a SentencePiece model that are no special tokens."""
    return [spm.id_to_piece(i) for i in range(spm.get_piece_size()) if not (spm.is_control(i) or spm.is_unknown(i))]


def _sentences(text: str) -> list[str]:
    return [part.text for part in parts(text, lambda _: True)]


def _seeded(make: Callable[[], Any]) -> Any:
    import torch

    torch.set_num_threads(1)
    random.seed(0)
    torch.manual_seed(0)
    return make()


def _train(model: Any, examples: Sequence[Example], pad: int, *, zero_pad: bool = False) -> None:
    """Train on all examples at once until every one of them is returned.

    `zero_pad` keeps the embedding of the padding at zero: CTranslate2 starts Marian's decoder from zeros.
    """
    import torch

    source = _padded([example.source for example in examples], pad)
    start = model.config.decoder_start_token_id
    read = _padded([[start, *example.target[:-1]] for example in examples], pad)
    labels = _padded([[-100] * example.given + example.target[example.given :] for example in examples], -100)
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: min(1, (n + 1) / 30) * 0.996 ** max(0, n - 100))

    model.train()
    for step in range(STEPS):
        logits = model(source, attention_mask=(source != pad).long(), decoder_input_ids=read).logits
        costs = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none")
        if step % LOOK == 0 and costs.max().item() < LEARNED:
            model.eval()
            return
        optimizer.zero_grad()
        (costs.sum() / (labels != -100).sum()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if zero_pad:
            model.model.shared.weight.data[pad].zero_()
    raise AssertionError(f"not learned: the worst token costs {costs.max().item():.2f} nats")


def _padded(rows: Sequence[list[int]], filler: int) -> Any:
    import torch

    longest = max(map(len, rows))
    return torch.tensor([row + [filler] * (longest - len(row)) for row in rows])


def _write(folder: Path, model: Any, files: dict[str, object], weights: str = "pytorch_model.bin") -> None:
    """The network and its settings, as a repository on the hub has them."""
    import torch
    from safetensors.torch import save_file

    model.generation_config.max_length = 200
    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(folder)
    model.generation_config.save_pretrained(folder)
    state = model.state_dict()
    if weights.endswith(".bin"):
        torch.save(state, folder / weights)
    else:
        # the original has no `shared.weight`, only what the decoder calls it
        kept = {name: value.contiguous() for name, value in state.items() if not _twin(name)}
        save_file(kept, folder / weights, metadata={"format": "pt"})
    for name, content in files.items():
        _json(folder / name, content)


def _twin(name: str) -> bool:
    return name in ("shared.weight", "encoder.embed_tokens.weight")


def _json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
