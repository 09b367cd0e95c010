"""The label in the initialisation segment of fragmented MP4, which holds no media and no offsets."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from pitchgen.core.errors import MediaError, UnsupportedError
from pitchgen.edges.labels import AIGC_KEY

MOST_INIT = 1 << 20  # bytes: an initialisation segment has about a thousand
_TEXT = 1  # type of a value: UTF-8. Source: QuickTime File Format, well-known types


def write_init(path: Path, target: Path, label: str) -> None:
    """`moov.udta.meta` with the label, instead of one that is there.

    Raises:
        MediaError, UnsupportedError: no such segment.
    """
    pieces = []
    for name, body in _top(path):
        if name == b"moov":
            kept = [_box(inner, content) for inner, content in _boxes(body, path) if inner != b"udta"]
            body = b"".join(kept) + _box(b"udta", _meta(label))
        pieces.append(_box(name, body))
    target.write_bytes(b"".join(pieces))


def read_init(path: Path) -> list[str]:
    """Every label in the `moov` box."""
    found = []
    for name, body in _top(path):
        inner = [content for name_, content in _boxes(body, path) if name_ == b"udta"] if name == b"moov" else []
        for user_data in inner:
            for kind, meta in _boxes(user_data, path):
                if kind == b"meta":
                    found += _values(meta[4:], path)
    return found


def _values(meta: bytes, path: Path) -> list[str]:
    """What stands under the key AIGC in a `meta` box without its version."""
    parts = dict(_boxes(meta, path))
    keys = [content for _, content in _boxes(parts.get(b"keys", b"")[8:], path)]
    found = []
    for number, item in _boxes(parts.get(b"ilst", b""), path):
        index = int.from_bytes(number, "big") - 1
        if 0 <= index < len(keys) and keys[index] == AIGC_KEY.encode():
            found += [value[8:].decode("utf-8", "replace") for kind, value in _boxes(item, path) if kind == b"data"]
    return found


def _meta(label: str) -> bytes:
    handler = _box(b"hdlr", struct.pack(">II4s12xB", 0, 0, b"mdta", 0))
    keys = _box(b"keys", struct.pack(">II", 0, 1) + _box(b"mdta", AIGC_KEY.encode()))
    item = _box(struct.pack(">I", 1), _box(b"data", struct.pack(">II", _TEXT, 0) + label.encode()))
    return _box(b"meta", struct.pack(">I", 0) + handler + keys + _box(b"ilst", item))


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body


def _top(path: Path) -> Iterator[tuple[bytes, bytes]]:
    if path.stat().st_size > MOST_INIT:
        raise UnsupportedError(f"{path}: too large for an initialisation segment")
    data = path.read_bytes()
    if data[4:8] not in (b"ftyp", b"styp"):
        raise MediaError(f"{path}: no initialisation segment of fMP4")
    return _boxes(data, path)


def _boxes(data: bytes, path: Path) -> Iterator[tuple[bytes, bytes]]:
    """Name and body of each box.

    Raises:
        MediaError: a box that is longer than what it stands in.
    """
    place = 0
    while place + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, place)
        if size < 8 or place + size > len(data):
            raise MediaError(f"{path}: a damaged MP4 box")
        yield name, data[place + 8 : place + size]
        place += size
