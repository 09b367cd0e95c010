"""All but her voice by Hybrid Transformer Demucs, window by window: an hour takes no more memory than a minute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import Any

import numpy as np

from pitchgen.core.audio import Samples
from pitchgen.core.engines import Leaves, Licence, Separator
from pitchgen.core.errors import MissingWeights
from pitchgen.core.weights import Weights
from pitchgen.dsp.reader import Reader
from pitchgen.engines.rack import Rack

NAME = "demucs"
RECIPE = 1  # raise it whenever the same sound gives another background
HEARD_RATE = 48_000  # Hz, of what comes in and goes out
VOICE = "vocals"
OVERLAP = 0.25  # of a window with the next. Source: the library's own default
KINDS = ("demucs.htdemucs.", "demucs.hdemucs.")
"""Classes of the library that weights may name: a file must not have others made."""


class Demucs:
    """Demucs v4; the same sound gives the same background on the same kind of device."""

    name = NAME
    languages: frozenset[str] = frozenset()
    leaves: Leaves = "background"

    def __init__(self, rack: Rack, weights: Weights) -> None:
        self._rack, self._weights = rack, weights

    @property
    def fingerprint(self) -> str:
        """Recipe, library and weights."""
        return f"{NAME}-{RECIPE}+demucs-{version('demucs')}+{self._weights.digest}"

    @property
    def licence(self) -> Licence:
        """That of the weights."""
        return self._weights.model.licence

    def separate(self, blocks: Iterable[Samples]) -> Iterator[Samples]:
        """Everything that the network takes for no voice: the sum of its other sources.

        Raises:
            MissingWeights: the files are not usable.
            EngineError: memory is not enough.
        """
        reader, heard, given = Reader(iter(blocks)), 0, 0
        if reader.ended:
            return
        mono, network = reader.like(0).ndim == 1, self._network()

        def stereo() -> Iterator[Samples]:
            nonlocal heard
            for block in reader.rest(HEARD_RATE):
                heard += len(block)
                yield block if block.ndim == 2 else np.stack([block, block], axis=1)

        at_rate = _resampled(stereo(), HEARD_RATE, network.samplerate)
        for block in _resampled(_windows(at_rate, network, self._rack), network.samplerate, HEARD_RATE):
            part = block[: heard - given]  # rounding may have made a sample or two more or fewer
            given += len(part)
            yield part.mean(axis=1) if mono else part
        if given < heard:
            yield reader.like(heard - given)

    def _network(self) -> Any:
        """The network, in this device's memory."""
        return self._rack.hold(f"{NAME}:{self._weights.digest}:{self._rack.device}", self._load, self._weights.size)

    def _load(self) -> Any:
        from demucs.hf import load_safetensors_model
        from safetensors import SafetensorError, safe_open

        found = sorted(self._weights.folder.glob("*.safetensors"))
        try:
            if len(found) != 1:
                raise ValueError(f"{len(found)} files of weights instead of one")
            with safe_open(str(found[0]), framework="pt") as file:
                kind = (file.metadata() or {}).get("klass", "")
            if not kind.startswith(KINDS):
                raise ValueError(f"made for {kind or 'an unknown network'}")
            network = load_safetensors_model(found[0])
            if VOICE not in network.sources:
                raise ValueError("it knows no voice")
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            raise MissingWeights(
                f"{self._weights.folder}: not usable by {NAME}: {error}; "
                f"run pitchgen models pull {self._weights.model.name} again"
            ) from error
        return network.to(self._rack.device).eval()


def _windows(blocks: Iterator[Samples], network: Any, rack: Rack) -> Iterator[Samples]:
    """The background of stereo blocks at the network's rate: windows that overlap, blended over the overlap."""
    length = int(network.samplerate * network.segment)
    step = int((1 - OVERLAP) * length)
    shape = np.minimum(np.arange(1, length + 1), np.arange(length, 0, -1)).astype(np.float32)[:, np.newaxis]
    reader = Reader(blocks)
    window = _filled(reader, np.zeros((0, 2), np.float32), length)
    blended, weight = np.zeros((length, 2), np.float32), np.zeros((length, 1), np.float32)
    past = np.zeros((length, 2), np.float32)  # what was heard before the window
    while len(window):
        before = (length - len(window)) // 2  # a short window has what came before it, as in the library
        seen = np.concatenate([past[length - before :], window])
        left = rack.batched([seen], lambda items: [_background(items[0], network, length)], 1)[0][-len(window) :]
        blended[: len(left)] += left * shape[: len(left)]
        weight[: len(left)] += shape[: len(left)]
        ready = min(step, len(window))
        yield blended[:ready] / weight[:ready]
        blended = np.concatenate([blended[step:], np.zeros((step, 2), np.float32)])
        weight = np.concatenate([weight[step:], np.zeros((step, 1), np.float32)])
        past = np.concatenate([past, window[:step]])[-length:]
        window = _filled(reader, window[step:], length)


def _filled(reader: Reader, window: Samples, length: int) -> Samples:
    """`window` filled up to `length` with what comes next, shorter where nothing does."""
    parts, missing = [window], length - len(window)
    while missing and len(part := reader.some(missing)):
        parts.append(part)
        missing -= len(part)
    return np.concatenate(parts)


def _background(window: Samples, network: Any, length: int) -> Samples:
    """What is no voice in one window, shape (n, 2); a short one ends in silence, as the library has it."""
    import torch

    device = next(network.parameters()).device
    padded = np.pad(window, ((0, length - len(window)), (0, 0)))
    with torch.inference_mode():
        sources = network(torch.from_numpy(np.ascontiguousarray(padded.T))[None].to(device))[0]
        kept = [number for number, name in enumerate(network.sources) if name != VOICE]
        left = sources[kept].sum(dim=0)[:, : len(window)]
    return np.asarray(left.cpu().numpy().T, np.float32)


def _resampled(blocks: Iterator[Samples], rate: int, wanted: int) -> Iterator[Samples]:
    """Stereo blocks at another rate, in pieces of any length."""
    if rate == wanted:
        yield from blocks
        return
    import soxr

    stream = soxr.ResampleStream(rate, wanted, 2, dtype="float32")
    for block in blocks:
        yield stream.resample_chunk(np.ascontiguousarray(block, np.float32))
    yield stream.resample_chunk(np.zeros((0, 2), np.float32), last=True)


def load(rack: Rack, model: str = "") -> Separator:
    """Demucs with the weights called `model`, or its default.

    Raises:
        MissingWeights: they are not here.
    """
    return Demucs(rack, rack.choose(NAME, model))
