"""What the translators that run on CTranslate2 have in common: one stream of sentences, batched by length."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from pitchgen.core.engines import Translated, Translation
from pitchgen.core.errors import EngineError, MissingWeights
from pitchgen.core.weights import Weights
from pitchgen.engines.rack import Rack, out_of_memory
from pitchgen.engines.translate.splitting import Part, join, loops, parts

RECIPE = 1  # raise it whenever the same weights give another translation
REQUESTS = 256  # handed over at once: enough that sentences of like length meet, few enough to lose little
SEVERAL = 4  # translations followed at once, at least, where alternatives are asked for
PATIENCE = (
    2  # times as many are finished as are followed: at 1, short ones crowd out the whole. Source: arXiv:2204.05424
)
MAX_TOKENS = 128  # of one piece: far beyond a sentence, and within the 512 positions of the smallest models
LIMIT_RATIO, LIMIT_FLOOR = 3, 32
"""A translation of `LIMIT_RATIO` times as many tokens as its source, and `LIMIT_FLOOR` more, has no end."""
BATCH_TOKENS = {"cpu": 1024, "cuda": 8192}
"""Source tokens, padding included, that are decoded together: more gains little speed and takes much memory."""
SECOND_TRY: Mapping[str, Any] = {"repetition_penalty": 1.2, "no_repeat_ngram_size": 4}
"""For a translation without end. Source: the usual values of these two options."""


class Tokenizer(Protocol):
    """Text to the tokens of one kind of model, and back."""

    def encode(self, text: str, source: str, target: str) -> list[str]:
        """All tokens that the encoder reads, special ones included; languages are BCP-47 codes."""

    def prefix(self, target: str) -> list[str]:
        """The tokens that a translation into `target` begins with."""

    def decode(self, tokens: list[str]) -> str:
        """Text of tokens without special ones."""

    def check(self, vocabulary: Sequence[str]) -> str | None:
        """Why this tokenizer is not that of a network with the `vocabulary`, tokens by number; None if it is."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a network is handed at once: a sentence."""

    text: str
    source: str
    target: str
    hypotheses: int = 1


@dataclass(frozen=True, slots=True)
class Network:
    """A loaded model."""

    translator: Any
    """A `ctranslate2.Translator`."""
    tokenizer: Tokenizer
    beam: int
    """Translations followed at once."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A piece in tokens."""

    piece: Piece
    tokens: list[str]
    prefix: list[str]

    @property
    def limit(self) -> int:
        """Tokens of a translation that has no end."""
        return LIMIT_RATIO * len(self.tokens) + LIMIT_FLOOR


class Converted:
    """The CTranslate2 copy of a model, loaded when it is first used."""

    def __init__(self, engine: str, rack: Rack, weights: Weights, tokenizer: Callable[[Path], Tokenizer]) -> None:
        self.engine = engine
        self.weights = weights
        self._rack = rack
        self._tokenizer = tokenizer

    def translate(self, requests: Sequence[Translation]) -> list[Translated]:
        """Each text in its language, whatever its length: sentence by sentence, all sentences as one stream.

        Raises:
            EngineError: the weights cannot be loaded, or a translation has no end even at the second try.
        """
        if not requests:
            return []
        network = self._network()
        cut = [parts(request.text, partial(_fits, network.tokenizer, request)) for request in requests]
        pieces = [
            _piece(part, request)
            for request, found in zip(requests, cut, strict=True)
            for part in found
            if not part.verbatim
        ]
        said = self._said(network, dict.fromkeys(pieces))
        return [_joined(request, found, said) for request, found in zip(requests, cut, strict=True)]

    def _network(self) -> Network:
        identity = f"{self.weights.model.name}:{self.weights.digest}:{self._rack.ctranslate2_device}"
        return self._rack.hold(identity, self._load, self.weights.size)

    def _load(self) -> Network:
        folder, name = self.weights.converted, self.weights.model.name
        again = f"pitchgen models pull {name} fetches it again"
        if not (folder / "model.bin").is_file():
            raise MissingWeights(f"{folder / 'model.bin'}: is missing; pitchgen models pull {name}")
        import ctranslate2

        device, compute = self._rack.ctranslate2_device, self._rack.compute_type
        try:
            translator = ctranslate2.Translator(
                str(folder), device=device, compute_type=compute, intra_threads=_threads()
            )
        except (RuntimeError, ValueError) as error:
            if out_of_memory(error):
                raise
            raise EngineError(f"{folder / 'model.bin'}: cannot be loaded ({error}); {again}") from error
        try:
            tokenizer = self._tokenizer(folder)
            fault = tokenizer.check(_vocabulary(folder))
        except Exception as error:  # tokenizers raises bare exceptions, sentencepiece RuntimeError and OSError
            raise EngineError(f"{folder}: its tokenizer cannot be loaded ({error}); {again}") from error
        if fault:
            raise EngineError(f"{folder}: {fault}; {again}")
        return Network(translator, tokenizer, _beam(self.weights.folder))

    def _said(self, network: Network, pieces: Mapping[Piece, None]) -> dict[Piece, tuple[str, ...]]:
        """Translations of each piece, the likeliest first."""
        jobs = [
            _Job(piece, network.tokenizer.encode(piece.text, piece.source, piece.target), prefix)
            for piece in pieces
            for prefix in [network.tokenizer.prefix(piece.target)]
        ]
        said, faults = self._run(network, jobs, {})
        if faults:
            again, faults = self._run(network, [job for job in jobs if job.piece in faults], SECOND_TRY)
            said |= again
        for piece, fault in faults.items():
            raise EngineError(f"{self.engine} {fault} for {piece.text!r} in {piece.target}; say it otherwise")
        return said

    def _run(
        self, network: Network, jobs: Sequence[_Job], options: Mapping[str, Any]
    ) -> tuple[dict[Piece, tuple[str, ...]], dict[Piece, str]]:
        """Sound translations, and what is wrong with those of the other pieces."""
        said: dict[Piece, tuple[str, ...]] = {}
        faults: dict[Piece, str] = {}
        for batch in batches(jobs, BATCH_TOKENS[self._rack.ctranslate2_device]):
            outputs = self._rack.batched(batch, lambda part: _decode(network, part, options), len(batch))
            for job, hypotheses in zip(batch, outputs, strict=True):
                texts = [network.tokenizer.decode(tokens) for tokens in hypotheses]
                found = [_fault(job, *pair) for pair in zip(texts, hypotheses, strict=True)]
                if found[0]:
                    faults[job.piece] = found[0]
                else:
                    said[job.piece] = tuple(
                        dict.fromkeys(text for text, fault in zip(texts, found, strict=True) if not fault)
                    )
        return said, faults


