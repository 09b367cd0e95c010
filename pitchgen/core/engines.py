"""The Protocols an engine fulfils, and the items that flow through them.

Every method takes a batch and returns as many results in the same order. An item carries everything
that its result depends on, so that it can be a cache key by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from pitchgen.core.audio import Audio, Samples, Voice
from pitchgen.core.box import Box
from pitchgen.core.errors import UnsupportedError
from pitchgen.core.footage import Pixels, Reading
from pitchgen.core.transcript import Span, Transcript


@dataclass(frozen=True, slots=True)
class Licence:
    """Under which terms an engine and its weights may be used."""

    name: str
    """SPDX identifier where there is one."""
    commercial: bool
    """Whether merchants may use what it makes."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Speech to be written down."""

    audio: Audio
    spans: tuple[Span, ...]
    """Where somebody speaks, in order."""
    language: str
    """BCP-47 code of what is spoken."""
    script: tuple[str, ...] | None = None
    """The sentences that were spoken, in order, where they are known beforehand."""
    hotwords: tuple[str, ...] = ()
    """Names and terms that may occur: the shop, its brands, its goods."""


@dataclass(frozen=True, slots=True)
class Translation:
    """A sentence to be translated."""

    text: str
    source: str
    """BCP-47 code."""
    target: str
    """BCP-47 code."""
    context: tuple[str, ...] = ()
    """All sentences of the pitch, in order, for a translator that is `contextual`."""
    glossary: tuple[tuple[str, str], ...] = ()
    """Terms of `text` and what they are called in the target language, for one that is `contextual` or `exact`."""
    seconds: float | None = None
    """How long it may take to say, for a translator that is `contextual`."""
    hypotheses: int = 1
    """How many translations to return at most."""


@dataclass(frozen=True, slots=True)
class Translated:
    """What a translator made of one sentence."""

    text: str | None
    """None where the engine does not know the sentence: nothing is guessed."""
    alternatives: tuple[str, ...] = ()
    """Other translations, the likelier first, where more than one hypothesis was asked for."""
    pivot: str | None = None
    """BCP-47 code of the language it went through, where there is no direct way."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A sentence to be said."""

    text: str
    language: str
    """BCP-47 code."""
    voice: Voice


TIMBRES = {
    "cloned": "her own voice, cloned",
    "converted": "another speaker's voice, converted to the tone of hers",
    "tinted": "a synthetic voice tinted to hers, not a clone",
    "stock": "a stock voice, not hers",
    "none": "not dubbed: her own sound, with subtitles",
}
NEED_CONSENT = ("cloned", "converted")
"""Timbres that take a person's voice: no consent record, no such voice."""


@runtime_checkable
class Engine(Protocol):
    """What all engines have. Making one is cheap; weights load at the first batch.

    An engine may also have `batch_size: int`, how many items it likes to be handed at once; a translator
    `contextual: bool`, whether it reads the context, the glossary and the time that come with a sentence, and
    `exact: bool`, whether it writes prices, quantities and terms by itself, out of the Chinese as it was said; a
    synthesizer `reference_rate: int`, in Hz, at which it wants to hear whom it imitates; one that asks somebody else to
    do the work `service: str`, whose address, which may send a bill.
    """

    @property
    def name(self) -> str:
        """The name in the registry."""

    @property
    def fingerprint(self) -> str:
        """Name, weights digest, options and library version: all that changes what it returns."""

    @property
    def languages(self) -> frozenset[str]:
        """BCP-47 codes of what it hears, writes or says; empty where language does not matter."""

    @property
    def licence(self) -> Licence:
        """The strictest terms among the engine and its weights."""


class Detector(Engine, Protocol):
    """Finds where somebody speaks."""

    def detect(self, recordings: Sequence[Audio]) -> Sequence[tuple[Span, ...]]: ...


class TextReader(Engine, Protocol):
    """Reads text that stands in pictures; `languages` are those it reads, none of them where it reads nothing."""

    def find(self, pictures: Sequence[Pixels]) -> Sequence[tuple[Box, ...]]:
        """Where lines of text stand in each picture."""

    def read(self, lines: Sequence[Pixels]) -> Sequence[Reading]:
        """What stands in each picture of one line."""


class Transcriber(Engine, Protocol):
    """Writes down what is said.

    One whose attribute `aligns` is true hears nothing: it needs `Recording.script`. One that hears only some speech
    says so in its attribute `limits`: what follows "which".
    """

    def transcribe(self, recordings: Sequence[Recording]) -> Sequence[Transcript]: ...


class Translator(Engine, Protocol):
    """Says it in another language."""

    def translate(self, requests: Sequence[Translation]) -> Sequence[Translated]: ...


class Synthesizer(Engine, Protocol):
    """Says it aloud."""

    def timbre(self, language: str) -> str:
        """Whose voice is heard in a language (BCP-47): one of `TIMBRES`."""

    def synthesize(self, utterances: Sequence[Utterance]) -> Sequence[Audio]: ...


Leaves = Literal["nothing", "everything", "background"]
"""What is left of a sound: it is replaced; it is kept and lowered under the new voice; its voice is taken out."""


class Separator(Engine, Protocol):
    """Takes her voice out of her sound.

    Unlike the others it is handed one recording, in pieces: an hour in stereo would fill the memory.
    """

    @property
    def leaves(self) -> Leaves:
        """What is left. One that leaves the background claims that no voice is in it, which is measured."""

    def separate(self, blocks: Iterable[Samples]) -> Iterator[Samples]:
        """What is left of sound at 48 kHz, shape (n,) or (n, n_channels): as many samples, of as many channels."""


class Watermarker(Engine, Protocol):
    """Puts a mark into sound that nobody hears and a detector finds."""

    @property
    def marks(self) -> bool:
        """Whether it does."""

    def watermark(self, blocks: Iterable[Samples]) -> Iterator[Samples]:
        """Mono sound at 48 kHz, marked: as many samples."""

    def detect(self, audio: Audio) -> float:
        """Share of the sound that has the mark, 0 to 1."""


def require_language(engine: Engine, code: str, verb: str) -> None:
    """Refuse a language that `engine` does not `verb`.

    Raises:
        UnsupportedError: the message lists those it knows.
    """
    if engine.languages and code not in engine.languages:
        known = ", ".join(sorted(engine.languages))
        raise UnsupportedError(f"{engine.name} does not {verb} {code}; it knows {known}")
