"""What identifies a value: the ground on which results are reused."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import PurePath

from pitchgen.core.audio import Audio


def key(*parts: object) -> str:
    """Hexadecimal SHA-256 of the canonical form of `parts`.

    Raises:
        TypeError: a part of a type that has no canonical form, so that nothing is keyed by its address.
    """
    return hashlib.sha256(canonical(parts).encode()).hexdigest()


def canonical(value: object) -> str:
    """An unambiguous text of `value`: the same for equal values, in every process."""
    if isinstance(value, Audio):
        return f"Audio:{_audio(value)}"
    if hasattr(value, "fingerprint"):
        return f"{type(value).__name__}:{value.fingerprint}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = (canonical(getattr(value, field.name)) for field in dataclasses.fields(value))
        return f"{type(value).__name__}({','.join(fields)})"
    if isinstance(value, Mapping):
        pairs = sorted((canonical(k), canonical(v)) for k, v in value.items())
        return f"{{{','.join(':'.join(pair) for pair in pairs)}}}"
    if isinstance(value, tuple | list):
        return f"[{','.join(map(canonical, value))}]"
    if isinstance(value, str | int | float | bool | PurePath | None):
        return repr(str(value) if isinstance(value, PurePath) else value)
    raise TypeError(f"no canonical form for {type(value).__name__}")


@lru_cache(maxsize=2)  # the recording and the voice: a larger cache would keep whole recordings in memory
def _audio(audio: Audio) -> str:
    """Audio compares by identity, so a voice that a thousand utterances carry is hashed once."""
    return audio.fingerprint
