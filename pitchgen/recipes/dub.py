"""One video, dubbed: from what she says to what is heard in each language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.caption import Cue
from pitchgen.core.clock import Clock
from pitchgen.core.engines import Recording, Synthesizer, Utterance
from pitchgen.core.errors import MediaError
from pitchgen.core.media import Media
from pitchgen.core.picture import AS_FILMED
from pitchgen.core.project import Line
from pitchgen.core.timeline import Timeline
from pitchgen.core.transcript import Segment, Span, Transcript
from pitchgen.edges.ffmpeg import Ffmpeg, decode
from pitchgen.kit import Kit, Mapped
from pitchgen.languages import SOURCE
from pitchgen.languages.conversion import Rate, with_conversions
from pitchgen.recipes.casting import Cast
from pitchgen.recipes.length import shortened, too_long
from pitchgen.recipes.telling import Script, judged_again
from pitchgen.stages.absorb import Absorber, by_sound
from pitchgen.stages.caption import caption
from pitchgen.stages.detect import detect
from pitchgen.stages.fit import Take, fit
from pitchgen.stages.segment import segment
from pitchgen.stages.synthesize import synthesize
from pitchgen.stages.transcribe import transcribe


@dataclass(frozen=True, slots=True)
class Sound:
    """One sentence as a voice says it, read from the store when it is needed."""

    voices: Mapped[Utterance, Synthesizer, Audio]
    index: int

    @property
    def key(self) -> str:
        """In the store."""
        return self.voices.keys[self.index]

    @property
    def reused(self) -> bool:
        """It was there before."""
        return self.key in self.voices.kept

    @property
    def audio(self) -> Audio:
        """The sound."""
        return self.voices[self.index]

    @property
    def imitated(self) -> Voice:
        """Whom the voice was given to imitate."""
        return self.voices.items[self.index].voice


@dataclass(frozen=True, slots=True)
class Reworded:
    """A line that was made shorter."""

    source: str
    """What she says."""
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Dub:
    """One language version on the clock, ready to be rendered."""

    script: Script
    timeline: Timeline
    shown: Timeline
    """The same clips with the words that are read: those that are said, and what prices are in a buyer's currency."""
    cues: tuple[Cue, ...]
    """Captions; `segment` counts the clips of the timeline."""
    sounds: tuple[Sound, ...]
    """Of what a voice says, in order."""
    shortened: tuple[Reworded, ...] = ()
    """The lines that took too long, and what is said instead."""
    clock: Clock = AS_FILMED
    """Of the timeline, where the picture waits for what is said."""

    @property
    def reused(self) -> int:
        """How many of its sounds came from the store."""
        return sum(sound.reused for sound in self.sounds)


def hear(media: Media, script: Sequence[str] | None, cast: Cast, kit: Kit, ffmpeg: Ffmpeg) -> Transcript:
    """What she says, and when, sentence by sentence.

    Raises:
        MediaError: nobody speaks.
    """
    audio, spans = listen(media, cast, kit, ffmpeg)
    heard = kit.run(transcribe, recording(audio, spans, script, cast), cast.listener(script))
    if not heard.segments:
        raise MediaError(f"{media.path}: no words could be made out in it; give a script by --script")
    return segment(heard)


def listen(media: Media, cast: Cast, kit: Kit, ffmpeg: Ffmpeg) -> tuple[Audio, tuple[Span, ...]]:
    """Her sound, and where she speaks in it.

    Raises:
        MediaError: nobody speaks.
    """
    audio = kit.run(decode, media, ffmpeg)
    spans = kit.run(detect, audio, cast.detector)
    if not spans:
        raise MediaError(f"{media.path}: nobody is heard speaking in it; is this the right audio track?")
    return audio, spans


def recording(audio: Audio, spans: Sequence[Span], script: Sequence[str] | None, cast: Cast) -> Recording:
    """What the transcriber gets."""
    return Recording(audio, tuple(spans), SOURCE, tuple(script) if script else None, cast.glossary.hotwords)


def utterances(scripts: Sequence[Script], voice: Voice) -> list[Utterance]:
    """Everything that has to be said, in every language, as one stream."""
    return [Utterance(text, script.language, voice) for script in scripts for text in script.voiced]


