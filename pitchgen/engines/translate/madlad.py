"""MADLAD-400: a T5 for over 400 languages; the first token of the source names the target."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pitchgen.core.engines import Translator
from pitchgen.engines.rack import Rack
from pitchgen.engines.translate.multilingual import Multilingual
from pitchgen.engines.translate.nllb import END, NLLB_CODES, numbered_alike

MADLAD = "madlad"
CODES = {code: code for code in NLLB_CODES}
"""BCP-47: MADLAD's own. Source: the table of languages in the appendix of arXiv:2309.04662."""


class MadladTokenizer:
    """`<2xx> text </s>`, by the file tokenizer.json."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def encode(self, text: str, source: str, target: str) -> list[str]:
        """As the protocol; the source is found out by the model itself."""
        del source
        text = text.replace("<2", "< 2")  # what she says is text, even where it looks like a token
        return [*self._tokenizer.encode(f"<2{CODES[target]}> {text}", add_special_tokens=False).tokens, END]

    def prefix(self, target: str) -> list[str]:
        """As the protocol: none."""
        del target
        return []

    def decode(self, tokens: list[str]) -> str:
        """As the protocol."""
        text: str = self._tokenizer.decode([self._tokenizer.token_to_id(token) for token in tokens])
        return text.strip()

    def check(self, vocabulary: Sequence[str]) -> str | None:
        """As the protocol."""
        missing = next((code for code in CODES.values() if self._tokenizer.token_to_id(f"<2{code}>") is None), None)
        if missing:
            return f"tokenizer.json is not that of MADLAD-400, it has no token <2{missing}>"
        known: dict[str, int] = self._tokenizer.get_vocab()
        within = {token: number for token, number in known.items() if number < len(vocabulary)}
        return None if numbered_alike(within, vocabulary) else "tokenizer.json is that of another model"


def load(*, rack: Rack, model: str = "") -> Translator:
    """MADLAD-400: `model`, or the default of the manifest."""
    return Multilingual(MADLAD, rack, rack.choose(MADLAD, model), MadladTokenizer, CODES)
