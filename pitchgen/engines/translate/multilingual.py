"""What the translators with one network for many languages have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pitchgen.core.engines import Translated, Translation
from pitchgen.core.errors import UnsupportedError
from pitchgen.core.weights import Weights
from pitchgen.engines.rack import Rack
from pitchgen.engines.translate.ctranslate2 import REQUESTS, Converted, Tokenizer, fingerprint


class Multilingual:
    """A translator whose one model knows many languages."""

    batch_size = REQUESTS

    def __init__(
        self,
        name: str,
        rack: Rack,
        weights: Weights,
        tokenizer: Callable[[Path], Tokenizer],
        codes: Mapping[str, str],
    ) -> None:
        """`codes`: what the model calls each language, by BCP-47 code."""
        self.name = name
        self.licence = weights.model.licence
        self.languages = frozenset(codes)
        self.fingerprint = fingerprint(name, weights.digest)
        self._model = Converted(name, rack, weights, tokenizer)

    def translate(self, requests: Sequence[Translation]) -> Sequence[Translated]:
        """Each sentence in its target language; all languages in the same batches.

        Raises:
            UnsupportedError: a language that the model does not know.
            EngineError: the weights cannot be loaded, or a translation has no end.
        """
        for request in requests:
            for code in (request.source, request.target):
                if code not in self.languages:
                    raise UnsupportedError(f"{self.name} does not know the language {code}")
        return self._model.translate(requests)
