"""Reads the settings: `pitchgen.toml` < `PITCHGEN_*` < what the caller gives."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Any, get_args

import msgspec

from pitchgen.core.config import Settings
from pitchgen.core.errors import InputError, StorageError
from pitchgen.core.folders import user_cache
from pitchgen.core.hosting import Hosting
from pitchgen.core.lettering import STYLES
from pitchgen.core.picture import Fill
from pitchgen.core.transcript import WordSource
from pitchgen.edges.subtitle_formats import WRITERS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = "pitchgen.toml"
PREFIX = "PITCHGEN_"
CHOICES = {
    "untranslated": ("stop", "keep"),
    "verify": ("speech", "text"),
    "words": ("auto", *(source.value for source in WordSource)),
    "compare": ("cheap", "all", "none"),
    "absorb": ("audio", "freeze", "slow"),
    "old_captions": ("keep", "cover"),
    "captions": ("soft", "burn", "none"),
    "caption_style": tuple(STYLES),
    "fill": get_args(Fill),
    "use": ("commercial", "research"),
    "device": ("auto", "cpu", "cuda", "mps"),
}
PACKAGES = ("video", "tracks", "tracks.mkv", "hls")
LOUDNESS_LUFS = (-31.0, -9.0)
"""From the quietest that anybody broadcasts to what a limiter can reach without flattening speech."""
ELSEWHERE = {"phrasebook"}
"""`PITCHGEN_*` variables that an engine reads by itself."""
SERVICE = "service"
"""The table of the file, and the beginning of the variables, that are for who hosts pitchgen."""


def read_settings(given: Mapping[str, Any], *, folder: Path | None = None) -> Settings:
    """The settings of a run in `folder` (by default the current one); `given` values of None do not count.

    Raises:
        InputError: a file that cannot be parsed, an unknown setting, or a value of the wrong kind.
    """
    names = [field.name for field in fields(Settings)]
    values: dict[str, Any] = {}
    for source, found in (
        (FILE, _from_file((folder or Path.cwd()) / FILE)),
        ("environment", _from_environment()),
        ("arguments", {name: value for name, value in given.items() if value is not None}),
    ):
        for name in found:
            if name not in names:
                near = get_close_matches(name, names, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                raise InputError(f"{source}: no setting is called {name!r}{hint}")
        values |= found
    for name, choices in CHOICES.items():
        if values.get(name, choices[0]) not in choices:
            raise InputError(f"{name} is {' or '.join(choices)}, not {values[name]!r}")
    if isinstance(values.get("takes"), int) and values["takes"] < 1:
        raise InputError(f"takes is how often a sentence is said, at least once, not {values['takes']}")
    for name in str(values.get("package", "")).lower().split(","):
        if name.strip() and name.strip() not in PACKAGES:
            raise InputError(f"package is {', '.join(PACKAGES)}, not {name.strip()!r}")
    _check_loudness(values.get("loudness"))
    for name in str(values.get("subtitles", "")).lower().split(","):
        if name.strip() and name.strip() not in WRITERS:
            raise InputError(f"subtitles are {', '.join(WRITERS)}, not {name.strip()!r}")
    try:
        return msgspec.convert(values, Settings, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise InputError(f"settings: {error}") from error


def _check_loudness(lufs: object) -> None:
    """Refuse what no player or platform plays at.

    Raises:
        InputError: outside of `LOUDNESS_LUFS`, or no number.
    """
    least, most = LOUDNESS_LUFS
    try:
        sane = lufs is None or least <= float(str(lufs)) <= most
    except ValueError:
        sane = False
    if not sane:
        raise InputError(f"loudness is from {least:g} to {most:g} LUFS, as in -16 (usual), -14 or -23, not {lufs!r}")


def read_hosting(given: Mapping[str, Any], *, folder: Path | None = None) -> Hosting:
    """The settings of the service; `given` values of None do not count.

    Raises:
        InputError: a file that cannot be parsed, an unknown setting, or a value of the wrong kind.
    """
    names = [field.name for field in fields(Hosting)]
    prefix = f"{PREFIX}{SERVICE}_".upper()
    environment = {name[len(prefix) :].lower(): value for name, value in os.environ.items() if name.startswith(prefix)}
    chosen = {name: value for name, value in given.items() if value is not None}
    values = {**_tables((folder or Path.cwd()) / FILE).get(SERVICE, {}), **environment, **chosen}
    for name in values:
        if name not in names:
            near = get_close_matches(name, names, n=1)
            raise InputError(f"{SERVICE}: no setting is called {name!r}{f'; did you mean {near[0]}?' if near else ''}")
    try:
        hosting = msgspec.convert(values, Hosting, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise InputError(f"settings of the service: {error}") from error
    _check_hosting(hosting)
    return hosting


def _check_hosting(hosting: Hosting) -> None:
    """Refuse limits that nobody could keep, and networks that are none.

    Raises:
        InputError: the setting is named.
    """
    for name in ("upload_gib", "requests_per_minute", "batch_jobs"):
        if not getattr(hosting, name) > 0:
            raise InputError(f"{SERVICE}: {name} is more than 0, not {getattr(hosting, name):g}")
    for network in hosting.networks:
        try:
            ip_network(network)
        except ValueError as error:
            raise InputError(f"{SERVICE}: inside is networks, as in 10.2.0.0/16,fd00::/8: {error}") from None


def default_store() -> Path:
    """The user's cache folder."""
    return user_cache()


def _from_file(path: Path) -> dict[str, Any]:
    return {name: value for name, value in _tables(path).items() if name != SERVICE}


def _tables(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        return found
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not valid TOML: {error}") from error
    except OSError as error:
        raise StorageError(f"{path}: cannot be read: {error.strerror}") from error


def _from_environment() -> dict[str, Any]:
    found = {name[len(PREFIX) :].lower(): value for name, value in os.environ.items() if name.startswith(PREFIX)}
    return {
        name: value
        for name, value in found.items()
        if value and name not in ELSEWHERE and not name.startswith(f"{SERVICE}_")
    }


def _path(type_: type, value: Any) -> Any:
    if type_ is Path:
        return Path(value)
    raise TypeError(type_)
