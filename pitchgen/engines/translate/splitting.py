"""Cuts a text into what a translator of sentences takes, joins what it makes of the parts, and hears loops in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

ADDRESS = re.compile(
    r"(?:https?://|www\.)[!-~]*[A-Za-z0-9/_=&#-]"  # ends before the punctuation of the sentence
    r"|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
)
"""Web and mail addresses: a model may spell them otherwise, so that it does not get to see them."""
BREAKS = tuple(
    re.compile(pattern)
    for pattern in (
        # after a sentence, and the quotation mark that closes it
        r"(?<=[。！？!?…\n])(?![。！？!?…”’」』）)\"])|(?<=[。！？!?…][”’」』）)\"])|(?<=\.)(?=\s)",
        r"(?<=[；;：:])",
        r"(?<=[，、])|(?<=,)(?!\d)",  # not within 1,000
        r"(?<=\s)",
    )
)
"""Where a text may be cut: from the best place to the worst."""
LOOP = re.compile(r"(.{2,60}?)\1{4,}", re.DOTALL)
"""The same words five times in a row; people say things three times."""
WITHOUT_SPACES = ("zh", "ja")
"""BCP-47 codes of languages that put nothing between sentences."""
LATIN = str.maketrans("。，、！？；：（）", ".,,!?;:()")
"""Chinese punctuation as other languages write it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text."""

    text: str
    verbatim: bool
    """The same in every language: an address, figures, emoji."""


def parts(text: str, fits: Callable[[str], bool]) -> tuple[Part, ...]:
    """The sentences and addresses of `text`; what does not `fit` is cut at weaker punctuation, at last anywhere.

    Translators trained on sentences leave out some where they are handed several at once.
    """
    found: list[Part] = []
    position = 0
    for address in ADDRESS.finditer(text):
        found += _sentences(text[position : address.start()], fits)
        found.append(Part(address.group(), verbatim=True))
        position = address.end()
    return (*found, *_sentences(text[position:], fits))


def join(pieces: Sequence[tuple[Part, str]], target: str) -> str:
    """One text of parts and what became of them in the language `target` (BCP-47)."""
    space = "" if target in WITHOUT_SPACES else " "
    whole = ""
    for part, text in pieces:
        bare = part.verbatim and not any(character.isalnum() for character in text)
        if bare and target not in WITHOUT_SPACES:
            text = text.translate(LATIN)
        closes = bare and all(character in ".,!?;:)。，、！？；：）…" for character in text)
        whole += text if closes or not whole else space + text
    return whole


def loops(text: str) -> bool:
    """Whether `text` says the same again and again; rows of figures or dots are no speech."""
    return any(any(character.isalpha() for character in found.group(1)) for found in LOOP.finditer(text))


def _sentences(text: str, fits: Callable[[str], bool]) -> Iterator[Part]:
    for sentence in BREAKS[0].split(text):
        if not any(character.isalpha() for character in sentence):
            if sentence.strip():
                yield Part(sentence.strip(), verbatim=True)
            continue
        for piece in _fitting(sentence.strip(), fits, 1):
            yield Part(piece, verbatim=not any(character.isalpha() for character in piece))


def _fitting(text: str, fits: Callable[[str], bool], weakness: int) -> Iterator[str]:
    """Pieces of `text` that fit, each as long as it may be, cut at the breaks from `weakness` on."""
    if len(text) < 2 or fits(text):
        yield from filter(None, [text])
    elif weakness == len(BREAKS):
        middle = len(text) // 2
        yield from _fitting(text[:middle], fits, weakness)
        yield from _fitting(text[middle:], fits, weakness)
    else:
        gathered = ""
        for unit in BREAKS[weakness].split(text):
            if gathered and not fits((gathered + unit).strip()):
                yield from _fitting(gathered.strip(), fits, weakness + 1)
                gathered = ""
            gathered += unit
        yield from _fitting(gathered.strip(), fits, weakness + 1)
