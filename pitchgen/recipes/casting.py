"""Who performs which verb in a run: from the settings to the engines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pitchgen.core.config import Settings
from pitchgen.core.engines import Detector, Separator, Synthesizer, TextReader, Transcriber, Translator, Watermarker
from pitchgen.core.errors import InputError
from pitchgen.core.events import Listener, ignore
from pitchgen.core.glossary import Glossary
from pitchgen.edges.glossary import read_glossary
from pitchgen.edges.weights import WeightsFolder, default_weights
from pitchgen.engines import registry
from pitchgen.engines.rack import Rack
from pitchgen.languages import SOURCE, language
from pitchgen.languages.conversion import Rate, rates
from pitchgen.recipes.pull import pull_missing

ENGINE_SETTINGS = (
    "takes", "chat_url", "chat_model", "chat_key", "speech_url", "speech_model", "speech_voice", "speech_key",
)  # fmt: skip
"""Settings that engines may ask for."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who performs each verb."""

    detector: Detector
    transcriber: Transcriber
    """Hears what she says."""
    aligner: Transcriber
    """Places a script on her speech, where there is one."""
    translator: Translator
    synthesizer: Synthesizer
    glossary: Glossary
    """The shop's own terms."""
    rates: tuple[Rate, ...] = ()
    """Currencies that prices are shown in too."""
    separator: Separator = field(default_factory=lambda: registry.load("separate", "none"))
    """Says what is kept of her sound."""
    text_reader: TextReader = field(default_factory=lambda: registry.load("read", "none"))
    """Reads captions in the picture."""
    watermarker: Watermarker = field(default_factory=lambda: registry.load("watermark", "none"))
    """Puts a mark into the new voices that nobody hears."""

    def listener(self, script: Sequence[str] | None) -> Transcriber:
        """Who writes down what is said: her own words are better than any that are heard."""
        return self.aligner if script else self.transcriber

    @property
    def hears(self) -> bool:
        """Whether the transcriber is a recogniser: one that aligns a script hears nothing by itself."""
        return not getattr(self.transcriber, "aligns", False)

    def ears(self, code: str) -> Transcriber | None:
        """Who writes down speech in a language; None where nobody does."""
        known = self.transcriber.languages
        return self.transcriber if self.hears and (not known or code in known) else None

    def speaks(self, code: str) -> bool:
        """Whether there is a voice for a language."""
        return not self.synthesizer.languages or code in self.synthesizer.languages


class Casting:
    """The weights of this machine, the networks that are held, and the profile that was chosen."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._company: Cast | None = None
        self.weights = WeightsFolder(settings.weights or default_weights())
        self.rack = Rack(self.weights, device=settings.device)
        chosen = {verb: name for verb in registry.BUILT_IN if (name := getattr(settings, verb))}
        self.profile = replace(registry.profile(settings.profile, self.weights), **chosen)
        """Which engine performs which verb, with the settings' own choices."""

    def company(self, listen: Listener = ignore) -> Cast:
        """As `cast`, made once: the same engines for every studio."""
        if self._company is None:
            self._company = self.cast(listen)
        return self._company

    def cast(self, listen: Listener = ignore) -> Cast:
        """The engines; none has loaded a network yet. Weights are fetched here where `pull` asks for it.

        Raises:
            PitchgenError: an engine that cannot be used here.
        """
        settings = self._settings
        if settings.pull:
            pull_missing(self.profile.engines.values(), self.weights, use=settings.use, listen=listen)
        detector, transcriber, translator = map(self.engine, ("detect", "transcribe", "translate"))
        hears = not getattr(transcriber, "aligns", False)
        return Cast(
            detector,
            transcriber,
            # one that was named is asked even where there is a script
            registry.load("transcribe", "script") if hears and not settings.transcribe else transcriber,
            translator,
            self.engine("synthesize", recogniser=transcriber if hears else None),
            read_glossary(settings.glossary),
            rates(settings.currency) if settings.currency else (),
            self.engine("separate"),
            self.engine("read"),
            self.engine("watermark"),
        )

    def engine(self, verb: str, **more: Any) -> Any:
        """The profile's engine for `verb`; `more` are options beside those of the settings."""
        options = {name: getattr(self._settings, name) for name in ENGINE_SETTINGS}
        name = self.profile.engines[verb]
        return registry.load(verb, name, use=self._settings.use, rack=self.rack, **options, **more)


def check_languages(languages: Sequence[str], cast: Cast) -> tuple[str, ...]:
    """The languages' codes, each once and each one that can be written; what cannot be spoken is subtitled.

    Raises:
        InputError: none, an unknown or doubled one, or the source language.
    """
    codes = tuple(language(code).code for code in languages)
    if not codes:
        raise InputError("no language is named; give some, as in --langs en,fr,ru")
    if doubled := next((code for code in codes if codes.count(code) > 1), None):
        raise InputError(f"language {doubled} is named twice")
    if SOURCE in codes:
        raise InputError(f"{SOURCE} is what she speaks already; name the languages of her buyers")
    known = cast.translator.languages
    if known and (missing := [code for code in codes if code not in known]):
        listed = ", ".join(sorted(known - {SOURCE}))
        raise InputError(f"{', '.join(missing)} cannot be written by {cast.translator.name}; it knows {listed}")
    return codes
