"""Equal values have equal keys in every process, and different values different ones."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.engines import Recording, Utterance
from pitchgen.core.fingerprint import canonical, key
from pitchgen.core.media import Media, Stream
from pitchgen.core.transcript import Segment, Span, Transcript

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


def same(a: object, b: object) -> bool:
    """Equality that tells 1, 1.0, True and -0.0 apart, as stored results must."""
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same, a, b))  # type: ignore[arg-type]
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)  # type: ignore[attr-defined,index]
    return repr(a) == repr(b) if isinstance(a, float) else a == b


@given(PLAIN, PLAIN)
def test_the_key_is_the_same_for_the_same_value_only(a: object, b: object) -> None:
    assert key(a) == key(a)
    assert (canonical(a) == canonical(b)) == same(a, b)


@given(st.lists(st.text(max_size=6), max_size=4), st.lists(st.text(max_size=6), max_size=4))
def test_texts_with_marks_of_the_form_itself_do_not_run_together(a: list[str], b: list[str]) -> None:
    assert (key(*a) == key(*b)) == (a == b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (("a", "b"), ("ab",)),
        (("a,b",), ("a", "b")),
        ((("a",), "b"), ("a", ("b",))),
        (("1",), (1,)),
        ((1,), (1.0,)),
        ((1,), (True,)),
        ((None,), ("None",)),
        (({"a": "b"},), ({"a:b": ""},)),
        (("]",), ("']'",)),
    ],
)
def test_near_misses_differ(a: tuple[object, ...], b: tuple[object, ...]) -> None:
    assert key(*a) != key(*b)


def test_the_order_of_a_mapping_does_not_matter() -> None:
    assert key({"a": 1, "b": 2}) == key({"b": 2, "a": 1})
    assert key(["a", "b"]) != key(["b", "a"])
    assert key(("a", "b")) == key(["a", "b"]), "a sequence is a sequence"


def test_types_of_the_same_fields_differ() -> None:
    @dataclass(frozen=True)
    class Left:
        text: str

    @dataclass(frozen=True)
    class Right:
        text: str

    assert key(Left("x")) != key(Right("x"))


def test_each_field_of_an_item_counts() -> None:
    sound = Audio(np.linspace(-0.5, 0.5, 1600, dtype=np.float32), 16_000)
    voice = Voice(sound)
    item = Utterance("Bonjour", "fr", voice)
    others = [
        replace(item, text="Bonjour."),
        replace(item, language="en"),
        replace(item, voice=Voice(sound, consent="c-1")),
        replace(item, voice=Voice(Audio(sound.samples, 8000))),
        replace(item, voice=Voice(Audio(sound.samples[:-1].copy(), 16_000))),
    ]
    assert len({key(each) for each in (item, *others)}) == 1 + len(others)
    assert key(item) == key(Utterance("Bonjour", "fr", Voice(Audio(sound.samples.copy(), 16_000))))


def test_sound_in_any_layout_is_the_same_sound() -> None:
    samples = np.random.default_rng(1).standard_normal(4000).astype(np.float32)
    assert key(Audio(samples[::2], 16_000)) == key(Audio(samples[::2].copy(), 16_000))


def test_a_script_or_none_is_another_recording() -> None:
    recording = Recording(Audio.silence(1.0, 16_000), (Span(0, 1),), "zh")
    keys = {key(replace(recording, script=script)) for script in (None, (), ("好",), ("好", "好"))}
    assert len(keys) == 4


def test_media_is_its_content_and_its_tracks_not_its_place() -> None:
    first, second = Stream(0, "audio", "aac"), Stream(1, "audio", "aac")
    media = Media(Path("a.mp4"), "0" * 64, 1.0, None, first)
    assert key(media) == key(replace(media, path=Path("/elsewhere/b.mp4")))
    assert key(media) != key(replace(media, sound=second))
    assert key(media) != key(replace(media, sha256="1" * 64))


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", 1j, lambda: None, Segment])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="no canonical form"):
        key(value)


def test_another_process_finds_the_same_key() -> None:
    code = (
        "from pitchgen.core.fingerprint import key\n"
        "from pitchgen.core.transcript import *\n"
        "t = Transcript('zh', (Segment(Span(0, 1.5), '大家好'),), 'script', 0.25)\n"
        "print(key('stage:x@1', t, {'b': 1, 'a': None}, 0.1 + 0.2))"
    )
    theirs = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout.strip()
        for seed in ("1", "2")
    }
    transcript = Transcript("zh", (Segment(Span(0, 1.5), "大家好"),), "script", 0.25)
    assert theirs == {key("stage:x@1", transcript, {"b": 1, "a": None}, 0.1 + 0.2)}
