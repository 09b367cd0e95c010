"""A ledger shows whatever was changed in it."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitchgen.core.errors import StorageError
from pitchgen.edges.ledger import FIRST, Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = Ledger(tmp_path / "ledger.jsonl")
    for number in range(3):
        made.append({"event": "made", "number": number, "who": "王丽"})
    return made


def test_records_come_back_in_order_and_chained(ledger: Ledger) -> None:
    entries = ledger.entries()
    assert [entry.record["number"] for entry in entries] == [0, 1, 2]
    assert [entry.previous for entry in entries] == [FIRST, entries[0].hash, entries[1].hash]
    assert ledger.head == entries[-1].hash


@pytest.mark.parametrize("change", ["edit", "remove", "swap", "insert", "respace", "garbage"])
def test_every_change_is_seen(ledger: Ledger, change: str) -> None:
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    changed = {
        "edit": [lines[0], lines[1].replace("王丽".encode(), "李丽".encode()), lines[2]],
        "remove": [lines[0], lines[2]],
        "swap": [lines[1], lines[0], lines[2]],
        "insert": [lines[0], lines[0], *lines[1:]],
        "respace": [lines[0], lines[1].replace(b":", b": ", 1), lines[2]],
        "garbage": [*lines[:2], b"[" * 5000 + b"\n"],
    }[change]
    ledger.path.write_bytes(b"".join(changed))
    with pytest.raises(StorageError, match=r"line [123]: was changed"):
        ledger.entries()
    with pytest.raises(StorageError, match="was changed"):
        ledger.append({})


def test_a_line_that_a_killed_run_left_is_no_record(ledger: Ledger) -> None:
    whole = ledger.path.read_bytes()
    ledger.path.write_bytes(whole + b'{"number": 4, "at"')
    assert len(ledger.entries()) == 3
    ledger.append({"number": 3})
    assert ledger.path.read_bytes().startswith(whole)
    assert [json.loads(line)["number"] for line in ledger.path.read_bytes().splitlines()] == [1, 2, 3, 4]


def test_it_is_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="link"):
        Ledger(tmp_path / "link").append({})


def _append(path: Path) -> None:
    for number in range(20):
        Ledger(path).append({"number": number})


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append, args=(path,)) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(Ledger(path).entries()) == 60


@given(st.text())
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    ledger = Ledger(tmp_path_factory.mktemp("ledger") / "ledger.jsonl")
    ledger.append({"text": text})
    assert ledger.entries()[0].record["text"] == text
