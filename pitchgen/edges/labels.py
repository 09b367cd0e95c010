"""The labels of GB 45438-2025: words that a viewer sees, and metadata that a machine reads."""

from __future__ import annotations

import hashlib
import json
import re
import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from pitchgen.core.errors import InputError

LABELS = Path(__file__).with_name("label")
"""Pictures of the explicit label, made by `scripts/make_label.py`: one for each language, and one that all may
share."""
SHARED = "shared"
"""`AI生成 · AI-generated`, for a picture that versions in several languages have."""
LABEL_SECONDS = 3.0  # the standard asks for at least 2 s of the opening picture
GLYPH_PX = 105
"""Height of a Latin capital in the pictures: the lowest reading of what the standard calls the height of the text,
since the Chinese characters beside it are higher. Source: measured on the pictures."""
TEXT = 0.06  # of the shortest side; the standard asks for 5% and leaves open how text is measured
TOP = 0.03  # of the frame's height, from above: below the status line of phones
WIDEST = 0.92  # of the frame's width: the plate keeps off the edges

AIGC_KEY = "AIGC"
IS_GENERATED = "1"  # 2 would be `possibly`, 3 `suspected`
LONGEST_CODE = 256  # characters: four times a SHA-256
LONGEST_LABEL = 64 << 10  # characters of JSON: generous for seven codes, and no field for floods
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


@dataclass(frozen=True, slots=True)
class Wording:
    """The picture of the label in the words of a language."""

    path: Path
    width_px: int
    height_px: int
    sha256: str

    @property
    def glyph(self) -> float:
        """Height of a Latin capital to that of the picture."""
        return GLYPH_PX / self.height_px

    def size(self, width_px: int, height_px: int) -> tuple[int, int]:
        """Even width and height in pixels at which the label meets the standard on a frame of that size."""
        height = TEXT * min(width_px, height_px) / self.glyph
        width = min(height * self.width_px / self.height_px, WIDEST * width_px)
        return max(2, int(width) // 2 * 2), max(2, -int(-height // 2) * 2)

    def place(self, width_px: int, height_px: int) -> tuple[int, int, int, int]:
        """Left, top, width and height in pixels of the label on a frame of that size."""
        width, height = self.size(width_px, height_px)
        return (width_px - width) // 2, max(0, int(height_px * TOP)), width, height


@cache
def wording(language: str = SHARED) -> Wording:
    """The label in the words of a BCP-47 code, below the Chinese that the standard asks for; or the one that all share.

    Raises:
        KeyError: no such language.
    """
    path = LABELS / f"{language}.png"
    if not path.is_file():
        raise KeyError(language)
    data = path.read_bytes()
    width, height = struct.unpack(">II", data[16:24])  # the header of a PNG
    return Wording(path, width, height, hashlib.sha256(data).hexdigest())


def wordings() -> tuple[str, ...]:
    """The languages that have a label of their own, and `SHARED`, which comes first."""
    return tuple(sorted((path.stem for path in LABELS.glob("*.png")), key=lambda name: (name != SHARED, name)))


def aigc(producer: str, produce_id: str, source: Aigc | None = None) -> str:
    """The implicit label of something made just now, as JSON.

    The maker is the first to spread it. Where it was made from something that has a label, that one's maker and number
    stay, as who spread it before: one label says both, and a second is not allowed.

    Raises:
        InputError: a code that is empty or holds what the standard does not allow.
    """
    for name, value in (("producer", producer), ("produce_id", produce_id)):
        if not value or not _ALLOWED.fullmatch(value):
            raise InputError(
                f"{name} {value!r}: GB 45438 allows letters, digits and signs but neither spaces, quotes, "
                "backslashes nor Chinese; use a code such as your company's registration number"
            )
    before = (coded(source.producer), coded(source.produce_id)) if source else ("", "")
    propagator, propagate_id = before if all(before) else (producer, produce_id)
    made = Aigc(IS_GENERATED, producer, produce_id, "", propagator, propagate_id, "")
    return json.dumps({key: getattr(made, field) for key, field in _KEYS.items()}, separators=(",", ":"))


def coded(value: str) -> str:
    """A code of somebody else's label as the standard allows it.

    What it forbids is percent-encoded, so that nothing is lost and nothing can be smuggled in; what is longer than any
    code stands by its digest.
    """
    if len(value) > LONGEST_CODE:
        return "sha256:" + hashlib.sha256(value.encode(errors="replace")).hexdigest()
    return "".join(c if _ALLOWED.fullmatch(c) else quote(c, safe="", errors="replace") for c in value)


def codes_allowed(label: Aigc) -> bool:
    """Whether every value holds only characters that the standard allows."""
    return all(_ALLOWED.fullmatch(getattr(label, field)) for field in _KEYS.values())


def read_aigc(text: str) -> Aigc:
    """The implicit label in `text`: the JSON itself, or wrapped as `{"AIGC": {...}}`; both are in use.

    Raises:
        InputError: not such a label; the message says what is missing.
    """
    if len(text) > LONGEST_LABEL:
        raise InputError(f"the AIGC label has {len(text)} characters; seven codes need no more than {LONGEST_LABEL}")
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
    if wrong := [key for key in _KEYS if not isinstance(found[key], str | int)]:
        raise InputError(f"the AIGC label has no text in {', '.join(wrong)}")
    return Aigc(**{field: str(found[key]) for key, field in _KEYS.items()})
