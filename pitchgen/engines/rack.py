"""Networks held once per process: the least recently used leave first when memory is short."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pitchgen.core.errors import EngineError, InputError, MissingWeights
from pitchgen.core.weights import EmptyShelf, Shelf, Weights

Item = TypeVar("Item")
Result = TypeVar("Result")
Network = TypeVar("Network")

DEVICES = ("auto", "cpu", "cuda", "mps")
HEADROOM = 1.3  # times the size of the files: what a network takes up with the work in progress
SPARE = 512 << 20  # bytes left to everybody else
SHORT = ("out of memory", "cannot allocate memory", "failed to allocate", "bad_alloc", "not enough memory")
"""How the libraries say that memory was not enough."""


class Rack:
    """One device, the shelf that weights come from, and the networks that are loaded."""

    def __init__(self, shelf: Shelf | None = None, *, device: str = "auto", memory: int | None = None) -> None:
        """Hold at most `memory` bytes of networks; by default, what the device has free."""
        if device not in DEVICES:
            raise InputError(f"device is one of {', '.join(DEVICES)}, not {device!r}")
        self.shelf: Shelf = shelf or EmptyShelf()
        self.loads: Counter[str] = Counter()
        """How often each network was loaded."""
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch comes: its spinning threads starve others
        self._asked = device
        self._memory = memory
        self._held: OrderedDict[str, tuple[Any, int]] = OrderedDict()
        self._lock = threading.RLock()

    @cached_property
    def device(self) -> str:
        """`cpu`, `cuda` or `mps`: what was asked for, or the fastest that is here."""
        return _fastest() if self._asked == "auto" else self._asked

    @property
    def ctranslate2_device(self) -> str:
        """As `device`; CTranslate2 knows no MPS."""
        return "cuda" if self.device == "cuda" else "cpu"

    @property
    def compute_type(self) -> str:
        """The arithmetic of CTranslate2: half precision on GPUs, 8-bit integers on processors."""
        return "float16" if self.ctranslate2_device == "cuda" else "int8"

    def choose(self, engine: str, model: str = "") -> Weights:
        """The weights that `engine` is to run: `model`, or else its default.

        Raises:
            InputError: no such model, or one of another engine.
            MissingWeights: they are not here.
        """
        listed = self.shelf.listed(engine)
        names = [known.name for known in listed]
        if model and model not in names:
            raise InputError(f"{engine} runs no model called {model!r}; it runs {', '.join(names) or 'none'}")
        if not names:
            raise MissingWeights(f"no weights are listed for {engine}; see pitchgen models list")
        return self.shelf.weights(model or names[0])

    def hold(self, identity: str, load: Callable[[], Network], size: int) -> Network:
        """The network called `identity`: the one held, or what `load` returns.

        Args:
            identity: says what it is; the same text, the same network.
            load: called at most once while it is held.
            size: bytes of its files.

        Raises:
            EngineError: memory is not enough even when nothing else is held.
        """
        with self._lock:
            if identity in self._held:
                self._held.move_to_end(identity)
                network: Network = self._held[identity][0]
                return network
            self._make_room(round(size * HEADROOM))
            try:
                network = load()
            except Exception as error:
                if not out_of_memory(error):
                    raise
                failed = error.with_traceback(None)
            else:
                return self._keep(identity, network, size)
            self.clear()
            try:
                return self._keep(identity, load(), size)
            except Exception as error:
                if out_of_memory(error):
                    raise EngineError(f"{identity}: {failed}; close other programs or choose a smaller model") from None
                raise

    def batched(
        self, items: Sequence[Item], run: Callable[[Sequence[Item]], Sequence[Result]], size: int
    ) -> list[Result]:
        """What `run` makes of `items`, `size` at a time, in order; where memory is short, half as many.

        Raises:
            EngineError: memory is not enough for a single item.
        """
        results: list[Result] = []
        while len(results) < len(items):
            part = items[len(results) : len(results) + size]
            try:
                results += run(part)
                continue
            except Exception as error:
                if not out_of_memory(error):
                    raise
                if len(part) == 1:
                    raise EngineError(f"not enough memory for one item: {error}; choose a smaller model") from None
            _release()  # outside of the handler: its traceback holds what filled the memory
            size = len(part) // 2
        return results

    def held(self) -> dict[str, int]:
        """The networks that are loaded, by identity, and the bytes of their files."""
        with self._lock:
            return {identity: size for identity, (_, size) in self._held.items()}

    def clear(self) -> None:
        """Let go of every network."""
        with self._lock:
            self._held.clear()
            _release()

    def _keep(self, identity: str, network: Network, size: int) -> Network:
        self.loads[identity] += 1
        self._held[identity] = (network, size)
        return network

    def _make_room(self, needed: int) -> None:
        while self._held and self._free() < needed:
            self._held.popitem(last=False)
            _release()

    def _free(self) -> int:
        if self._memory is not None:
            return self._memory - round(sum(size for _, size in self._held.values()) * HEADROOM)
        return free_memory(self.device) - SPARE


def out_of_memory(error: BaseException) -> bool:
    """Whether `error` is how Python, torch, CTranslate2 or ONNX say that memory was not enough."""
    return isinstance(error, MemoryError) or any(words in str(error).lower() for words in SHORT)


def free_memory(device: str) -> int:
    """Bytes that can be had on `device` now."""
    if device == "cuda" and "torch" in sys.modules:
        import torch

        return int(torch.cuda.mem_get_info()[0])
    if sys.platform == "linux":
        with Path("/proc/meminfo").open(encoding="ascii") as lines:
            return next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable"))
    return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2)


def _release() -> None:
    gc.collect()
    if "torch" in sys.modules:
        import torch

        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def _fastest() -> str:
    try:
        import ctranslate2

        if ctranslate2.get_cuda_device_count():
            return "cuda"
    except (ImportError, RuntimeError):
        pass
    try:
        import torch
    except ImportError:
        return "cpu"
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
