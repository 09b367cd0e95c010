"""The label is as large as the law asks, and says what it asks."""

from __future__ import annotations

import json

import av
import numpy as np
import pytest

from pitchgen.core.errors import InputError
from pitchgen.edges.labels import (
    ASPECT,
    GLYPH,
    LABEL_PATH,
    LABEL_SECONDS,
    WIDEST,
    Aigc,
    aigc,
    label_digest,
    label_size,
    read_aigc,
)

FRAMES = [
    (1080, 1920),
    (1920, 1080),
    (720, 1280),
    (3840, 2160),
    (640, 360),
    (368, 640),
    (479, 271),
    (1080, 1080),
]


def picture() -> np.ndarray:
    """The shipped label, shape (height, width, 4)."""
    with av.open(str(LABEL_PATH)) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgba")


def ink() -> list[np.ndarray]:
    """Each run of columns that holds white, shape (height, columns)."""
    pixels = picture()
    white = (pixels[..., 0] > 128) & (pixels[..., 3] > 128)
    columns = np.flatnonzero(white.any(axis=0))
    runs = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    return [white[:, run[0] : run[-1] + 1] for run in runs]


def height(glyph: np.ndarray) -> int:
    rows = np.flatnonzero(glyph.any(axis=1))
    return int(rows[-1] - rows[0] + 1)


def test_the_constants_are_those_of_the_picture() -> None:
    high, wide, _ = picture().shape
    assert pytest.approx(wide / high) == ASPECT
    first_four = [height(glyph) for glyph in ink()[:4]]  # A, I, 生, 成
    assert min(first_four) / high == pytest.approx(GLYPH, abs=1 / high)
    assert min(first_four[2:]) > max(first_four[:2])


def test_the_words_stand_on_a_plate_that_lets_the_picture_through() -> None:
    pixels = picture()
    assert pixels[0, 0, 3] == 0  # round corners
    assert 128 < pixels[pixels.shape[0] // 2, 5, 3] < 255
    assert len(ink()) == 17  # every glyph apart from its neighbours: nothing is cut or run together
    assert pixels[..., 3].max() == 255


@pytest.mark.parametrize("frame", FRAMES)
def test_the_text_is_high_enough(frame: tuple[int, int]) -> None:
    wide, high = label_size(*frame)
    assert high * GLYPH >= 0.055 * min(frame)  # 5% by law, and a margin
    assert wide <= WIDEST * frame[0]
    assert wide / high == pytest.approx(ASPECT, rel=0.06)


@pytest.mark.parametrize("frame", [(2, 2), (3, 5), (16, 16), (2, 4000), (4000, 2), *FRAMES])
def test_sizes_are_even_and_never_nothing(frame: tuple[int, int]) -> None:
    assert all(side >= 2 and side % 2 == 0 for side in label_size(*frame))


def test_it_stands_as_long_as_the_law_asks() -> None:
    assert LABEL_SECONDS >= 2


def test_the_digest_is_the_pictures() -> None:
    assert len(label_digest()) == 64


def test_the_metadata_has_the_seven_keys() -> None:
    made = json.loads(aigc("91330782MA2", "fr-0a1b"))
    assert list(made) == [
        "Label",
        "ContentProducer",
        "ProduceID",
        "ReservedCode1",
        "ContentPropagator",
        "PropagateID",
        "ReservedCode2",
    ]
    assert made["Label"] == "1"
    assert made["ContentPropagator"] == made["ContentProducer"] == "91330782MA2"
    assert " " not in aigc("a", "b")


@pytest.mark.parametrize("wrapped", [False, True])
def test_the_metadata_comes_back(wrapped: bool) -> None:
    text = aigc("shop-7", "en-1")
    assert read_aigc(f'{{"AIGC": {text}}}' if wrapped else text) == Aigc(
        "1", "shop-7", "en-1", "", "shop-7", "en-1", ""
    )


@pytest.mark.parametrize("value", ["", "a b", 'a"b', "a\\b", "义乌", "a\n", "a\x7f", "é"])
def test_other_characters_are_refused(value: str) -> None:
    with pytest.raises(InputError, match="producer"):
        aigc(value, "id")
    with pytest.raises(InputError, match="produce_id"):
        aigc("shop", value)


@pytest.mark.parametrize("text", ["", "{", "[]", "1", '{"Label":"1"}', '{"AIGC": "x"}', "[" * 100_000])
def test_what_is_no_label_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="AIGC label"):
        read_aigc(text)
