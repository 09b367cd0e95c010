"""opus-mt: one small Marian network for each pair of languages; by way of English where a pair is missing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pitchgen.core.engines import Licence, Translated, Translation, Translator
from pitchgen.core.errors import MissingWeights, UnsupportedError
from pitchgen.core.weights import Weights
from pitchgen.engines.rack import Rack
from pitchgen.engines.translate.ctranslate2 import REQUESTS, Converted, fingerprint
from pitchgen.engines.translate.nllb import END, mostly_known
from pitchgen.languages import SOURCE

NAME = "marian"
PIVOT = "en"
Pair = tuple[str, str]


class MarianTokenizer:
    """`text </s>`, by the files source.spm and target.spm."""

    def __init__(self, folder: Path) -> None:
        from sentencepiece import SentencePieceProcessor

        self._source: Any = SentencePieceProcessor(model_file=str(folder / "source.spm"))
        self._target: Any = SentencePieceProcessor(model_file=str(folder / "target.spm"))

    def encode(self, text: str, source: str, target: str) -> list[str]:
        """As the protocol; the pair is the model's own."""
        del source, target
        return [*self._source.encode(text, out_type=str), END]

    def prefix(self, target: str) -> list[str]:
        """As the protocol: none."""
        del target
        return []

    def decode(self, tokens: list[str]) -> str:
        """As the protocol."""
        text: str = self._target.decode(tokens)
        return text.strip()

    def check(self, vocabulary: Sequence[str]) -> str | None:
        """As the protocol."""
        tokens = set(vocabulary)
        for name, pieces in (("source.spm", self._source), ("target.spm", self._target)):
            if not mostly_known(pieces, tokens):
                return f"{name} is that of another model"
        return None


class Marian:
    """A translator that has a network for each pair."""

    name = NAME
    batch_size = REQUESTS

    def __init__(self, rack: Rack, pairs: Mapping[Pair, Weights]) -> None:
        """`pairs`: the weights of each; at least one translates from Chinese."""
        self._models = {pair: Converted(NAME, rack, weights, MarianTokenizer) for pair, weights in pairs.items()}
        digests = sorted(weights.digest for weights in pairs.values())
        self.fingerprint = fingerprint(NAME, hashlib.sha256(repr(digests).encode()).hexdigest())
        licences = [weights.model.licence for weights in pairs.values()]
        self.licence: Licence = min(licences, key=lambda licence: (licence.commercial, licence.name != "CC-BY-4.0"))
        """The strictest: no commerce before some conditions, naming the author before none."""
        self.languages = frozenset(target for _, target in pairs if self._route(SOURCE, target))

    def translate(self, requests: Sequence[Translation]) -> Sequence[Translated]:
        """Each sentence in its target language; `pivot` says where it went by way of English.

        Raises:
            UnsupportedError: no pair, and none to and from English, leads there.
            EngineError: the weights cannot be loaded, or a translation has no end.
        """
        routes = [self._route(request.source, request.target) for request in requests]
        for request, route in zip(requests, routes, strict=True):
            if not route:
                raise UnsupportedError(f"{self.name} has no pair from {request.source} to {request.target}")
        first = {
            i: replace(request, target=route[0][1], hypotheses=request.hypotheses if len(route) == 1 else 1)
            for i, (request, route) in enumerate(zip(requests, routes, strict=True))
        }
        done = self._step(first)
        second = {
            i: replace(request, text=done[i].text or "", source=PIVOT)
            for i, request in enumerate(requests)
            if len(routes[i]) > 1
        }
        done |= {i: replace(result, pivot=PIVOT) for i, result in self._step(second).items()}
        return [done[i] for i in range(len(requests))]

    def _route(self, source: str, target: str) -> tuple[Pair, ...]:
        """The pairs that lead from `source` to `target`; none where there is no way."""
        direct, to, since = (source, target), (source, PIVOT), (PIVOT, target)
        if direct in self._models:
            return (direct,)
        return (to, since) if to in self._models and since in self._models else ()

    def _step(self, requests: Mapping[int, Translation]) -> dict[int, Translated]:
        """What the networks of their pairs make of the requests; each network gets all of its own at once."""
        done: dict[int, Translated] = {}
        for pair, model in self._models.items():
            mine = {i: request for i, request in requests.items() if (request.source, request.target) == pair}
            done |= zip(mine, model.translate(list(mine.values())), strict=True)
        return done


def load(*, rack: Rack, model: str = "") -> Translator:
    """Every pair that is on the shelf, or the pair `model` alone.

    Raises:
        InputError: no such model.
        MissingWeights: no pair that translates from Chinese is here.
    """
    listed = rack.shelf.listed(NAME)
    names = [model] if model else [known.name for known in listed if rack.shelf.has(known.name)]
    found = [rack.choose(NAME, name) for name in names]
    pairs = {weights.model.pair: weights for weights in found if weights.model.pair}
    if not any(source == SOURCE for source, _ in pairs):
        first = next((known.name for known in listed if known.pair and known.pair[0] == SOURCE), "opus-mt-zh-en")
        raise MissingWeights(f"no opus-mt pair from {SOURCE} is on this machine; pitchgen models pull {first}")
    return Marian(rack, pairs)
