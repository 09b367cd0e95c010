"""Words that can be said in the time there is: chosen before anybody says them, made shorter once after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pitchgen.core.project import Line
from pitchgen.core.timeline import Clip, Timeline
from pitchgen.core.transcript import Segment, Transcript
from pitchgen.kit import Kit
from pitchgen.languages import SOURCE
from pitchgen.languages.pace import seconds
from pitchgen.recipes.casting import Cast
from pitchgen.recipes.telling import Script, verdicts
from pitchgen.recipes.wording import MORE_HYPOTHESES, Wording, contextual, exact, first_wording
from pitchgen.stages.translate import translate

HEARD = 0.1  # seconds: a sentence that is later than this by less than a breath is left as it is
TOUCHING = 0.02  # seconds between a sentence and the one that it holds up
OTHERS = 4  # wordings that a model which knows the time is asked for
EASY = 1.1  # tempo that a shorter wording is asked to fit in at, so that it fits in for certain


@dataclass(frozen=True, slots=True)
class TooLong:
    """A line that overruns, or holds up one that does."""

    line: int
    """Its place in the script."""
    clip: Clip
    room: float
    """Seconds that it has."""
    wording: Wording
    """How a shorter one is asked for."""


def too_long(script: Script, timeline: Timeline, cast: Cast) -> tuple[TooLong, ...]:
    """The lines to be shortened: never a person's own, and none of a translator that has one wording only."""
    late = {o.segment.span: o.seconds for o in timeline.overruns if o.seconds >= HEARD}
    if not late or exact(cast) or not script.dubbed:
        return ()
    places = [i for i, line in enumerate(script.lines) if line.text != ""]
    found: dict[int, float] = {}
    for i, clip in enumerate(timeline.clips):
        if clip.segment.span in late:
            found[i] = late[clip.segment.span]
            for before in _holding_up(timeline.clips, i):
                found.setdefault(before, found[i])
    told = [(places[i], timeline.clips[i], by) for i, by in sorted(found.items())]
    transcript = Transcript(SOURCE, script.segments)
    return tuple(
        TooLong(line, clip, room, _shorter(script.segments[line], script.language, transcript, room, cast))
        for line, clip, by in told
        if not _own(script.lines[line])
        for room in [max(clip.end - by - clip.start, clip.segment.span.duration)]
    )


def _holding_up(clips: Sequence[Clip], late: int) -> list[int]:
    """The sentences before a late one that end only when the next begins, as fast as they may."""
    held = []
    for i in range(late - 1, -1, -1):
        hurried = clips[i].tempo > EASY and not clips[i].original
        if clips[i + 1].start - clips[i].end > TOUCHING or not hurried:
            break
        held.append(i)
    return held


def _own(line: Line) -> bool:
    """Whether a person has said it so, or nobody says it."""
    return line.text is None or line.edited or line.remembered


def _shorter(segment: Segment, code: str, transcript: Transcript, room: float, cast: Cast) -> Wording:
    """What the translator is asked: a model that knows the time for less of it, any other for all that it has."""
    first = first_wording(segment, code, transcript, cast)
    if contextual(cast):
        return replace(first, request=replace(first.request, seconds=round(room, 1), hypotheses=OTHERS))
    return replace(first, request=replace(first.request, hypotheses=MORE_HYPOTHESES))


def shortened(script: Script, long: Sequence[TooLong], cast: Cast, kit: Kit) -> Mapping[int, str]:
    """By line, a shorter wording that says the same facts, where the translator has one.

    The likeliest that fits in its time by estimate, measured on what the line took; else the shortest.
    """
    code = script.language
    made = kit.map(translate, [line.wording.request for line in long], cast.translator)
    rows: list[tuple[TooLong, str, str]] = []
    for wanted, draft in zip(long, made, strict=True):
        restored = wanted.wording.restored(draft)
        now = script.lines[wanted.line].text or ""
        texts = dict.fromkeys(filter(None, (restored.text, *restored.alternatives)))
        rows += [(wanted, text, script.lines[wanted.line].source) for text in texts if _less(text, now, code)]
    sound = verdicts([(source, text, code) for _, text, source in rows], cast, kit)
    found: dict[int, str] = {}
    for wanted in long:
        shorter = [row[1] for row, v in zip(rows, sound, strict=True) if row[0] is wanted and v.sound]
        usual = wanted.clip.duration / seconds(script.lines[wanted.line].text or "", code)
        fitting = (text for text in shorter if usual * seconds(text, code) <= wanted.room * EASY)
        if shorter:
            found[wanted.line] = next(fitting, min(shorter, key=lambda text: seconds(text, code)))
    return found


def _less(text: str, than: str, code: str) -> bool:
    return seconds(text, code) < seconds(than, code)
