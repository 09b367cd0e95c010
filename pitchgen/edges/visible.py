"""Looks for the explicit label in the picture of a finished file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from pitchgen.core.errors import MediaError
from pitchgen.edges.labels import GLYPH, LABEL_PATH, LABEL_SECONDS, label_place
from pitchgen.edges.probe import container_of

LEAST_SECONDS = 2.0  # GB 45438-2025
LOOKED_AT = LABEL_SECONDS + 2.0  # seconds: longer than it stands by itself
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


def look(path: Path) -> Seen | None:
    """How the label stands in the first seconds of a video; None where there is no picture.

    Raises:
        MediaError: a picture that cannot be decoded.
    """
    import av

    likenesses: list[float] = []
    begin, until, letters = None, 0.0, 0.0
    try:
        with container_of(path) as container:
            if not container.streams.video:
                return None
            for frame in container.decode(container.streams.video[0]):
                moment = float(frame.time or 0.0)
                begin = moment if begin is None else begin
                alike, letters = _compare(frame)
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
    return Seen(until, letters, float(np.mean(likenesses)))


def _length(frame: Any, container: Any) -> float:
    """Seconds that a frame is shown, by itself or by the mean rate."""
    if getattr(frame, "duration", 0) and frame.time_base:
        return float(frame.duration * frame.time_base)
    rate = container.streams.video[0].average_rate
    return 1 / float(rate) if rate else 0.0


def _compare(frame: Any) -> tuple[float, float]:
    """Correlation of the frame with the label in its place, and the height of the label's letters."""
    pixels = frame.to_ndarray(format="gray")
    pixels = np.rot90(pixels, round(frame.rotation / 90) % 4)
    high, wide = pixels.shape
    left, top, width, height = label_place(wide, high)
    template, there = _template(width, height)
    window = pixels[top : top + height, left : left + width]
    template, there = template[: window.shape[0]], there[: window.shape[0]]
    if not there.any():
        return 0.0, 0.0
    found, wanted = window[there].astype(np.float64), template[there]
    found, wanted = found - found.mean(), wanted - wanted.mean()
    power = np.sqrt((found @ found) * (wanted @ wanted))
    return float(found @ wanted / power) if power else 0.0, height * GLYPH / min(wide, high)


@lru_cache(maxsize=4)
def _template(width: int, height: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Brightness of the label at that size, and where it covers the picture, both of shape (height, width)."""
    with container_of(LABEL_PATH) as container:
        frame = next(container.decode(video=0))
    pixels = frame.reformat(width, height, format="rgba").to_ndarray().astype(np.float64)
    return pixels[..., :3] @ (0.299, 0.587, 0.114), pixels[..., 3] > 128
