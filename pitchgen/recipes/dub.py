"""One video, dubbed: from what she says to what is heard in each language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.caption import Cue
from pitchgen.core.engines import (
    Detector,
    Recording,
    Synthesizer,
    Transcriber,
    Translation,
    Translator,
    Utterance,
)
from pitchgen.core.errors import MediaError
from pitchgen.core.glossary import Glossary
from pitchgen.core.media import Media
from pitchgen.core.project import Line
from pitchgen.core.timeline import Timeline
from pitchgen.core.transcript import Segment, Span, Transcript
from pitchgen.edges.ffmpeg import Ffmpeg, decode
from pitchgen.kit import Kit, Mapped
from pitchgen.languages import SOURCE
from pitchgen.stages.caption import caption
from pitchgen.stages.detect import detect
from pitchgen.stages.fit import Take, fit
from pitchgen.stages.revise import Occurrence, occurrences
from pitchgen.stages.segment import segment
from pitchgen.stages.synthesize import synthesize
from pitchgen.stages.transcribe import transcribe
from pitchgen.stages.translate import translate

Edits = Mapping[str, Mapping[Occurrence, str | None]]
"""By language: what a person wants said for which sentence."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who performs each verb."""

    detector: Detector
    transcriber: Transcriber
    """Hears what she says."""
    aligner: Transcriber
    """Places a script on her speech, where there is one."""
    translator: Translator
    synthesizer: Synthesizer
    glossary: Glossary
    """The shop's own terms."""

    def listener(self, script: Sequence[str] | None) -> Transcriber:
        """Who writes down what is said: her own words are better than any that are heard."""
        return self.aligner if script else self.transcriber


@dataclass(frozen=True, slots=True)
class Script:
    """One language version in words: a line for each segment."""

    language: str
    segments: tuple[Segment, ...]
    lines: tuple[Line, ...]
    pivot: str | None = None
    """BCP-47 code of the language that the translation went through."""

    @property
    def spoken(self) -> tuple[tuple[Segment, Line], ...]:
        """What is heard: all but the lines that a person has emptied."""
        return tuple(pair for pair in zip(self.segments, self.lines, strict=True) if pair[1].text != "")

    @property
    def voiced(self) -> tuple[str, ...]:
        """The texts that a voice has to say, in order."""
        return tuple(line.text for _, line in self.spoken if line.text)


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


def requests(transcript: Transcript, languages: Sequence[str], cast: Cast) -> list[Translation]:
    """Every sentence in every language, as one stream; what only some translators read goes to them alone."""
    plain = [(code, s) for code in languages for s in transcript.segments]
    if not getattr(cast.translator, "contextual", False):
        return [Translation(s.text, transcript.language, code) for code, s in plain]
    return [
        Translation(
            s.text,
            transcript.language,
            code,
            context=transcript.texts,
            glossary=cast.glossary.within(s.text, code),
            seconds=round(s.span.duration, 1),
        )
        for code, s in plain
    ]


def told(transcript: Transcript, languages: Sequence[str], edits: Edits, cast: Cast, kit: Kit) -> list[Script]:
    """The words of every language: a person's where there are any, else the translator's."""
    drafts = iter(kit.map(translate, requests(transcript, languages, cast), cast.translator))
    scripts = []
    for code in languages:
        lines = []
        pivots = set()
        for occurrence in occurrences(transcript.texts):
            draft = next(drafts)
            pivots.add(draft.pivot)
            lines.append(Line(occurrence[0], draft.text, edits.get(code, {}).get(occurrence, draft.text)))
        pivot = next(filter(None, pivots), None)
        scripts.append(Script(code, transcript.segments, tuple(lines), pivot))
    return scripts


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
            Take(Segment(segment.span, line.text, segment.speaker), next(durations))
            if line.text
            else Take(segment, segment.span.duration, original=True)
            for segment, line in script.spoken
        ]
        timeline = fit(takes, script.language, duration)
        after = first + len(script.voiced)
        reused = sum(k in kept for k in voices.keys[first:after])
        yield Dub(script, timeline, caption(timeline), voices, first, reused)
        first = after
