"""The labels of GB 45438-2025: words that a viewer sees, and metadata that a machine reads."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pitchgen.core.errors import InputError

LABEL_PATH = Path(__file__).with_name("label.png")
"""`AI生成 · AI-generated`, made by `scripts/make_label.py`."""
LABEL_SECONDS = 3.0  # the standard asks for at least 2 s of the opening picture
ASPECT = 1609 / 212  # width to height of the picture
GLYPH = 105 / 212
"""Height of a Latin capital to that of the picture: the lowest reading of what the standard calls the
height of the text, since the Chinese characters beside it are higher. Source: measured on the picture."""
TEXT = 0.06  # of the shortest side; the standard asks for 5% and leaves open how text is measured
WIDEST = 0.92  # of the frame's width: the plate keeps off the edges

AIGC_KEY = "AIGC"
IS_GENERATED = "1"  # 2 would be `possibly`, 3 `suspected`
_ALLOWED = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]*")  # neither space, quote, backslash nor Chinese


@dataclass(frozen=True, slots=True)
class Aigc:
    """The implicit label; Source: GB 45438-2025, appendix on metadata."""

    label: str
    """1 is, 2 possibly is, 3 is suspected to be generated."""
    producer: str
    produce_id: str
    reserved_1: str
    propagator: str
    propagate_id: str
    reserved_2: str


_KEYS = {
    "Label": "label",
    "ContentProducer": "producer",
    "ProduceID": "produce_id",
    "ReservedCode1": "reserved_1",
    "ContentPropagator": "propagator",
    "PropagateID": "propagate_id",
    "ReservedCode2": "reserved_2",
}


def label_size(width_px: int, height_px: int) -> tuple[int, int]:
    """Even width and height in pixels at which the label meets the standard on a frame of that size."""
    height = TEXT * min(width_px, height_px) / GLYPH
    width = min(height * ASPECT, WIDEST * width_px)
    return max(2, int(width) // 2 * 2), max(2, -int(-height // 2) * 2)


@cache
def label_digest() -> str:
    """SHA-256 of the label's picture."""
    return hashlib.sha256(LABEL_PATH.read_bytes()).hexdigest()


def aigc(producer: str, produce_id: str) -> str:
    """The implicit label of something made just now, as JSON; the maker is the first to spread it.

    Raises:
        InputError: a code that is empty or holds what the standard does not allow.
    """
    for name, value in (("producer", producer), ("produce_id", produce_id)):
        if not value or not _ALLOWED.fullmatch(value):
            raise InputError(
                f"{name} {value!r}: GB 45438 allows letters, digits and signs but neither spaces, quotes, "
                "backslashes nor Chinese; use a code such as your company's registration number"
            )
    made = Aigc(IS_GENERATED, producer, produce_id, "", producer, produce_id, "")
    return json.dumps({key: getattr(made, field) for key, field in _KEYS.items()}, separators=(",", ":"))


def read_aigc(text: str) -> Aigc:
    """The implicit label in `text`: the JSON itself, or wrapped as `{"AIGC": {...}}`; both are in use.

    Raises:
        InputError: not such a label; the message says what is missing.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError("the AIGC label is no JSON") from error
    if isinstance(found, dict) and AIGC_KEY in found:
        found = found[AIGC_KEY]
    if not isinstance(found, dict):
        raise InputError("the AIGC label is no JSON object")
    if missing := [key for key in _KEYS if key not in found]:
        raise InputError(f"the AIGC label lacks {', '.join(missing)}")
    return Aigc(**{field: str(found[key]) for key, field in _KEYS.items()})
