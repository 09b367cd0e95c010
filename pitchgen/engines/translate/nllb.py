"""NLLB-200 and M2M100: one network each for all languages, which the first token of the translation chooses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pitchgen.core.engines import Translator
from pitchgen.engines.rack import Rack
from pitchgen.engines.translate.multilingual import Multilingual

END = "</s>"
NLLB = "nllb"
M2M100 = "m2m100"
NLLB_CODES = {
    # BCP-47: FLORES-200
    "am": "amh_Ethi", "ar": "arb_Arab", "bg": "bul_Cyrl", "bn": "ben_Beng", "cs": "ces_Latn", "de": "deu_Latn",
    "el": "ell_Grek", "en": "eng_Latn", "es": "spa_Latn", "fa": "pes_Arab", "fil": "tgl_Latn", "fr": "fra_Latn",
    "he": "heb_Hebr", "hi": "hin_Deva", "hu": "hun_Latn", "id": "ind_Latn", "it": "ita_Latn", "ja": "jpn_Jpan",
    "kk": "kaz_Cyrl", "km": "khm_Khmr", "ko": "kor_Hang", "lo": "lao_Laoo", "ms": "zsm_Latn", "my": "mya_Mymr",
    "nl": "nld_Latn", "pl": "pol_Latn", "pt": "por_Latn", "ro": "ron_Latn", "ru": "rus_Cyrl", "sk": "slk_Latn",
    "sv": "swe_Latn", "sw": "swh_Latn", "ta": "tam_Taml", "te": "tel_Telu", "th": "tha_Thai", "tr": "tur_Latn",
    "uk": "ukr_Cyrl", "ur": "urd_Arab", "uz": "uzn_Latn", "vi": "vie_Latn", "zh": "zho_Hans",
}  # fmt: skip
M2M100_CODES = {code: "tl" if code == "fil" else code for code in NLLB_CODES if code != "te"}
"""BCP-47: ISO 639-1. M2M100 knows no Telugu, and calls Filipino by the code of Tagalog."""


class NllbTokenizer:
    """`<language of the source> text </s>`, by the file tokenizer.json."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.encode_special_tokens = True  # what she says is text, even where it looks like a token
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def encode(self, text: str, source: str, target: str) -> list[str]:
        """As the protocol."""
        del target
        return [NLLB_CODES[source], *self._tokenizer.encode(text, add_special_tokens=False).tokens, END]

    def prefix(self, target: str) -> list[str]:
        """As the protocol."""
        return [NLLB_CODES[target]]

    def decode(self, tokens: list[str]) -> str:
        """As the protocol."""
        text: str = self._tokenizer.decode([self._tokenizer.token_to_id(token) for token in tokens])
        return text.strip()

    def check(self, vocabulary: Sequence[str]) -> str | None:
        """As the protocol."""
        missing = next((code for code in NLLB_CODES.values() if self._tokenizer.token_to_id(code) is None), None)
        if missing:
            return f"tokenizer.json is not that of NLLB-200, it has no token {missing}"
        known: dict[str, int] = self._tokenizer.get_vocab()
        return None if numbered_alike(known, vocabulary) else "tokenizer.json is that of another model"


class M2m100Tokenizer:
    """`__language of the source__ text </s>`, by the file sentencepiece.bpe.model."""

    def __init__(self, folder: Path) -> None:
        from sentencepiece import SentencePieceProcessor

        self._pieces: Any = SentencePieceProcessor(model_file=str(folder / "sentencepiece.bpe.model"))
        self._known: dict[str, int] = json.loads((folder / "vocab.json").read_text("utf-8"))

    def encode(self, text: str, source: str, target: str) -> list[str]:
        """As the protocol."""
        del target
        return [f"__{M2M100_CODES[source]}__", *self._pieces.encode(text, out_type=str), END]

    def prefix(self, target: str) -> list[str]:
        """As the protocol."""
        return [f"__{M2M100_CODES[target]}__"]

    def decode(self, tokens: list[str]) -> str:
        """As the protocol."""
        text: str = self._pieces.decode(tokens)
        return text.strip()

    def check(self, vocabulary: Sequence[str]) -> str | None:
        """As the protocol."""
        tokens = set(vocabulary)
        if missing := next((code for code in M2M100_CODES.values() if f"__{code}__" not in tokens), None):
            return f"model.bin is not M2M100, it has no token __{missing}__"
        if not numbered_alike(self._known, vocabulary):
            return "vocab.json is that of another model"
        return None if mostly_known(self._pieces, tokens) else "sentencepiece.bpe.model is that of another model"


def numbered_alike(known: dict[str, int], vocabulary: Sequence[str]) -> bool:
    """Whether each token of `known` has the same number in the `vocabulary`."""
    return all(number < len(vocabulary) and vocabulary[number] == token for token, number in known.items())


def mostly_known(pieces: Any, tokens: set[str]) -> bool:
    """Whether at least half of the `pieces` of a SentencePiece model are `tokens`.

    The authors left out what their training data did not need, so that not all are; of another language's
    pieces hardly any are.
    """
    size: int = pieces.get_piece_size()
    return 2 * sum(pieces.id_to_piece(number) in tokens for number in range(size)) >= size


def load(*, rack: Rack, model: str = "") -> Translator:
    """NLLB-200: `model`, or the default of the manifest."""
    return Multilingual(NLLB, rack, rack.choose(NLLB, model), NllbTokenizer, NLLB_CODES)


def load_m2m100(*, rack: Rack, model: str = "") -> Translator:
    """M2M100: `model`, or the default of the manifest."""
    return Multilingual(M2M100, rack, rack.choose(M2M100, model), M2m100Tokenizer, M2M100_CODES)
