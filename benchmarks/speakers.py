"""Tells people apart by `pitchgen.dsp.likeness`: how often one person is refused, and how often another passes.

    python benchmarks/speakers.py CLIP...

Each clip is taken for one person's. Its speech is cut into pieces of 2 s; pairs within a clip are one person, pairs
across clips are two.
"""

from __future__ import annotations

import argparse
from itertools import combinations
from pathlib import Path

import numpy as np

from pitchgen.core.audio import Audio
from pitchgen.dsp.likeness import DIFFERENT, distance
from pitchgen.edges.ffmpeg import SPEECH_RATE, Ffmpeg
from pitchgen.edges.probe import probe_sound
from pitchgen.engines import registry

PIECE = 2.0  # seconds


def pieces(path: Path) -> list[Audio]:
    """The speech of a clip, in pieces."""
    audio = Ffmpeg().decode(probe_sound(path))
    (spans,) = registry.load("detect", "silero").detect([audio])
    speech = np.concatenate([np.zeros(0, np.float32), *(audio.cut(span).samples for span in spans)])
    length = round(PIECE * SPEECH_RATE)
    return [Audio(speech[at : at + length], SPEECH_RATE) for at in range(0, len(speech) - length + 1, length)]


def main() -> None:
    """Print both error rates at the threshold in use, and the nearest and farthest pairs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="+", type=Path)
    heard = [(clip, piece) for clip in parser.parse_args().clips for piece in pieces(clip)]
    same: list[float] = []
    different: list[float] = []
    for (one, piece), (other, another) in combinations(heard, 2):
        (same if one == other else different).append(distance(piece, another))
    if not same or not different:
        parser.error("give two clips or more, one of them with 4 s of speech")
    print("| pairs | of | nearest | farthest | wrong at the threshold |")
    print("|---|---|---|---|---|")
    refused = sum(apart > DIFFERENT for apart in same)
    passed = sum(apart <= DIFFERENT for apart in different)
    print(f"| one person | {len(same)} | {min(same):.1f} | {max(same):.1f} | {refused} refused |")
    print(f"| two people | {len(different)} | {min(different):.1f} | {max(different):.1f} | {passed} passed |")


if __name__ == "__main__":
    main()
