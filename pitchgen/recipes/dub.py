"""One video, dubbed: from what she says to what is heard in each language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.caption import Cue
from pitchgen.core.engines import Recording, Synthesizer, Utterance
from pitchgen.core.errors import MediaError
from pitchgen.core.media import Media
from pitchgen.core.project import Line
from pitchgen.core.timeline import Timeline
from pitchgen.core.transcript import Segment, Span, Transcript
from pitchgen.edges.ffmpeg import Ffmpeg, decode
from pitchgen.kit import Kit, Mapped
from pitchgen.languages import SOURCE
from pitchgen.recipes.casting import Cast
from pitchgen.recipes.telling import Script
from pitchgen.stages.caption import caption
from pitchgen.stages.detect import detect
from pitchgen.stages.fit import Take, fit
from pitchgen.stages.segment import segment
from pitchgen.stages.synthesize import synthesize
from pitchgen.stages.transcribe import transcribe


@dataclass(frozen=True, slots=True)
class Dub:
    """One language version on the clock, ready to be rendered."""

    script: Script
    timeline: Timeline
    cues: tuple[Cue, ...]
    """Captions; `segment` counts the clips of the timeline."""
    voices: Mapped[Utterance, Synthesizer, Audio]
    first: int
    """Where the sounds of this version begin among `voices`."""
    reused: int
    """How many of its sounds came from the store."""


def hear(media: Media, script: Sequence[str] | None, cast: Cast, kit: Kit, ffmpeg: Ffmpeg) -> Transcript:
    """What she says, and when, sentence by sentence.

    Raises:
        MediaError: nobody speaks.
    """
    audio = kit.run(decode, media, ffmpeg)
    spans = kit.run(detect, audio, cast.detector)
    if not spans:
        raise MediaError(f"{media.path}: nobody is heard speaking in it; is this the right audio track?")
    heard = kit.run(transcribe, recording(audio, spans, script, cast), cast.listener(script))
    if not heard.segments:
        raise MediaError(f"{media.path}: no words could be made out in it; give a script by --script")
    return segment(heard)


def recording(audio: Audio, spans: Sequence[Span], script: Sequence[str] | None, cast: Cast) -> Recording:
    """What the transcriber gets."""
    return Recording(audio, tuple(spans), SOURCE, tuple(script) if script else None, cast.glossary.hotwords)


def utterances(scripts: Sequence[Script], voice: Voice) -> list[Utterance]:
    """Everything that has to be said, in every language, as one stream."""
    return [Utterance(text, script.language, voice) for script in scripts for text in script.voiced]


def dub(scripts: Sequence[Script], voice: Voice, duration: float, cast: Cast, kit: Kit) -> Iterator[Dub]:
    """Each language version in turn; the voice of the next is made while the caller renders this one."""
    voices = kit.map(synthesize, utterances(scripts, voice), cast.synthesizer)
    kept = voices.kept
    first = 0
    for script in scripts:
        durations = (voices[i].duration for i in range(first, first + len(script.voiced)))
        takes = [
            _take(segment, line, next(durations) if line.text and script.dubbed else None)
            for segment, line in script.spoken
        ]
        timeline = fit(takes, script.language, duration)
        after = first + len(script.voiced)
        reused = sum(k in kept for k in voices.keys[first:after])
        yield Dub(script, timeline, caption(timeline), voices, first, reused)
        first = after


def _take(segment: Segment, line: Line, seconds: float | None) -> Take:
    """A line with its new voice, which takes some seconds, or over her own where it has none."""
    said = Segment(segment.span, line.text or segment.text, segment.speaker)
    return Take(said, segment.span.duration, original=True) if seconds is None else Take(said, seconds)
