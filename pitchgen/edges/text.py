"""Text files as merchants' computers write them: UTF-8, GBK, Big5 or UTF-16, with or without a mark."""

from __future__ import annotations

import codecs
import errno
import unicodedata
from pathlib import Path

from pitchgen.core.errors import InputError, StorageError

LARGEST = 8 << 20  # bytes: a thousand times a long script; more is not something a person wrote
COMMON = 0.7
"""Share of the characters beyond ASCII that are common Chinese ones in a right decoding. Source: scripts of
this package in GB 18030 and Big5 score above 0.9 as what they are and below 0.6 as each other."""

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_LEVEL_1 = {"gb18030": ("gb2312", 0xB0, 0xD7), "big5": ("big5", 0xA4, 0xC6)}
"""Where a standard keeps its common characters: its strict codec, their first and last lead byte."""
_CONTROLS = frozenset("\t\n\r\f\v\x1a")  # what text may hold of them; old editors end a file with 1A


def read_text(path: Path) -> str:
    """The content of a text file, whatever its encoding; line ends stay as they are.

    Raises:
        InputError: no such file, a folder, an empty or huge file, or one that is no text.
        StorageError: the file cannot be read.
    """
    data = _read_bytes(path)
    text = _decode(data)
    if text is None:
        raise InputError(f"{path}: not a text file in a known encoding; save it as UTF-8")
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise InputError(f"{path}: the file is empty")
    return text


def _read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except IsADirectoryError as error:
        raise InputError(f"{path}: a folder; name the text file in it") from error
    except OSError as error:
        if error.errno in (errno.ENOTDIR, errno.ENAMETOOLONG):
            raise InputError(f"{path}: no such file") from error
        raise StorageError(f"{path}: cannot be read: {error.strerror or error}") from error
    if len(data) > LARGEST:
        raise InputError(f"{path}: larger than {LARGEST >> 20} MB; this is no script")
    return data


def _decode(data: bytes) -> str | None:
    """The text of `data`, or None where no encoding makes sense of it."""
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return _sensible(data, encoding)
    if (text := _sensible(data, "utf-8")) is not None:
        return text
    if b"\0" in data:
        texts = [text for e in ("utf-16-le", "utf-16-be") if (text := _sensible(data, e)) is not None]
        return min(texts, key=_oddness, default=None)
    known = {encoding: text for encoding in _LEVEL_1 if (text := _sensible(data, encoding)) is not None}
    scores = {encoding: _commonness(text, encoding) for encoding, text in known.items()}
    best = max(scores, key=scores.__getitem__, default=None)
    return known[best] if best and scores[best] >= COMMON else _guess(data)


def _sensible(data: bytes, encoding: str) -> str | None:
    """`data` in `encoding`, unless that is wrong or holds what no text holds."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    odd = any(unicodedata.category(c) in ("Cc", "Cn", "Co") and c not in _CONTROLS for c in set(text))
    return None if odd else text


def _commonness(text: str, encoding: str) -> float:
    """Share of the characters beyond ASCII that are everyday Chinese characters or punctuation."""
    codec, first, last = _LEVEL_1[encoding]
    beyond = [c for c in text if c > "\x7f"]
    coded = [c.encode(codec, "ignore") for c in beyond]
    common = [b for b in coded if len(b) == 2 and (first <= b[0] <= last or b[0] in (0xA1, 0xA3))]
    return len(common) / max(1, len(beyond))


def _oddness(text: str) -> int:
    """How many kinds of characters a text mixes: UTF-16 read the wrong way round mixes many."""
    return len({unicodedata.name(c, "?").split()[0] for c in text})


def _guess(data: bytes) -> str | None:
    """What charset-normalizer takes it for: other languages' code pages."""
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    return None if best is None else _sensible(data, best.encoding)
