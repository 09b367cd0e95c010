"""Networks are held once, leave when memory is short, and batches that do not fit are halved."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pitchgen.core.errors import EngineError, InputError, MissingWeights
from pitchgen.engines.rack import HEADROOM, Rack, out_of_memory

MB = 1_000_000


def test_a_network_is_loaded_once() -> None:
    rack = Rack(device="cpu", memory=10 * MB)
    assert [rack.hold("a", lambda: object(), MB) for _ in range(3)].count(rack.hold("a", object, MB)) == 3
    assert rack.loads == {"a": 1}
    assert rack.held() == {"a": MB}
    rack.clear()
    assert rack.held() == {}


def test_the_least_recently_used_leave_first() -> None:
    rack = Rack(device="cpu", memory=round(3 * MB * HEADROOM))
    for name in "abac":
        rack.hold(name, object, MB)
    rack.hold("d", object, MB)  # makes room: b was used longest ago
    rack.hold("a", object, MB)
    assert rack.loads["a"] == 1
    rack.hold("b", object, MB)
    assert rack.loads["b"] == 2


def test_one_that_does_not_fit_is_tried_with_nothing_else_held() -> None:
    rack = Rack(device="cpu", memory=100 * MB)
    rack.hold("other", object, MB)
    tries: list[int] = []

    def load() -> str:
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
        return "network"

    assert rack.hold("large", load, MB) == "network"
    rack.hold("other", object, MB)
    assert rack.loads["other"] == 2


def test_memory_that_is_never_enough_is_one_line() -> None:
    def load() -> str:
        raise MemoryError("std::bad_alloc")

    with pytest.raises(EngineError, match="choose a smaller model") as caught:
        Rack(device="cpu").hold("large", load, MB)
    assert "\n" not in str(caught.value)


def test_another_error_is_passed_on() -> None:
    def load() -> str:
        raise ValueError("no weights")

    with pytest.raises(ValueError, match="no weights"):
        Rack(device="cpu").hold("x", load, MB)


def test_a_batch_that_does_not_fit_is_halved() -> None:
    sizes: list[int] = []

    def run(items: Sequence[int]) -> list[int]:
        sizes.append(len(items))
        if len(items) > 3:
            raise RuntimeError("out of memory")
        return [item * item for item in items]

    assert Rack(device="cpu").batched(range(10), run, 8) == [item * item for item in range(10)]
    assert sizes == [8, 4, 2, 2, 2, 2, 2]


def test_a_single_item_that_does_not_fit_is_an_error() -> None:
    def run(items: Sequence[int]) -> list[int]:
        raise MemoryError

    with pytest.raises(EngineError, match="one item"):
        Rack(device="cpu").batched([1, 2], run, 2)


@pytest.mark.parametrize("words", ["CUDA out of memory", "bad_alloc", "Failed to allocate memory"])
def test_how_libraries_say_it(words: str) -> None:
    assert out_of_memory(RuntimeError(words))
    assert not out_of_memory(RuntimeError("shape mismatch"))


def test_a_device_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError, match="tpu"):
        Rack(device="tpu")


def test_a_machine_without_weights_says_so() -> None:
    with pytest.raises(MissingWeights, match="models list"):
        Rack(device="cpu").choose("whisper")
