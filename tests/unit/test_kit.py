"""The runner: only what is missing reaches the engine, in batches, as late as possible."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pitchgen.core.errors import EngineError
from pitchgen.core.events import Advanced, Event, Used
from pitchgen.core.stage import stage
from pitchgen.edges.store import Store
from pitchgen.kit import Kit


class Shouter:
    """Remembers each batch."""

    fingerprint = "shouter-1"
    batch_size = 4

    def __init__(self) -> None:
        self.batches: list[tuple[str, ...]] = []


@stage(version=1)
def shout(texts: Sequence[str], shouter: Shouter) -> Sequence[str]:
    shouter.batches.append(tuple(texts))
    if "fail" in texts:
        raise EngineError("the engine failed")
    return [text.upper() for text in texts]


def kit_in(folder: Path, listen: list[Event] | None = None) -> Kit:
    return Kit(Store(folder), listen=(listen if listen is not None else []).append)


def test_reading_makes_batches_in_order(tmp_path: Path) -> None:
    shouter = Shouter()
    texts = [f"t{i}" for i in range(10)]
    results = kit_in(tmp_path).map(shout, texts, shouter)
    assert shouter.batches == [], "nothing is made before it is read"
    assert results[0] == "T0"
    assert shouter.batches == [("t0", "t1", "t2", "t3")]
    assert list(results) == [text.upper() for text in texts]
    assert [len(batch) for batch in shouter.batches] == [4, 4, 2]
    assert results[-1] == "T9"
    assert results[2:4] == ("T2", "T3")


def test_equal_items_are_made_once(tmp_path: Path) -> None:
    shouter = Shouter()
    assert list(kit_in(tmp_path).map(shout, ["a", "b", "a", "a"], shouter)) == ["A", "B", "A", "A"]
    assert shouter.batches == [("a", "b")]


def test_only_what_is_missing_is_made(tmp_path: Path) -> None:
    list(kit_in(tmp_path).map(shout, ["a", "b", "c"], Shouter()))
    shouter = Shouter()
    told: list[Event] = []
    results = kit_in(tmp_path, told).map(shout, ["a", "new", "c"], shouter)
    assert results.missing == 1
    assert list(results) == ["A", "NEW", "C"]
    assert shouter.batches == [("new",)]
    used, made = (event for event in told if isinstance(event, Used))
    assert told == [used, Advanced("shout", 2, 3, 2), made, Advanced("shout", 3, 3, 2)]
    assert (used.kept, used.made, made.kept, made.made) == (2, 0, 0, 1)
    assert made.seconds > 0 == used.seconds


def test_another_engine_or_version_is_another_result(tmp_path: Path) -> None:
    kit = kit_in(tmp_path)
    first, second = Shouter(), Shouter()
    second.fingerprint = "shouter-2"  # type: ignore[misc]
    keys = {kit.map(shout, ["a"], engine).keys[0] for engine in (first, second)}

    @stage(version=2)
    def shout_(texts: Sequence[str], shouter: Shouter) -> Sequence[str]:
        return texts

    shout_.__name__ = "shout"
    keys.add(kit.map(shout_, ["a"], first).keys[0])
    assert len(keys) == 3


def test_a_damaged_result_is_made_again(tmp_path: Path) -> None:
    kit = kit_in(tmp_path)
    list(kit.map(shout, ["a"], Shouter()))
    for path in tmp_path.glob("??/*.json"):
        path.write_bytes(path.read_bytes()[:-9])
    shouter = Shouter()
    assert kit.run(shout, "a", shouter) == "A"
    assert shouter.batches == [("a",)]


def test_a_result_damaged_after_it_was_counted_is_made_again(tmp_path: Path) -> None:
    shouter = Shouter()
    results = kit_in(tmp_path).map(shout, ["a", "b"], shouter)
    assert list(results) == ["A", "B"]
    next(tmp_path.glob(f"??/{results.keys[1]}.json")).write_bytes(b"{")
    assert list(results) == ["A", "B"]
    assert shouter.batches == [("a", "b"), ("b",)]


def test_what_an_engine_leaves_out_is_noticed(tmp_path: Path) -> None:
    @stage(version=1)
    def forget(texts: Sequence[str], shouter: Shouter) -> Sequence[str]:
        return list(texts)[1:]

    with pytest.raises(ValueError, match="shorter"):
        kit_in(tmp_path).run(forget, "a", Shouter())


def test_the_second_time_nothing_is_made_and_everything_told(tmp_path: Path) -> None:
    texts = [f"t{i}" for i in range(9)]
    list(kit_in(tmp_path).map(shout, texts, Shouter()))
    shouter, told = Shouter(), []
    results = kit_in(tmp_path, told).map(shout, texts, shouter)
    assert list(results) == [text.upper() for text in texts]
    assert shouter.batches == []
    assert results.kept == set(results.keys)
    assert told == [Used("shout", kept=9, made=0), Advanced("shout", 9, 9, 9)]


def test_nothing_to_do_is_told_to_nobody(tmp_path: Path) -> None:
    told: list[Event] = []
    assert list(kit_in(tmp_path, told).map(shout, [], Shouter())) == []
    assert told == []


def test_reading_from_the_end_makes_that_batch_only(tmp_path: Path) -> None:
    shouter = Shouter()
    results = kit_in(tmp_path).map(shout, [f"t{i}" for i in range(6)], shouter)
    assert results[5] == "T5"
    assert shouter.batches == [("t5",)]
    assert results[0] == "T0"
    assert shouter.batches[1:] == [("t0", "t1", "t2", "t3")]
    with pytest.raises(IndexError):
        results[6]


def test_what_was_made_before_a_failure_is_kept(tmp_path: Path) -> None:
    texts = ["a", "b", "c", "d", "fail"]
    with pytest.raises(EngineError):
        list(kit_in(tmp_path).map(shout, texts, Shouter()))
    assert kit_in(tmp_path).map(shout, texts, Shouter()).missing == 1


def test_files_are_made_once(tmp_path: Path) -> None:
    kit, calls = kit_in(tmp_path), []

    def write(path: Path) -> None:
        calls.append(path)
        path.write_text("made")

    assert not kit.has_file("note", ["a", 1], version=1)
    first = kit.file("note", ".txt", ["a", 1], write, version=1)
    assert kit.file("note", ".txt", ["a", 1], write, version=1) == first
    assert kit.has_file("note", ["a", 1], version=1)
    assert kit.file("note", ".txt", ["a", 2], write, version=1) != first
    assert len(calls) == 2


def test_a_function_that_is_no_stage_is_refused(tmp_path: Path) -> None:
    def plain(texts: Sequence[str], shouter: Shouter) -> Sequence[str]:
        return texts

    with pytest.raises(TypeError, match="no stage"):
        kit_in(tmp_path).map(plain, ["a"], Shouter())
