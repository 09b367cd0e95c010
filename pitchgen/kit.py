"""The one runner: reuse, batching and progress live here and nowhere else.

A recipe says what is done to what. The kit asks the store for each result, has the engine make only what
is missing, in batches, keeps it, and tells whoever listens.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args, get_type_hints, overload

from pitchgen.core.events import Advanced, Listener, Used, ignore
from pitchgen.core.fingerprint import key
from pitchgen.core.stage import Versioned
from pitchgen.edges.rates import Rates
from pitchgen.edges.store import Store

Item = TypeVar("Item")
Result = TypeVar("Result")
Performer = TypeVar("Performer")

BATCH = 16
"""Items an engine is handed at once if it has no wish: few enough to lose little when the run is killed."""


class Kit:
    """Runs stages against one store."""

    def __init__(self, store: Store, *, listen: Listener = ignore) -> None:
        self.store = store
        self.rates = Rates(store.root / "rates.json")
        self.listen = listen

    def map(
        self,
        stage: Callable[[Sequence[Item], Performer], Sequence[Result]],
        items: Sequence[Item],
        engine: Performer,
    ) -> Mapped[Item, Performer, Result]:
        """Results of a batch stage, one for each item, in order.

        Like Python's own `map` it is lazy: reading a result makes its batch, so that the work on the first
        results overlaps the engine's on the next.
        """
        return Mapped(self, stage, items, engine)

    def run(
        self,
        stage: Callable[[Sequence[Item], Performer], Sequence[Result]],
        item: Item,
        engine: Performer,
    ) -> Result:
        """The result of a batch stage for one item."""
        return self.map(stage, (item,), engine)[0]

    def file(
        self,
        name: str,
        suffix: str,
        parts: Sequence[object],
        write: Callable[[Path], None],
        *,
        version: int,
        units: float = 1,
    ) -> Path:
        """The file that `write` makes out of `parts`, made once: `parts` hold all that `write` reads.

        `units` says how much work it is, for the estimates of later runs.
        """
        identity = _file_key(name, parts, version)
        kept = self.store.get_file(identity)
        if kept is not None:
            self.listen(Used(name, kept=1, made=0))
            return kept
        began = time.monotonic()
        made = self.store.put_file(identity, suffix, write)
        seconds = time.monotonic() - began
        self.rates.learn(name, seconds, units)
        self.listen(Used(name, kept=0, made=1, seconds=seconds))
        return made

    def has_file(self, name: str, parts: Sequence[object], *, version: int) -> bool:
        """Whether `file` has its result already."""
        return self.store.has_file(_file_key(name, parts, version))


def _file_key(name: str, parts: Sequence[object], version: int) -> str:
    return key(f"file:{name}@{version}", *parts)


class Mapped(Sequence[Result], Generic[Item, Performer, Result]):
    """The results of one `Kit.map`: made when read, read from the store each time, never all in memory."""

    def __init__(
        self,
        kit: Kit,
        stage: Callable[[Sequence[Item], Performer], Sequence[Result]],
        items: Sequence[Item],
        engine: Performer,
    ) -> None:
        self._kit, self._stage, self._engine = kit, stage, engine
        self.items = items
        name, version = _identity(stage)
        self.name = name
        self.keys = tuple(key(f"stage:{name}@{version}", item, engine) for item in items)
        self._type = _result_type(stage)
        self.kept = frozenset(k for k in self.keys if kit.store.has(k))
        """Keys of the results that were there beforehand."""
        self._waiting = set(self.keys) - self.kept
        self._total = len(set(self.keys))
        self._batch_size: int = getattr(engine, "batch_size", BATCH)
        if items:
            if self.kept:
                kit.listen(Used(name, kept=len(self.kept), made=0))
            self._tell()

    @property
    def missing(self) -> int:
        """How many results are still to be made."""
        return len(self._waiting)

    def __len__(self) -> int:
        return len(self.items)

    @overload
    def __getitem__(self, index: int) -> Result: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Result, ...]: ...
    def __getitem__(self, index: int | slice) -> Result | tuple[Result, ...]:
        if isinstance(index, slice):
            return tuple(self._read(i) for i in range(*index.indices(len(self))))
        return self._read(range(len(self))[index])

    def __iter__(self) -> Iterator[Result]:
        return (self._read(i) for i in range(len(self)))

    def _read(self, index: int) -> Result:
        wanted = self.keys[index]
        if wanted in self._waiting:
            self._make(self._next_batch(index))
        value = self._kit.store.get(wanted, self._type)
        if value is None:  # damaged on the disk: made again, not passed on
            self._kit.store.drop(wanted)
            self._make({wanted: self.items[index]})
            value = self._kit.store.get(wanted, self._type)
        if value is None:
            raise RuntimeError(f"{self.name}: a result cannot be read back from {self._kit.store.root}")
        result: Result = value
        return result

    def _next_batch(self, index: int) -> dict[str, Item]:
        """The missing items from `index` on, as many as a batch holds."""
        batch: dict[str, Item] = {}
        for identity, item in zip(self.keys[index:], self.items[index:], strict=True):
            if identity in self._waiting and identity not in batch:
                batch[identity] = item
                if len(batch) == self._batch_size:
                    break
        return batch

    def _make(self, batch: dict[str, Item]) -> None:
        began = time.monotonic()
        results = self._stage(tuple(batch.values()), self._engine)
        for identity, result in zip(batch, results, strict=True):
            self._kit.store.put(identity, result)
            self._waiting.discard(identity)
        seconds = time.monotonic() - began
        self._kit.rates.learn(self.name, seconds, len(batch))
        self._kit.listen(Used(self.name, kept=0, made=len(batch), seconds=seconds))
        self._tell()

    def _tell(self) -> None:
        done = self._total - len(self._waiting)
        self._kit.listen(Advanced(self.name, done, self._total, len(self.kept)))


def _identity(stage: Callable[..., object]) -> tuple[str, int]:
    """Name and version that the results of `stage` are kept under."""
    if not hasattr(stage, "version"):
        raise TypeError(f"{stage!r} is no stage: mark it with @stage(version=1)")
    marked: Versioned = stage
    return marked.__name__, marked.version


def _result_type(stage: Callable[..., object]) -> Any:
    """What `stage` returns for one item: U of its `-> Sequence[U]`."""
    return get_args(get_type_hints(stage)["return"])[0]
