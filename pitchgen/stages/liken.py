"""How alike a new voice sounds to the one it is meant to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Protocol

import numpy as np

from pitchgen.core.audio import Audio
from pitchgen.core.fingerprint import key
from pitchgen.core.report import Likeness
from pitchgen.core.stage import stage

ENOUGH = 12.0  # seconds of the new voice: its median pitch and mean spectrum move little after that


class Kept(Protocol):
    """A sound in the store: known by its key, read when it is needed."""

    @property
    def key(self) -> str: ...
    @property
    def audio(self) -> Audio: ...


@dataclass(frozen=True, slots=True)
class Pair:
    """Two voices to compare."""

    reference: Audio
    """Hers."""
    sounds: tuple[Kept, ...]
    """The new one, sentence by sentence."""

    @property
    def fingerprint(self) -> str:
        """By the keys of the sounds, so that a run which has compared them reads none."""
        return key(self.reference, [sound.key for sound in self.sounds])


@stage(version=1)
def liken(pairs: Sequence[Pair], performer: None = None) -> Sequence[Likeness]:
    """The distance of `dsp.likeness` between the voices of each pair; nobody performs it.

    Kept like any result: it takes a tenth of a second a version.
    """
    del performer
    return [_likeness(pair) for pair in pairs]


def _likeness(pair: Pair) -> Likeness:
    from pitchgen.dsp.likeness import distance

    taken: list[Audio] = []
    for sound in takewhile(lambda _: sum(audio.duration for audio in taken) < ENOUGH, pair.sounds):
        taken.append(sound.audio)
    rates = {audio.rate for audio in taken}
    if len(rates) != 1 or not pair.reference.duration:  # nothing is said, or she has no voice to compare with
        return Likeness(None, 0.0)
    voice = Audio(np.concatenate([audio.samples for audio in taken]), rates.pop())
    found = distance(pair.reference, voice)
    return Likeness(found if np.isfinite(found) else None, voice.duration)
