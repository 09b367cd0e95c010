"""The shop's terms put into a Chinese sentence before a network translates it, and into what it made of it.

Networks copy what is already in the target language more often than they translate a term as a shop wishes, and
letters that mean nothing more often still. Neither is certain, so that whoever uses this has to look for the term.
Source: Song et al., Code-Switching for Enhancing NMT with Pre-Specified Translation, NAACL 2019; Post et al., An
Exploration of Placeholding in Neural Machine Translation, MT Summit 2019.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from pitchgen.core.glossary import Use
from pitchgen.languages import language

_STAND_IN = "XQ{}"
"""Capitals that are no word in any language; no digits, which a network may write otherwise."""


@dataclass(frozen=True, slots=True)
class Worded:
    """A sentence as a network is handed it."""

    text: str
    stand_ins: tuple[tuple[str, str], ...] = ()
    """Letters in `text`, and the term of the target language that they stand for."""

    def restored(self, translation: str) -> str | None:
        """What the network made of `text`, the terms in place of their stand-ins; None where one of them is lost."""
        for letters, term in self.stand_ins:
            pattern = rf"(?<![A-Za-z0-9]){letters}(?![A-Za-z0-9])"
            translation, times = re.subn(pattern, lambda _, term=term: term, translation, flags=re.IGNORECASE)  # type: ignore[misc]
            if not times:
                return None
        return translation


def switched(text: str, uses: Sequence[Use], code: str) -> Worded:
    """`text` with terms in the language `code` (BCP-47) in place of the Chinese.

    A term that is Chinese there too, because it is not to be translated, would be translated: letters stand for it.
    """
    foreign = [use for use in uses if _chinese(use.translation) and language(code).script not in ("Hans", "Jpan")]
    return _worded(text, uses, {use.translation for use in foreign})


def held(text: str, uses: Sequence[Use]) -> Worded:
    """`text` with letters in place of every term."""
    return _worded(text, uses, {use.translation for use in uses})


def _worded(text: str, uses: Sequence[Use], kept_out: set[str]) -> Worded:
    taken = "\n".join((text, *(use.translation for use in uses))).upper()
    free = (letters for sign in ascii_uppercase if (letters := _STAND_IN.format(sign)) not in taken)
    stand_ins = dict(zip(sorted(kept_out), free, strict=False))
    written = text
    for use in reversed(uses):
        written = _put(written, use, stand_ins.get(use.translation, use.translation))
    return Worded(written, tuple((letters, term) for term, letters in stand_ins.items()))


def _put(text: str, use: Use, word: str) -> str:
    """`word` in the place of a term, apart from letters and digits beside it."""
    before, after = text[: use.start], text[use.end :]
    left = " " if before and _letter(before[-1]) and _letter(word[0]) else ""
    right = " " if after and _letter(after[0]) and _letter(word[-1]) else ""
    return before + left + word + right + after


def _letter(character: str) -> bool:
    """Whether `character` runs into the next one: a Chinese one does not."""
    return character.isalnum() and not _chinese(character)


def _chinese(text: str) -> bool:
    return any(unicodedata.name(character, "").startswith("CJK") for character in text)
