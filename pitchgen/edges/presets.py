"""Reads the table of platforms."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import msgspec

from pitchgen.core.errors import InputError
from pitchgen.core.preset import Preset

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TABLE = Path(__file__).with_name("presets.toml")


@cache
def presets() -> dict[str, Preset]:
    """The platforms, by the name that a user writes."""
    return msgspec.convert(tomllib.loads(TABLE.read_text("utf-8")), dict[str, Preset])


def preset(name: str) -> Preset:
    """The platform of that name.

    Raises:
        InputError: an unknown name; the message lists those that are known.
    """
    known = presets()
    if name.lower() in known:
        return known[name.lower()]
    near = get_close_matches(name.lower(), known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise InputError(f"no platform is called {name!r}{hint} (there are {', '.join(known)})")