def fingerprint(name: str, digest: str) -> str:
    """What identifies the results of the engine `name` with weights of `digest`."""
    return f"{name}-{RECIPE}+ctranslate2-{version('ctranslate2')}+{digest}+patience-{PATIENCE}"


def batches(jobs: Sequence[_Job], most: int) -> list[list[_Job]]:
    """The jobs by the number of hypotheses and by length, at most `most` tokens at once with their padding."""
    ordered = sorted(jobs, key=lambda job: (job.piece.hypotheses, len(job.tokens)))
    found: list[list[_Job]] = []
    for job in ordered:
        open_batch = found[-1] if found else []
        alike = bool(open_batch) and open_batch[0].piece.hypotheses == job.piece.hypotheses
        if alike and (len(open_batch) + 1) * len(job.tokens) <= most:
            open_batch.append(job)
        else:
            found.append([job])
    return found


def _decode(network: Network, jobs: Sequence[_Job], options: Mapping[str, Any]) -> list[list[list[str]]]:
    """Tokens of the hypotheses for each job, its prefix taken off."""
    hypotheses = jobs[0].piece.hypotheses
    results = network.translator.translate_batch(
        [job.tokens for job in jobs],
        target_prefix=[job.prefix for job in jobs],
        beam_size=network.beam if hypotheses == 1 else max(network.beam, hypotheses, SEVERAL),
        patience=PATIENCE,
        num_hypotheses=hypotheses,
        max_decoding_length=max(job.limit for job in jobs),
        max_input_length=0,
        disable_unk=True,
        **options,
    )
    return [
        [tokens[len(job.prefix) :] for tokens in result.hypotheses] for job, result in zip(jobs, results, strict=True)
    ]


def _fault(job: _Job, text: str, tokens: Sequence[str]) -> str | None:
    """What is wrong with a translation; None where nothing is."""
    if not text.strip():
        return "returned nothing"
    if len(tokens) >= job.limit:
        return "did not come to an end"
    return "repeats itself without end" if loops(text) and not loops(job.piece.text) else None


def _fits(tokenizer: Tokenizer, request: Translation, text: str) -> bool:
    # hardly any token has more than ten characters: saves tokenizing what is far too long
    return len(text) <= 10 * MAX_TOKENS and len(tokenizer.encode(text, request.source, request.target)) <= MAX_TOKENS


def _piece(part: Part, request: Translation) -> Piece:
    return Piece(part.text, request.source, request.target, request.hypotheses)


def _joined(request: Translation, found: Sequence[Part], said: Mapping[Piece, tuple[str, ...]]) -> Translated:
    """The whole text; alternatives are made of the first, second ... alternative of every sentence."""
    choices = [(part.text,) if part.verbatim else said[_piece(part, request)] for part in found]
    texts = dict.fromkeys(
        join(
            [(part, choice[min(n, len(choice) - 1)]) for part, choice in zip(found, choices, strict=True)],
            request.target,
        )
        for n in range(max(map(len, choices), default=1))
    )
    best, *others = texts
    return Translated(best, tuple(others))


def _vocabulary(folder: Path) -> list[str]:
    """The target tokens of the copy in `folder`, by their numbers."""
    names = ("shared_vocabulary.json", "target_vocabulary.json")
    path = next(folder / name for name in names if (folder / name).is_file())
    tokens: list[str] = json.loads(path.read_text("utf-8"))
    return tokens


def _beam(folder: Path) -> int:
    """How many translations are followed at once: what the model's authors say, one where they say nothing.

    NLLB and MADLAD come with one, M2M100 with five, opus-mt with four or six.
    """
    try:
        settings = json.loads((folder / "generation_config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return 1
    beams = settings.get("num_beams") if isinstance(settings, dict) else None
    return beams if isinstance(beams, int) else 1


def _threads() -> int:
    """Threads of one translator: every processor, or what OMP_NUM_THREADS says, which 0 stands for."""
    if "OMP_NUM_THREADS" in os.environ:
        return 0
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
