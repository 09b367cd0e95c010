"""What is put comes back whole, or not at all: torn files, flipped bits, writers side by side."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pitchgen.core.audio import Audio
from pitchgen.core.errors import StorageError
from pitchgen.core.stage import stage
from pitchgen.core.transcript import Segment, Span, Transcript
from pitchgen.edges.store import ABANDONED, Store, write_atomically
from pitchgen.kit import Kit

KEY = "ab" + "0" * 62


def transcript(texts: list[str]) -> Transcript:
    return Transcript("zh", tuple(Segment(Span(i, i + 0.5), t) for i, t in enumerate(texts)), "script", 0.5)


def tone(length: int) -> Audio:
    return Audio((0.5 * np.sin(np.arange(length) / 9)).astype(np.float32), 16_000)


@given(st.lists(st.text(max_size=40), max_size=8))
def test_values_come_back(texts: list[str]) -> None:
    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.put(KEY, transcript(texts))
        assert store.get(KEY, Transcript) == transcript(texts)


@given(st.integers(1, 5000))
def test_sound_comes_back(length: int) -> None:
    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.put(KEY, tone(length))
        back = store.get(KEY, Audio)
        assert back.rate == 16_000
        assert np.abs(back.samples - tone(length).samples).max() < 2**-23


@settings(deadline=None)
@given(st.booleans(), st.floats(0, 0.999), st.booleans())
def test_damage_counts_as_missing(sound: bool, where: float, torn: bool) -> None:
    value, kind = (tone(3000), Audio) if sound else (transcript(["大家好", "谢谢"]), Transcript)
    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.put(KEY, value)
        (path,) = (p for p in Path(folder).rglob("*") if p.is_file())
        content = bytearray(path.read_bytes())
        at = int(where * len(content))
        if torn:
            path.write_bytes(content[:at])
        else:
            content[at] ^= 0x10
            path.write_bytes(content)
        back = store.get(KEY, kind)
        if back is not None and isinstance(value, Audio):
            assert np.abs(back.samples - value.samples).max() < 2**-23, "damage beside the sound does no harm"
        elif back is not None:
            assert back == value


def test_a_file_of_another_size_is_missing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    path = store.put_file(KEY, ".mp4", lambda part: part.write_bytes(b"whole") and None)
    assert store.get_file(KEY) == path
    path.write_bytes(b"who")
    assert store.get_file(KEY) is None
    assert store.put_file(KEY, ".mp4", lambda part: part.write_bytes(b"anew") and None).read_bytes() == b"anew"
    assert store.get_file(KEY) is not None


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=300), st.floats(0, 0.999), st.sampled_from(["file", "json"]), st.booleans())
def test_a_damaged_file_is_missing_and_made_again(content: bytes, where: float, which: str, torn: bool) -> None:
    with TemporaryDirectory() as folder:
        kit = Kit(Store(Path(folder)))
        calls: list[Path] = []

        def write(part: Path) -> None:
            calls.append(part)
            part.write_bytes(content)

        path = kit.file("picture", ".mp4", ["a"], write, version=1)
        assert kit.file("picture", ".mp4", ["a"], write, version=1) == path
        assert len(calls) == 1
        damage(path if which == "file" else path.with_suffix(".json"), where, torn)
        assert kit.file("picture", ".mp4", ["a"], write, version=1) == path
        assert path.read_bytes() == content
        assert kit.file("picture", ".mp4", ["a"], write, version=1) == path
        assert len(calls) <= 2
        assert which == "json" or len(calls) == 2
        assert not list(Path(folder).rglob(".part-*"))


def damage(path: Path, where: float, torn: bool) -> None:
    """Cut the file at `where`, a share of its length, or flip a bit there."""
    content = bytearray(path.read_bytes())
    at = int(where * len(content))
    content[at] ^= 0x10
    path.write_bytes(content[:at] if torn else content)


@stage(version=1)
def hum(lengths: Sequence[int], engine: str) -> Sequence[Audio]:
    return [tone(length) for length in lengths]


@settings(deadline=None)
@given(st.floats(0, 0.999), st.booleans())
def test_damaged_sound_is_made_again(where: float, torn: bool) -> None:
    with TemporaryDirectory() as folder:
        wanted = Kit(Store(Path(folder))).run(hum, 3000, "engine").samples
        (path,) = Path(folder).rglob("*.flac")
        damage(path, where, torn)
        assert np.array_equal(Kit(Store(Path(folder))).run(hum, 3000, "engine").samples, wanted)
        assert np.array_equal(Store(Path(folder)).get(path.stem, Audio).samples, wanted), "and healed on the disk"


@given(st.lists(st.tuples(st.text(max_size=5), st.none() | st.integers(-9, 9)), max_size=5))
def test_tuples_come_back_as_tuples(pairs: list[tuple[str, int | None]]) -> None:
    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.put(KEY, tuple(pairs))
        assert store.get(KEY, tuple[tuple[str, int | None], ...]) == tuple(pairs)


def test_a_value_of_another_type_counts_as_missing(tmp_path: Path) -> None:
    Store(tmp_path).put(KEY, {"language": 3})
    assert Store(tmp_path).get(KEY, Transcript) is None
    assert Store(tmp_path).get(KEY, Audio) is None


def test_what_killed_runs_left_is_removed_when_nobody_can_write_to_it(tmp_path: Path) -> None:
    old, new = tmp_path / "aa" / ".part-old.mp4", tmp_path / "bb" / ".part-new.mp4"
    for part in (old, new):
        part.parent.mkdir()
        part.write_bytes(b"half")
    os.utime(old, (time.time() - 2 * ABANDONED,) * 2)
    Store(tmp_path).put_file(KEY, ".mp4", lambda part: part.write_bytes(b"whole") and None)
    assert not old.exists()
    assert new.exists(), "another run may be writing to it"


def test_a_failing_writer_leaves_nothing(tmp_path: Path) -> None:
    def fail(part: Path) -> None:
        part.write_bytes(b"half")
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        Store(tmp_path).put_file(KEY, ".mp4", fail)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_of_many_threads_the_first_wins(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.put(KEY, [n] * 1000), range(40)))
    kept = store.get(KEY, list[int])
    assert len(kept) == 1000
    assert len(set(kept)) == 1
    store.put(KEY, [99])
    assert store.get(KEY, list[int]) == kept


def test_of_many_processes_none_tears(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from pitchgen.edges.store import Store\n"
        "store = Store(Path(sys.argv[1]))\n"
        "for i in range(30): store.put(f'{i:064d}', [int(sys.argv[2])] * 2000)\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(n)]) for n in range(4)]
    assert [writer.wait(60) for writer in writers] == [0] * 4
    for i in range(30):
        kept = Store(tmp_path).get(f"{i:064d}", list[int])
        assert len(kept) == 2000
        assert len(set(kept)) == 1


def test_files_of_many_processes_are_whole(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from pitchgen.edges.store import Store\n"
        "store = Store(Path(sys.argv[1])); content = sys.argv[2].encode() * 100_000\n"
        "for _ in range(20):\n"
        "    path = store.put_file('ab' + '1' * 62, '.mp4', lambda part: part.write_bytes(content) and None)\n"
        "    assert len(path.read_bytes()) == 100_000\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(n)]) for n in range(3)]
    assert [writer.wait(60) for writer in writers] == [0] * 3
    store = Store(tmp_path)
    path = store.get_file("ab" + "1" * 62) or store.put_file(
        "ab" + "1" * 62, ".mp4", lambda p: p.write_bytes(b"4") and None
    )
    assert len(set(path.read_bytes())) == 1
    assert not list(tmp_path.rglob(".part-*"))


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be written"):
        Store(tmp_path / "file").put(KEY, [1])
    with pytest.raises(StorageError, match="cannot be written"):
        Store(tmp_path / "file").put_file(KEY, ".mp4", lambda part: None)
    with pytest.raises(StorageError, match="cannot be written"):
        write_atomically(tmp_path / "file" / "x", "y")
