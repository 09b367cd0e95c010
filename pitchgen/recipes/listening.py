"""The dub heard again: a recogniser writes down what the new voice says, and the facts in it are compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pitchgen.core.engines import Recording
from pitchgen.core.fact import Finding, Kind, Verdict
from pitchgen.core.transcript import Span, Transcript
from pitchgen.engines.synthesize.takes import character_error_rate
from pitchgen.kit import Kit
from pitchgen.recipes.casting import Cast
from pitchgen.recipes.dub import Dub, Sound
from pitchgen.stages.compare import Claim, compare
from pitchgen.stages.transcribe import transcribe

UNDERSTOOD = 0.4
"""Character error rate above which the recogniser has not understood the voice, and what it hears proves nothing about
prices: recognition of clear speech stays far below, and speech of another text far above."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A line in whose sound all facts were heard."""

    text: str
    """What the voice was given."""
    heard: str
    start: float
    """Seconds on the clock."""


@dataclass(frozen=True, slots=True)
class Misheard:
    """A line in whose sound another fact was heard than she said."""

    text: str
    """What the voice was given."""
    heard: str
    start: float
    """Seconds on the clock, where to listen."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of the facts in the sound of one language version."""

    verified: int = 0
    """Lines whose facts were all heard."""
    misheard: tuple[Misheard, ...] = ()
    unverifiable: tuple[str, ...] = ()
    """Lines with facts that nobody here could check by ear."""
    reason: str = ""
    """Why, where none could be checked."""
    confirmed: tuple[Confirmed, ...] = ()
    """Those lines that `verified` counts."""
    asked: bool = False
    """A recogniser listened."""


NOT_HEARD = Heard()


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A line with facts, and where its sound is."""

    sentence: str
    text: str
    start: float
    sound: Sound
    numbers: tuple[Decimal, ...]
    """Those of its facts."""


def listened(made: Dub, cast: Cast, kit: Kit) -> Heard:
    """The facts of a version, looked for in what a recogniser hears in its voices."""
    code = made.script.language
    lines = _with_facts(made)
    ears = cast.ears(code)
    if not lines:
        return NOT_HEARD
    if ears is None:
        who = f"{cast.transcriber.name} hears no {code}" if cast.hears else "no recogniser is in use"
        return Heard(unverifiable=tuple(line.text for line in lines), reason=who)
    sounds = [line.sound.audio for line in lines]
    recordings = [Recording(sound, (Span(0.0, sound.duration),), code) for sound in sounds]
    heard = kit.map(transcribe, recordings, ears)
    texts = [_understood(transcript, line) for transcript, line in zip(heard, lines, strict=True)]
    claims = [
        Claim(line.sentence, text, code, made.script.glossary.within(line.sentence, code))
        for line, text in zip(lines, texts, strict=True)
        if text is not None
    ]
    verdicts = iter(kit.map(compare, claims, None))
    return _judged(lines, texts, [next(verdicts) if text is not None else None for text in texts])


def _with_facts(made: Dub) -> list[_Spoken]:
    """The voiced lines that say a fact which can be heard."""
    script = made.script
    found: list[_Spoken] = []
    sounds = iter(made.sounds)
    clips = iter(made.timeline.clips)
    for line, verdict in zip(script.lines, script.verdicts, strict=True):
        if line.text == "":
            continue
        clip = next(clips)
        if line.text is None or not script.dubbed:
            continue
        sound = next(sounds)
        if any(match.said.kind is not Kind.NAME for match in verdict.matches) or verdict.findings:
            found.append(_Spoken(line.source, line.text, clip.start, sound, _numbers(verdict)))
    return found


def _numbers(verdict: Verdict) -> tuple[Decimal, ...]:
    """The longer to say first, so that none is replaced within another."""
    amounts = [match.said.amount for match in verdict.matches if match.said.amount]
    ends = [end for amount in amounts for end in (amount.low, amount.high) if end is not None]
    return tuple(sorted(ends, key=lambda end: -len(str(end))))


def _understood(heard: Transcript, line: _Spoken) -> str | None:
    """What was heard, where it is near enough to the line to be trusted; the numbers of its facts in figures."""
    from pitchgen.languages.figures import decimal
    from pitchgen.languages.spelling import spell
    from pitchgen.languages.spoken import spelled

    said, code = " ".join(heard.texts), heard.language
    doubted = any(segment.doubt for segment in heard.segments)
    errors = character_error_rate(spelled(said, code), spelled(line.text, code))
    for value in line.numbers:
        if words := spell(value, code):  # the checker knows "twenty", and neither "three point five" nor "120" in words
            said = re.sub(rf"\b{re.escape(words)}\b", decimal(value, code), said, flags=re.IGNORECASE)
    return None if doubted or errors > UNDERSTOOD else said


def _judged(lines: Sequence[_Spoken], texts: Sequence[str | None], verdicts: Sequence[Verdict | None]) -> Heard:
    misheard, unverifiable, confirmed = [], [], []
    for line, text, verdict in zip(lines, texts, verdicts, strict=True):
        if verdict is None or text is None:
            unverifiable.append(line.text)
        elif findings := tuple(filter(_audible, verdict.findings)):
            misheard.append(Misheard(line.text, text, line.start, findings))
        else:
            confirmed.append(Confirmed(line.text, text, line.start))
    reason = "the recogniser does not understand the voice" if lines and not confirmed and not misheard else ""
    return Heard(len(confirmed), tuple(misheard), tuple(unverifiable), reason, tuple(confirmed), asked=True)


def _audible(finding: Finding) -> bool:
    """Whether it is about something that is heard: how a name is spelled is not."""
    return finding.said is None or finding.said.kind is not Kind.NAME
