"""What is handed to an agency comes back as it was, whatever its characters."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from pitchgen.core.memory import NAME, SENTENCE, Entry, memory, tidy, unwritable
from pitchgen.edges.markup import read_markup
from pitchgen.edges.memory import read_memory, remember
from pitchgen.edges.tmx import read_tmx, write_tmx
from pitchgen.edges.xliff import Line, read_xliff, write_xliff
from pitchgen.languages import LANGUAGES

TEXTS = st.text(min_size=1, max_size=60).map(tidy).filter(lambda text: bool(text) and unwritable(text) is None)
ENTRIES = st.builds(
    Entry,
    source=TEXTS,
    language=st.sampled_from(sorted(LANGUAGES.keys() - {"zh"})),
    text=TEXTS,
    date=st.datetimes().filter(lambda d: 1900 < d.year < 2026).map(lambda d: d.strftime("%Y-%m-%dT%H:%M:%SZ")),
    origin=st.just("imported"),
    kind=st.sampled_from([SENTENCE, NAME]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ENTRIES, max_size=8))
def test_a_memory_survives_tmx_and_the_disk(entries: list[Entry]) -> None:
    known = memory(entries)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "m.tmx"
        path.write_text(write_tmx(known.entries, "1"), "utf-8")
        brought = read_tmx(read_markup(path), path)
        assert brought.skipped == ()
        assert memory(brought.entries).latest == known.latest
        kept = Path(folder) / "memory.jsonl"
        remember(kept, entries)
        assert read_memory(kept).latest == known.latest


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, st.booleans()), max_size=6))
def test_lines_survive_xliff(lines: list[tuple[str, str, bool]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "l.xlf"
        path.write_text(
            write_xliff([Line(s, t, settled=settled) for s, t, settled in lines], "any & <all>", "fr"), "utf-8"
        )
        brought = read_xliff(read_markup(path), path)
    assert [(e.source, e.text) for e in brought.entries] == [(s, t) for s, t, settled in lines if settled]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_tidy_text_is_tidy(text: str) -> None:
    once = tidy(text)
    assert tidy(once) == once
    assert "".join(once.split()) == "".join(text.split()) or unwritable(once) is not None