def dub(
    scripts: Sequence[Script], voice: Voice, duration: float, cast: Cast, kit: Kit, absorb: Absorber = by_sound
) -> Iterator[Dub]:
    """Each language version in turn; the voice of the next is made while the caller renders this one.

    What still overruns once it is said is said in fewer words, once, where the translator has them. For what is left,
    the picture waits where `absorb` has it wait.
    """
    for made in fitted(scripts, voice, duration, cast, kit):
        cast = replace(cast, glossary=made.script.glossary)
        long = too_long(made.script, made.timeline, cast)
        if long:
            made = _reworded(made, shortened(made.script, long, cast, kit), voice, duration, cast, kit)
        yield _shown(_absorbed(made, duration, absorb), cast.rates)


def fitted(scripts: Sequence[Script], voice: Voice, duration: float, cast: Cast, kit: Kit) -> Iterator[Dub]:
    """Each language version as it was told, on the clock."""
    voices = kit.map(synthesize, utterances(scripts, voice), cast.synthesizer)
    first = 0
    for script in scripts:
        after = first + len(script.voiced)
        yield _placed(script, [Sound(voices, i) for i in range(first, after)], duration)
        first = after


def rewordings(script: Script, texts: Mapping[int, str], voice: Voice) -> list[Utterance]:
    """What has to be said anew."""
    return [Utterance(text, script.language, voice) for _, text in sorted(texts.items())]


def _reworded(
    made: Dub, texts: Mapping[int, str], voice: Voice, duration: float, cast: Cast, kit: Kit
) -> Dub:  # fmt: skip
    """The version with shorter lines, each where it is shorter once it is said; the other lines are as they were."""
    anew = kit.map(synthesize, rewordings(made.script, texts, voice), cast.synthesizer)
    spoken = [i for i, line in enumerate(made.script.lines) if line.text]
    sounds = dict(zip(spoken, made.sounds, strict=True))
    shorter = {
        line: Sound(anew, index)
        for index, line in enumerate(sorted(texts))
        if anew[index].duration < sounds[line].audio.duration
    }
    lines = [
        replace(line, draft=texts[i], text=texts[i]) if i in shorter else line
        for i, line in enumerate(made.script.lines)
    ]
    script = judged_again(replace(made.script, lines=tuple(lines)), tuple(shorter), cast, kit)
    told = [
        Reworded(line.source, line.text or "", texts[i]) for i, line in enumerate(made.script.lines) if i in shorter
    ]
    return replace(_placed(script, list({**sounds, **shorter}.values()), duration), shortened=tuple(told))


def _absorbed(made: Dub, duration: float, absorb: Absorber) -> Dub:
    """The version on the clock of a picture that waits."""
    takes = [Take(clip.segment, clip.duration, clip.original) for clip in made.timeline.clips]
    clock = absorb(takes, duration)
    if not clock.waits:
        return made
    moved = [replace(take, segment=_moved(take.segment, clock)) for take in takes]
    timeline = fit(moved, made.script.language, clock.at(duration))
    return replace(made, timeline=timeline, shown=timeline, cues=caption(timeline), clock=clock)


def _moved(segment: Segment, clock: Clock) -> Segment:
    return Segment(clock.span(segment.span), segment.text, segment.speaker)


def _placed(script: Script, sounds: Sequence[Sound], duration: float) -> Dub:
    durations = (sound.audio.duration for sound in sounds)
    takes = [
        _take(segment, line, next(durations) if line.text and script.dubbed else None)
        for segment, line in script.spoken
    ]
    timeline = fit(takes, script.language, duration)
    return Dub(script, timeline, timeline, caption(timeline), tuple(sounds))


def _shown(made: Dub, rates: Sequence[Rate]) -> Dub:
    """The version with prices converted where they are read."""
    if not rates:
        return made
    code = made.script.language
    verdicts = (
        verdict for line, verdict in zip(made.script.lines, made.script.verdicts, strict=True) if line.text != ""
    )
    clips = [
        replace(clip, segment=replace(clip.segment, text=with_conversions(clip.segment.text, v.matches, rates, code)))
        for clip, v in zip(made.timeline.clips, verdicts, strict=True)
    ]
    shown = replace(made.timeline, clips=tuple(clips))
    return replace(made, shown=shown, cues=caption(shown))


def _take(segment: Segment, line: Line, seconds: float | None) -> Take:
    """A line with its new voice, which takes some seconds, or over her own where it has none."""
    said = Segment(segment.span, line.text or segment.text, segment.speaker)
    return Take(said, segment.span.duration, original=True) if seconds is None else Take(said, seconds)
