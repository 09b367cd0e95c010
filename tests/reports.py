"""Reports of videos that nobody made: for tests of the page."""

from __future__ import annotations

from dataclasses import replace

from pitchgen.core.audio import Leak, Loudness
from pitchgen.core.caption import Cue
from pitchgen.core.fact import Evidence, Kind
from pitchgen.core.provenance import Holding, Layer
from pitchgen.core.report import (
    SCHEMA,
    Agreement,
    Ear,
    Effort,
    FactCheck,
    Hearing,
    LanguageVersion,
    Level,
    Likeness,
    Look,
    Mark,
    Origin,
    Part,
    Reason,
    Report,
    Sentence,
    Speech,
    StageTime,
    State,
)
from pitchgen.core.transcript import Span
from pitchgen.edges.report import Shown

SOURCE = "起订一百双，三块五一双。"
TEXT = "Minimum order: 100 pairs. Price: ¥3.5 a pair."
MARK = Mark("en-0123", (Layer("AIGC", Holding.HOLDS, "producer pitchgen"), Layer("C2PA", Holding.ABSENT, "none")), True)


def evidence(text: str, part: str) -> Evidence:
    """Where `part` stands in `text`."""
    start = text.index(part)
    return Evidence(start, start + len(part), part)


FACTS = (
    FactCheck(State.SAME, Kind.QUANTITY, evidence(SOURCE, "一百双"), (evidence(TEXT, "100 pairs"),)),
    FactCheck(State.SAME, Kind.PRICE, evidence(SOURCE, "三块五"), (evidence(TEXT, "¥3.5"),)),
)
SENTENCE = Sentence(
    1, SOURCE, Span(1, 4), TEXT, Origin.TRANSLATOR, Span(1.1, 4.3), tempo=1.1, facts=FACTS,
    heard=Hearing(Ear.SAME, "one hundred pairs three point five yuan"),
)  # fmt: skip


def version(language: str = "en", **changes: object) -> LanguageVersion:
    """A version in which all is right, but for `changes`."""
    made = LanguageVersion(
        language=language,
        made="2026-11-25T10:00:00Z",
        video=f"{language}.mp4",
        bytes=1_500_000,
        subtitles=(f"{language}.srt", f"{language}.vtt"),
        duration=10.0,
        waited=0.0,
        burned=False,
        reused=False,
        speech=Speech(
            "cloned", "wang", Agreement("王丽", "spoken", "2026-11-24T10:00:00Z", "2027-12-31", "ab" * 32),
            Likeness(6.5, 12.0),
        ),
        sentences=(SENTENCE,),
        parts=(Part("synthesize", "chatterbox", "chatterbox-1", "MIT", True),),
        mark=MARK,
        loudness=Loudness(-16.02, 3.1, -1.4, 2),
        leak=Leak(-31.0, 0.02, (None, -31.0)),
        level=Level.RIGHT,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def report(*versions: LanguageVersion, **changes: object) -> Report:
    """A report of `versions`."""
    made = Report(
        schema=SCHEMA,
        pitchgen="0.1.0",
        made="2026-11-25T10:00:00Z",
        video="socks.mp4",
        source="cd" * 32,
        duration=10.0,
        transcript="transcript.zh.srt",
        transcript_origin="script",
        score=None,
        profile="embedded",
        platform="",
        effort=Effort(12.0, (StageTime("translate", 0.5, 12.0), StageTime("odd", 0.1, 1.0))),
        versions=versions,
        warnings=(),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def shown(found: Report) -> Shown:
    """What the page is drawn from: each sentence is its own caption."""
    cues = {v.language: tuple(Cue(s.span, (s.text,), 0) for s in v.sentences if s.span) for v in found.versions}
    return Shown(found, cues, "out/socks")


def everything(text: str) -> Report:
    """A report in which every text that a person or a machine writes is `text`."""
    word = Evidence(0, len(text), text)
    wrong = FactCheck(State.CHANGED, Kind.NAME, word, (word,), text)
    sentence = replace(
        SENTENCE, source=text, text=text, longer=text, facts=(wrong,), late=0.5,
        heard=Hearing(Ear.OTHER, text, (wrong,)),
    )  # fmt: skip
    looks = tuple(Look(reason, 1, text, text, 0.5) for reason in Reason if reason is not Reason.GONE)
    made = version(
        sentences=(sentence,), look=looks, level=Level.WRONG, subtitles=(text,), ear=text,
        speech=Speech("cloned", text, Agreement(text, "signed", text, text, text), Likeness(None, 0.0)),
        parts=(Part("translate", text, text, text, False, text),),
        mark=Mark(text, (Layer("AIGC", Holding.BROKEN, text),)),
    )  # fmt: skip
    return report(
        made, video=text, transcript=text, transcript_origin=text, profile=text, platform=text, warnings=(text,)
    )
