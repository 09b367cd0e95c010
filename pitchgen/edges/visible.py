"""Looks for the explicit label in the picture of a finished file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.errors import MediaError
from pitchgen.edges.labels import LABEL_SECONDS, Wording, wording, wordings
from pitchgen.edges.probe import container_of
from pitchgen.languages import LANGUAGES

Pixels = NDArray[np.uint8]

LEAST_SECONDS = 2.0  # GB 45438-2025
LOOKED_AT = LABEL_SECONDS + 2.0  # seconds: longer than it stands by itself
SURE = 0.8
"""Correlation from which no other wording is tried: two labels have no more than their first line in common."""
ALIKE = 0.4
"""Correlation from which the label is taken to be there. Source: measured on two samples and five real clips, each as
it is, labelled, and labelled at half the size and a coarse quality (CRF 34): 0.86 and more with it, 0.09 and less
without; a frame of 90 pixels, on which nobody could read it, has 0.60."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How long the label stands in a picture."""

    seconds: float
    """From the first frame on; 0 where it is not in the first."""
    letters: float
    """Height of a Latin capital, of the frame's shortest side."""
    likeness: float
    """Mean correlation of the frames with it, -1 to 1; of the first frame where it is in none."""
    words: str = ""
    """Language that it says it in, or `shared`: of all labels the one that the first frame is likest."""


def look(path: Path) -> Seen | None:
    """How the label stands in the first seconds of a video; None where there is no picture.

    Raises:
        MediaError: a picture that cannot be decoded.
    """
    import av

    likenesses: list[float] = []
    begin, until, letters, words = None, 0.0, 0.0, wording()
    try:
        with container_of(path) as container:
            if not container.streams.video:
                return None
            for frame in container.decode(container.streams.video[0]):
                moment = float(frame.time or 0.0)
                pixels = _gray(frame)
                if begin is None:
                    begin, words = moment, _likest(pixels, container)
                alike, letters = _compare(pixels, words)
                if moment - begin > LOOKED_AT or (alike < ALIKE and likenesses):
                    break
                likenesses.append(alike)
                if alike < ALIKE:
                    break
                until = moment - begin + _length(frame, container)
    except (av.FFmpegError, ValueError) as error:
        raise MediaError(f"{path}: its picture cannot be decoded") from error
    if not likenesses:
        return None
    return Seen(until, letters, float(np.mean(likenesses)), words.path.stem)


def _length(frame: Any, container: Any) -> float:
    """Seconds that a frame is shown, by itself or by the mean rate."""
    if getattr(frame, "duration", 0) and frame.time_base:
        return float(frame.duration * frame.time_base)
    rate = container.streams.video[0].average_rate
    return 1 / float(rate) if rate else 0.0


def _gray(frame: Any) -> Pixels:
    """Brightness of the frame as it is shown, shape (height, width)."""
    return np.rot90(frame.to_ndarray(format="gray"), round(frame.rotation / 90) % 4)


def _likest(pixels: Pixels, container: Any) -> Wording:
    """The label that a frame is likest; those of the languages that are heard are tried first."""
    heard = {stream.metadata.get("language") for stream in container.streams.audio}
    names = sorted(wordings(), key=lambda name: name in LANGUAGES and LANGUAGES[name].iso639_2 not in heard)
    best, likeness = wording(), -1.0
    for words in map(wording, names):
        alike, _ = _compare(pixels, words)
        if alike > likeness:
            best, likeness = words, alike
        if likeness > SURE:
            break
    return best


def _compare(pixels: Pixels, words: Wording) -> tuple[float, float]:
    """Correlation of the frame with a label in its place, and the height of the label's letters."""
    high, wide = pixels.shape
    left, top, width, height = words.place(wide, high)
    template, there = _template(words.path, width, height)
    window = pixels[top : top + height, left : left + width]
    template, there = template[: window.shape[0]], there[: window.shape[0]]
    if not there.any():
        return 0.0, 0.0
    found, wanted = window[there].astype(np.float64), template[there]
    found, wanted = found - found.mean(), wanted - wanted.mean()
    power = np.sqrt((found @ found) * (wanted @ wanted))
    return float(found @ wanted / power) if power else 0.0, height * words.glyph / min(wide, high)


@lru_cache(maxsize=4)
def _template(path: Path, width: int, height: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Brightness of a label at that size, and where it covers the picture, both of shape (height, width)."""
    with container_of(path) as container:
        frame = next(container.decode(video=0))
    pixels = frame.reformat(width, height, format="rgba").to_ndarray().astype(np.float64)
    return pixels[..., :3] @ (0.299, 0.587, 0.114), pixels[..., 3] > 128
