"""Which fonts write a script well, and where they are had; Noto is under the SIL Open Font License."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Typefaces:
    """Fonts of a script."""

    script: str
    """In English, for messages."""
    families: tuple[str, ...]
    """The best first."""
    package: str = "fonts-noto-core"
    """Of Debian and Ubuntu."""

    @property
    def download(self) -> str:
        """What to look for where there are no packages."""
        return self.families[0]


LATIN = Typefaces("the Latin, Greek and Cyrillic scripts", ("Noto Sans", "DejaVu Sans"))
CHINESE = Typefaces("Chinese writing", ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC"), "fonts-noto-cjk")

TYPEFACES = {
    "Latn": LATIN,
    "Cyrl": LATIN,
    "Grek": LATIN,
    "Arab": Typefaces("the Arabic script", ("Noto Sans Arabic", "Noto Naskh Arabic")),
    "Hebr": Typefaces("the Hebrew script", ("Noto Sans Hebrew",)),
    "Ethi": Typefaces("the Ethiopic script", ("Noto Sans Ethiopic",)),
    "Deva": Typefaces("the Devanagari script", ("Noto Sans Devanagari",)),
    "Beng": Typefaces("the Bengali script", ("Noto Sans Bengali",)),
    "Taml": Typefaces("the Tamil script", ("Noto Sans Tamil",)),
    "Telu": Typefaces("the Telugu script", ("Noto Sans Telugu",)),
    "Thai": Typefaces("the Thai script", ("Noto Sans Thai",)),
    "Laoo": Typefaces("the Lao script", ("Noto Sans Lao",)),
    "Khmr": Typefaces("the Khmer script", ("Noto Sans Khmer",)),
    "Mymr": Typefaces("the Burmese script", ("Noto Sans Myanmar",)),
    "Hans": CHINESE,
    "Jpan": Typefaces("Japanese writing", ("Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP"), "fonts-noto-cjk"),
    "Kore": Typefaces("Korean writing", ("Noto Sans CJK KR", "Noto Sans KR", "Source Han Sans KR"), "fonts-noto-cjk"),
}
"""By ISO 15924 script."""

ALSO = (*LATIN.families, "Noto Sans Symbols", "Noto Sans Symbols2", "Noto Sans Math")
"""For what a script's own font lacks: Latin names of goods, figures, signs."""
