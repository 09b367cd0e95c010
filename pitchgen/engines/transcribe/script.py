"""The merchant's own script, placed on her speech.

espeak-ng reads the script, and dynamic time warping finds in the recording what it read. No weights: it
knows when each sentence is said, and cannot know whether it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pitchgen.core.audio import Audio
from pitchgen.core.engines import Licence, Recording, Transcriber
from pitchgen.core.errors import InputError, MissingWeights
from pitchgen.core.transcript import Segment, Span, Transcript
from pitchgen.dsp.dtw import Warp, warp
from pitchgen.dsp.resample import resample, resampled_blocks
from pitchgen.dsp.spectrum import HOP, RATE, cepstra
from pitchgen.engines.espeak.client import Espeak, release, shared
from pitchgen.engines.espeak.text import has_speech, speakable
from pitchgen.engines.espeak.voices import VOICES, voice_of

RECIPE = 2  # raise it whenever the same recording gives other spans
FRAME = HOP / RATE  # seconds

READING_RATE = 190  # words per minute: a brisk seller
AUDIBLE = 10 ** (-38 / 20)  # of espeak's peak; below it, its lead-in and lead-out

FASTEST = 2.6  # times the reading: 12 syllables a second, faster than any auctioneer
SLOWEST = 1 / 6  # of the reading: 0.8 syllables a second over the speech alone

SURE, CHANCE = 0.6, 1.0  # relative costs of score 1 and of score 0

CLEAR_DB = 25.0  # from the noise to the loud frames; in more noise, soft speech is no louder than a pause
QUIET_SHARE = 0.30  # of the way from the noise to the loud frames
QUIET_DB = 38.0  # below the loud frames it is no speech, however quiet the room
HANGOVER = 5  # frames over which a decision is smoothed: a stop consonant is no pause
SNAP = 18  # frames, 0.36 s: an edge moves to the quietest place within it
SNAP_SLOPE_DB = 0.25  # per frame: of two quiet places the nearer one
PAUSE_DB = 6.0  # above its quietest frame a pause has ended
SHORTEST = 3  # frames: what a sentence keeps at least

Levels = NDArray[np.float32]
Mask = NDArray[np.bool_]
Edges = NDArray[np.int64]


class ScriptAligner:
    """Gives each sentence of `Recording.script` its time in the recording."""

    name = "script"
    aligns = True
    languages = frozenset(VOICES)
    licence = Licence("GPL-3.0-or-later", commercial=True)

    def __init__(self, espeak: Espeak | None = None) -> None:
        self._espeak = espeak

    @property
    def fingerprint(self) -> str:
        """Recipe and wheel."""
        return f"script-{RECIPE}+{release()}"

    def transcribe(self, recordings: Sequence[Recording]) -> Sequence[Transcript]:
        """The script of each recording with the time of each sentence, and a score.

        The score compares the cost of the warp with that of the same reading played backwards, which has
        the same sounds and says nothing: it falls in a line from 1 at `SURE` of that cost to 0 at `CHANCE`.

        Raises:
            MissingWeights: a recording without a script.
            InputError: a script that cannot be what is said: no speech, far too long or far too short.
        """
        return [self._aligned(recording) for recording in recordings]

    def _aligned(self, recording: Recording) -> Transcript:
        script = _script(recording)
        features, levels = cepstra(resampled_blocks(recording.audio, RATE))
        speech = _speech(levels, recording.spans)
        frames = np.flatnonzero(speech)
        reading = self._read(script, recording.language)
        _refuse_impossible(len(reading.features), len(frames))
        found = warp(features[frames], reading.features)
        relative = found.cost / warp(features[frames], reading.features[::-1]).cost
        starts, ends = _edges(found, reading.edges, frames)
        starts, ends = _snapped(starts, ends, levels, speech)
        spans = _in_order(starts, ends, len(levels), recording.audio.duration)
        segments = tuple(map(Segment, spans, script))
        return Transcript(recording.language, segments, origin=self.name, score=score(relative))

    def _read(self, script: Sequence[str], language: str) -> _Reading:
        """espeak-ng's reading, sentence by sentence, so that their borders are known exactly."""
        espeak, voice = self._espeak or shared(), voice_of(language)
        parts, edges = [], [0]
        for sentence in script:
            said = espeak.speak(speakable(sentence, language), voice, rate=READING_RATE).audio
            features, _ = cepstra([resample(_trimmed(said), RATE).samples])
            if not len(features):
                raise InputError(f"nothing can be read aloud in the sentence {sentence!r}")
            parts.append(features)
            edges.append(edges[-1] + len(features))
        return _Reading(np.concatenate(parts), np.array(edges))


@dataclass(frozen=True, slots=True)
class _Reading:
    features: NDArray[np.float32]
    """Shape (n_frames, 13)."""
    edges: Edges
    """First frame of each sentence, and the end, shape (n_sentences + 1,)."""


def score(relative_cost: float) -> float:
    """0 to 1, higher is better, for the cost of a warp in parts of that of the reversed reading."""
    return float(np.clip((CHANCE - relative_cost) / (CHANCE - SURE), 0.0, 1.0))


