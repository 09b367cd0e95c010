"""What a person corrected once is remembered: the latest word wins, and nothing is lost on the disk."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest

from pitchgen.core.errors import InputError, StorageError
from pitchgen.core.memory import NAME, Entry, memory
from pitchgen.edges.memory import checked, memory_path, read_memory, remember

GREETING = Entry("大家好。", "fr", "Bonjour à tous.", "2026-11-24T10:00:00Z")


def later(text: str | None, day: int = 25) -> Entry:
    return Entry("大家好。", "fr", text, f"2026-11-{day:02}T10:00:00Z")


def test_the_latest_word_wins_whatever_the_order() -> None:
    for entries in ([GREETING, later("Salut.")], [later("Salut."), GREETING]):
        assert memory(entries).recall("大家好。", "fr") == "Salut."
    assert memory([GREETING, later("Salut.", 24)]).recall("大家好。", "fr") == "Salut.", "of equal dates the last"
    assert memory([GREETING]).recall("大家好。", "en") is None
    assert memory([GREETING]).recall("大家好", "fr") is None, "the same sentence, or none"


def test_what_was_taken_out_is_known_to_be() -> None:
    emptied = memory([GREETING, later(None)])
    assert emptied.recall("大家好。", "fr") is None
    assert emptied.knows("大家好。", "fr")
    assert not emptied.knows("大家好。", "en")
    assert emptied.entries == ()
    assert memory([GREETING, later(None), later("Salut.", 26)]).recall("大家好。", "fr") == "Salut."


def test_names_and_sentences_are_apart() -> None:
    known = memory([Entry("小王", "fr", "Xiao Wang", GREETING.date, kind=NAME)])
    assert known.recall("小王", "fr") is None
    assert known.name("小王", "fr") == "Xiao Wang"


def test_only_news_are_added() -> None:
    known = memory([later("Salut.")])
    assert known.news([GREETING, later("Salut.", 26)]) == ()
    assert known.news([later("Bonsoir.", 26), later(None, 26)]) == (later("Bonsoir.", 26), later(None, 26))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "shop" / "memory.jsonl"
    assert read_memory(path).entries == ()
    remember(path, [GREETING])
    remember(path, [later(" Salut\n à\u00a0tous. ")])
    assert read_memory(path).recall("大家好。 ", "fr") == "Salut à\u00a0tous."
    assert json.loads(path.read_text("utf-8").splitlines()[0])["source"] == "大家好。", "a person can read it"


def test_what_an_editor_saved_is_read(tmp_path: Path) -> None:
    path = tmp_path / "memory.jsonl"
    remember(path, [GREETING, Entry("谢谢。", "fr", "Merci.", GREETING.date)])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n")
    assert len(read_memory(path).entries) == 2


def test_a_killed_run_costs_its_own_line_at_most(tmp_path: Path) -> None:
    whole = tmp_path / "whole.jsonl"
    remember(whole, [GREETING, later('Sal}ut "{à')])
    data = whole.read_bytes()
    first = data.index(b"\n") + 1
    for cut in range(first, len(data)):
        path = tmp_path / "memory.jsonl"
        path.write_bytes(data[:cut])
        assert read_memory(path).knows("大家好。", "fr"), cut
        remember(path, [Entry("谢谢。", "fr", "Merci.", GREETING.date)])
        read = read_memory(path)
        assert (read.recall("谢谢。", "fr"), read.knows("大家好。", "fr")) == ("Merci.", True), cut


def _add(path: Path, who: int) -> None:
    for i in range(50):
        remember(path, [Entry(f"第{who}位的第{i}句。", "fr", "x" * 3000, GREETING.date)])


def test_runs_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "memory.jsonl"
    context = multiprocessing.get_context("spawn")
    runs = [context.Process(target=_add, args=(path, who)) for who in range(3)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)
    assert len(read_memory(path).entries) == 150


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (Entry("a", "xx", "b", GREETING.date), "'xx' is none of the languages"),
        (Entry("a", "zh", "b", GREETING.date), "'zh' is none of the languages"),
        (Entry(" ", "fr", "b", GREETING.date), "names no sentence"),
        (Entry("a", "fr", " \n", GREETING.date), "names no text"),
        (Entry("a", "fr", "b\x07", GREETING.date), "holds '\\x07'"),
        (Entry("a", "fr", "b", "yesterday"), "'yesterday' is no date"),
        (Entry("a", "fr", "b", GREETING.date, kind="word"), "not of a 'word'"),
    ],
)
def test_what_no_memory_can_hold_is_refused(entry: Entry, words: str) -> None:
    with pytest.raises(InputError) as raised:
        checked([entry])
    assert words in str(raised.value)


@pytest.mark.parametrize("line", ["{}", "no json", '{"source":"a","language":"fr","text":3,"date":""}'])
def test_a_line_that_is_no_entry_is_named(line: str, tmp_path: Path) -> None:
    path = tmp_path / "memory.jsonl"
    remember(path, [GREETING])
    with path.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(InputError, match=r"memory\.jsonl, line 2: no entry"):
        read_memory(path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        remember(tmp_path / "file" / "memory.jsonl", [GREETING])


def test_it_lies_beside_the_glossary() -> None:
    assert memory_path(None, None) == Path("memory.jsonl")
    assert memory_path(None, Path("shop/glossary.csv")) == Path("shop/memory.jsonl")
    assert memory_path(Path("mine.jsonl"), Path("shop/glossary.csv")) == Path("mine.jsonl")
