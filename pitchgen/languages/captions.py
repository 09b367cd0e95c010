"""How much text a reader takes in, and for how long: the rules of captions, one row per script.

The numbers follow what streaming services and broadcasters ask of translated subtitles:

- Netflix, Timed Text Style Guide, General Requirements: at least 5/6 s, at most 7 s, two frames between captions,
  two lines. English template: 42 characters a line, 17 a second.
- The same service's guides by language, as tabulated in "Subtitle specs by language" (sublingo.cc, 2026-06-11):
  Chinese 16 a line and 9 a second, Japanese 13 and 4, Korean 16 and 12, alphabets and Thai 42 and 17.
- BBC, Subtitle Guidelines 1.1.7: two lines; a caption should not outlast the speech by more than 1.5 s.

A character is a Unicode code point, as in those guides; a full-width one counts once.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CaptionRules:
    """What holds for the captions of a language."""

    line_chars: int
    """Longest line."""
    chars_per_second: float
    """Fastest reading, over the time a caption stands."""
    lines: int = 2
    """Most lines at once. Source: Netflix and BBC alike."""
    shortest: float = 1.0
    """Seconds below which a caption flashes by. Source: Netflix takes 5/6 s at least."""
    longest: float = 7.0
    """Seconds after which a reader begins anew. Source: Netflix, General Requirements."""
    gap: float = 0.08
    """Seconds between captions, two frames at 25 Hz: the eye sees that one of the same length was replaced."""


ALPHABETIC = CaptionRules(line_chars=42, chars_per_second=17)
"""Latin, Cyrillic, Greek, Arabic, Hebrew. Source: Netflix, as above."""
ETHIOPIC = CaptionRules(line_chars=32, chars_per_second=13)
"""Source: no guide names it; a syllable sign carries a consonant and its vowel, so three quarters of an alphabet's."""
CHINESE = CaptionRules(line_chars=16, chars_per_second=9)
"""Source: Netflix, as above."""
JAPANESE = CaptionRules(line_chars=13, chars_per_second=4)
"""Source: Netflix, as above: kana are said fast and read no faster than characters."""
HANGUL = CaptionRules(line_chars=16, chars_per_second=12)
"""Source: Netflix, as above."""
INDIC = CaptionRules(line_chars=42, chars_per_second=22)
"""Scripts of South and Southeast Asia but Thai. Source: no guide that could be had here; vowel signs are characters
of their own that take no room, so about a quarter more characters a second than for letters."""
THAI = CaptionRules(line_chars=42, chars_per_second=17)
"""Thai and Lao. Source: Netflix for Thai, as above; Lao is written alike."""

RULES = {
    "Latn": ALPHABETIC, "Cyrl": ALPHABETIC, "Grek": ALPHABETIC, "Arab": ALPHABETIC, "Hebr": ALPHABETIC,
    "Ethi": ETHIOPIC, "Hans": CHINESE, "Jpan": JAPANESE, "Kore": HANGUL,
    "Deva": INDIC, "Beng": INDIC, "Taml": INDIC, "Telu": INDIC, "Khmr": INDIC, "Mymr": INDIC,
    "Thai": THAI, "Laoo": THAI,
}  # fmt: skip
"""By ISO 15924 script."""
