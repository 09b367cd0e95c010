"""Makes the CTranslate2 copy of a translator's weights: once, when they come.

The only place of the translators that needs torch and transformers. Vocabularies are read from the files that
the engines tokenize with, not by transformers' tokenizers: what the copy numbers is what it will be handed.
"""

from __future__ import annotations

import json
import logging
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pitchgen.core.errors import EngineError, MissingWeights
from pitchgen.core.weights import Weights

QUANTIZATION = "float16"
"""Half the size of what most repositories hold; processors make 8-bit integers of it when they load it."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """How the weights of an engine are built."""

    model_type: str
    """As the file config.json says it."""
    tokenizer: tuple[str, ...]
    """The files that the engine tokenizes with."""


M2M100 = Architecture("m2m_100", ("sentencepiece.bpe.model", "vocab.json"))
ARCHITECTURES: Mapping[str, Architecture] = {
    "marian": Architecture("marian", ("source.spm", "target.spm")),
    "nllb": Architecture("m2m_100", ("tokenizer.json",)),
    "m2m100": M2M100,
    "madlad": Architecture("t5", ("tokenizer.json",)),
}


def convert(weights: Weights) -> None:
    """Make `weights.converted` from the files in `weights.folder`: whole, or not at all.

    Raises:
        MissingWeights: a file is missing.
        EngineError: the files are damaged, or not those of such a model.
    """
    known = next(ARCHITECTURES[engine] for engine in weights.model.engines if engine in ARCHITECTURES)
    again = f"pitchgen models pull {weights.model.name} fetches it again"
    _check(weights.folder, known, again)
    made = Path(tempfile.mkdtemp(prefix=".converting-", dir=weights.folder))
    try:
        with quiet():
            _write(weights.folder, known, made / "whole")
        for name in known.tokenizer:
            shutil.copyfile(weights.folder / name, made / "whole" / name)
        if weights.converted.exists():
            weights.converted.rename(made / "old")
        (made / "whole").rename(weights.converted)
    except (MissingWeights, EngineError, KeyboardInterrupt, MemoryError):
        raise
    except Exception as error:
        # damage shows as any of a dozen exceptions of torch, safetensors, json and CTranslate2
        raise EngineError(f"{weights.folder}: cannot be converted ({_line(error)}); {again}") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _check(folder: Path, known: Architecture, again: str) -> None:
    """Refuse a folder that lacks a file or holds another kind of model, before gigabytes are read."""
    for name in ("config.json", *known.tokenizer):
        if not (folder / name).is_file():
            raise MissingWeights(f"{folder / name}: is missing; {again}")
    try:
        found = json.loads((folder / "config.json").read_text("utf-8"))["model_type"]
    except (ValueError, KeyError, TypeError):
        raise EngineError(f"{folder / 'config.json'}: is no configuration of a model; {again}") from None
    if found != known.model_type:
        raise EngineError(f"{folder / 'config.json'}: is of a model {found!r}, not {known.model_type!r}; {again}")


def _write(folder: Path, known: Architecture, target: Path) -> None:
    from ctranslate2.converters import TransformersConverter

    class Converter(TransformersConverter):  # type: ignore[misc]
        """Loads strictly, and names the tokens as the engines do."""

        def load_model(self, model_class: Any, path: str, **options: Any) -> Any:
            model, found = model_class.from_pretrained(path, output_loading_info=True, **options)
            if missing := sorted(found["missing_keys"]):
                raise EngineError(f"{folder}: lacks {len(missing)} of its weights, {missing[0]} among them")
            if known.model_type == "t5":
                # transformers 5 always says that they are tied, and remembers apart whether outputs are scaled
                config = model.config
                config.tie_word_embeddings = getattr(config, "scale_decoder_outputs", config.tie_word_embeddings)
            return model

        def load_tokenizer(self, *_: Any, **__: Any) -> _Vocabulary:
            return _Vocabulary(folder, known)

    Converter(str(folder), load_as_float16=True).convert(str(target), quantization=QUANTIZATION)


class _Vocabulary:
    """What CTranslate2's converter asks of a tokenizer."""

    bos_token = "<s>"
    eos_token = "</s>"
    unk_token = "<unk>"

    def __init__(self, folder: Path, known: Architecture) -> None:
        self._tokens = _tokens(folder, known)
        config = json.loads((folder / "config.json").read_text("utf-8"))
        self.pad_token = self._tokens[config["pad_token_id"]]
        self.unk_token_id = self._tokens.index(self.unk_token)
        self.special_tokens_map: dict[str, Any] = {}

    def get_vocab(self) -> dict[str, int]:
        """Tokens and their numbers."""
        return {token: number for number, token in enumerate(self._tokens)}

    def convert_ids_to_tokens(self, number: int) -> str:
        """The token with a number."""
        return self._tokens[number]


def _tokens(folder: Path, known: Architecture) -> list[str]:
    """The tokens, by their numbers; no more than the network has rows for."""
    if "tokenizer.json" in known.tokenizer:
        from tokenizers import Tokenizer

        vocabulary: dict[str, int] = Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab()
    else:
        vocabulary = json.loads((folder / "vocab.json").read_text("utf-8"))
    tokens = sorted(vocabulary, key=vocabulary.__getitem__)
    if known is M2M100:
        from transformers.models.m2m_100.tokenization_m2m_100 import FAIRSEQ_LANGUAGE_CODES

        tokens += [f"__{code}__" for code in FAIRSEQ_LANGUAGE_CODES["m2m100"]]
    rows: int = json.loads((folder / "config.json").read_text("utf-8"))["vocab_size"]
    return tokens[:rows]


@contextmanager
def quiet() -> Iterator[None]:
    """No bars, no notes; torchaudio out of the way where it cannot be loaded."""
    import transformers

    pass_over_torchaudio()
    bars = transformers.utils.logging.is_progress_bar_enabled()
    level = transformers.utils.logging.get_verbosity()
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        transformers.utils.logging.set_verbosity(level)
        if bars:
            transformers.utils.logging.enable_progress_bar()


def pass_over_torchaudio() -> None:
    """Have transformers do without torchaudio where it was built for another torch: translators need none of it."""
    from transformers.utils import import_utils

    try:
        import torchaudio  # noqa: F401
    except ImportError:
        return
    except OSError:
        # transformers asks whether the package is there, not whether it can be loaded, and keeps the answer
        import_utils.is_torchaudio_available.cache_clear()
        sys.modules["torchaudio"] = None  # type: ignore[assignment] # what Python has for a module that is not there
        import_utils.is_torchaudio_available()
        del sys.modules["torchaudio"]


def _line(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return " ".join(text.splitlines()[0].split())