def _script(recording: Recording) -> tuple[str, ...]:
    if recording.script is None:
        raise MissingWeights(
            "no script, and no recogniser on this machine: put the script beside the video as a .txt or .srt "
            "file, name it with --script, use a video with a soft subtitle track, or install a recogniser "
            "with pip install 'pitchgen[models]'"
        )
    if not recording.script:
        raise InputError("the script is empty")
    if dumb := next((sentence for sentence in recording.script if not has_speech(sentence)), None):
        raise InputError(f"nothing can be read aloud in the sentence {dumb!r}")
    return recording.script


def _refuse_impossible(reading: int, speech: int) -> None:
    """Refuse what nobody can have said; anything less is for a person to judge, by the score."""
    if not speech:
        raise InputError("nobody speaks in this recording, so no script can be placed on it")
    pace = reading / speech
    if not SLOWEST <= pace <= FASTEST:
        much = "much" if pace > FASTEST else "little"
        raise InputError(
            f"the script has too {much} text for this recording: "
            f"it takes about {reading * FRAME:.0f} s to say, and {speech * FRAME:.0f} s are spoken"
        )


def _trimmed(audio: Audio) -> Audio:
    loud = np.flatnonzero(np.abs(audio.samples) > AUDIBLE * np.max(np.abs(audio.samples), initial=0))
    return Audio(audio.samples[loud[0] : loud[-1] + 1] if len(loud) else audio.samples[:0], audio.rate)


def _speech(levels: Levels, spans: Sequence[Span]) -> Mask:
    """Which frames carry speech: those within the spans, without the pauses where a quiet room shows them."""
    if not len(levels):
        return np.zeros(0, np.bool_)
    within = np.zeros(len(levels), np.bool_)
    for span in spans:
        within[round(span.start / FRAME) : round(span.end / FRAME)] = True
    noise, loud = np.percentile(levels, (8, 95))
    if loud - noise < CLEAR_DB:
        return within
    heard = levels > max(noise + QUIET_SHARE * (loud - noise), loud - QUIET_DB)
    steady = np.convolve(heard, np.ones(HANGOVER) / HANGOVER, "same") > 0.5
    return np.asarray(steady & within)


def _edges(found: Warp, edges: Edges, frames: Edges) -> tuple[Edges, Edges]:
    """First frame of each sentence and the frame after its last, in the recording."""
    first = np.searchsorted(found.reference, edges[:-1], side="right") - 1
    last = np.searchsorted(found.reference, edges[1:], side="left")
    starts = frames[np.clip(found.query[first], 0, len(frames) - 1)]
    ends = frames[np.clip(found.query[last] - 1, 0, len(frames) - 1)] + 1
    return starts, ends


def _snapped(starts: Edges, ends: Edges, levels: Levels, speech: Mask) -> tuple[Edges, Edges]:
    """The edges between sentences moved to the pauses beside them."""
    smooth = np.asarray(np.convolve(levels, np.ones(3) / 3, "same"), np.float64)
    starts, ends = starts.copy(), ends.copy()
    for index in range(len(starts) - 1):
        end, start = int(ends[index]), int(starts[index + 1])
        if speech[end:start].sum() > 2 * SNAP:  # something is said in between that the script does not have
            ends[index], _ = _pause(end, smooth, speech)
            _, starts[index + 1] = _pause(start, smooth, speech)
        else:
            ends[index], starts[index + 1] = _pause((end + start) // 2, smooth, speech)
    return starts, ends


def _pause(around: int, levels: NDArray[np.float64], speech: Mask) -> tuple[int, int]:
    """First and last frame, exclusive, of the pause nearest to a frame."""
    low, high = max(0, around - SNAP), min(len(levels), around + SNAP + 1)
    near = levels[low:high] + SNAP_SLOPE_DB * np.abs(np.arange(low, high) - around)
    quietest = low + int(np.argmin(near))
    quiet = levels[quietest] + PAUSE_DB
    first, last = quietest, quietest + 1
    while first > 0 and (levels[first - 1] < quiet or not speech[first - 1]):
        first -= 1
    while last < len(levels) and (levels[last] < quiet or not speech[last]):
        last += 1
    return first, last


def _in_order(starts: Edges, ends: Edges, frames: int, duration: float) -> list[Span]:
    """Spans that follow each other within the recording, each at least `SHORTEST` frames long.

    The warp never goes back, so this moves only edges of sentences that it found no room for.
    """
    count = len(starts)
    room = max(1, min(SHORTEST, frames // count))
    edges = np.stack([starts, ends], axis=1).ravel().astype(np.int64)
    steps = np.tile([0, room], count)  # at least so many frames after the edge before
    offset = np.cumsum(steps)
    forward = np.maximum.accumulate(edges - offset) + offset
    latest = frames - (offset[-1] - offset)
    times = np.minimum(forward, latest) * FRAME
    times = np.minimum(times, duration)
    return [Span(float(a), float(b)) for a, b in zip(times[::2], times[1::2], strict=True)]


def load() -> Transcriber:
    """The aligner, on this process's espeak-ng."""
    return ScriptAligner()
