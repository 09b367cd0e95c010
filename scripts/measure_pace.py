"""Prints how many characters a second espeak-ng says of each language's sample: `Language.pace`.

python scripts/measure_pace.py
"""

from __future__ import annotations

from pitchgen.engines.espeak.client import Espeak
from pitchgen.engines.espeak.text import speakable
from pitchgen.engines.espeak.voices import VOICES
from pitchgen.languages import LANGUAGES


def main() -> None:
    """A line for each language that espeak-ng speaks, its own number beside the table's."""
    espeak = Espeak()
    for code, voice in VOICES.items():
        row = LANGUAGES[code]
        said = espeak.speak(speakable(row.sample, code), voice)
        print(f"{code:4} {len(row.sample) / said.audio.duration:5.1f}  in the table: {row.pace}")


if __name__ == "__main__":
    main()
