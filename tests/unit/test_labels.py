"""The label is as large as the law asks, and says what it asks."""

from __future__ import annotations

import json

import av
import numpy as np
import pytest

from pitchgen.core.errors import InputError
from pitchgen.edges.labels import GLYPH_PX, LABEL_SECONDS, SHARED, WIDEST, Aigc, aigc, read_aigc, wording, wordings
from pitchgen.languages.notices import NOTICES

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


def picture(language: str = SHARED) -> np.ndarray:
    """The shipped label, shape (height, width, 4)."""
    with av.open(str(wording(language).path)) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgba")


def white(language: str) -> np.ndarray:
    """Where it has ink."""
    pixels = picture(language)
    return (pixels[..., 0] > 128) & (pixels[..., 3] > 128)


def ink(letters: np.ndarray) -> list[np.ndarray]:
    """Each run of columns that holds white, shape (height, columns)."""
    columns = np.flatnonzero(letters.any(axis=0))
    runs = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    return [letters[:, run[0] : run[-1] + 1] for run in runs]


def height(glyph: np.ndarray) -> int:
    rows = np.flatnonzero(glyph.any(axis=1))
    return int(rows[-1] - rows[0] + 1)


def test_every_language_has_its_own() -> None:
    assert set(wordings()) == {SHARED, *NOTICES}
    assert wordings()[0] == SHARED
    with pytest.raises(KeyError):
        wording("xx")


@pytest.mark.parametrize("language", wordings())
def test_the_chinese_words_stand_first_and_are_as_high_as_is_said(language: str) -> None:
    assert picture(language).shape[:2] == (wording(language).height_px, wording(language).width_px)
    letters = white(language)
    rows = np.flatnonzero(~letters.any(axis=1))
    end = next((int(row) for row in rows if letters[:row].any()), len(letters))  # of the first line
    four = [height(glyph) for glyph in ink(letters[:end])[:4]]  # A, I, 生, 成
    assert min(four) == pytest.approx(GLYPH_PX, abs=1)
    assert min(four[2:]) > max(four[:2])
    assert wording(language).width_px <= 1650  # on an upright phone's frame the letters are not squeezed


def test_the_words_stand_on_a_plate_that_lets_the_picture_through() -> None:
    pixels = picture()
    assert pixels[0, 0, 3] == 0  # round corners
    assert 128 < pixels[pixels.shape[0] // 2, 5, 3] < 255
    assert len(ink(white(SHARED))) == 17  # every glyph apart from its neighbours: nothing is cut or run together
    assert pixels[..., 3].max() >= 250


@pytest.mark.parametrize("language", [SHARED, "zh", "fr", "ta", "ar"])
@pytest.mark.parametrize("frame", FRAMES)
def test_the_text_is_high_enough(frame: tuple[int, int], language: str) -> None:
    words = wording(language)
    left, top, wide, high = words.place(*frame)
    assert high * words.glyph >= 0.055 * min(frame)  # 5% by law, and a margin
    assert wide <= WIDEST * frame[0]
    assert wide / high == pytest.approx(words.width_px / words.height_px, rel=0.06)
    assert left >= 0
    assert 0 <= top < top + high < frame[1]


@pytest.mark.parametrize("frame", [(2, 2), (3, 5), (16, 16), (2, 4000), (4000, 2), *FRAMES])
def test_sizes_are_even_and_never_nothing(frame: tuple[int, int]) -> None:
    assert all(side >= 2 and side % 2 == 0 for side in wording().size(*frame))


def test_it_stands_as_long_as_the_law_asks() -> None:
    assert LABEL_SECONDS >= 2


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
