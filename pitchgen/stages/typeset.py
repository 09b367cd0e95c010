"""From captions to the script by which libass draws them: every line is broken in it, and every font named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pitchgen.core.caption import Cue
from pitchgen.core.lettering import CaptionStyle, Lettering, Page, Run
from pitchgen.core.timeline import Timeline
from pitchgen.core.transcript import Span
from pitchgen.languages import Language, language
from pitchgen.stages.caption import caption
from pitchgen.stages.wrap import GLUE, Column, words

BREAK = r"\N"
SMALLER = 0.8  # of the other line: whose language it is not must not read it first
LEFT_TO_RIGHT, RIGHT_TO_LEFT = "\u200e", "\u200f"
"""Begin each line: libass takes its direction from its first strong character, and that may be a Latin name."""
NO_ESCAPE = "\u2060"  # WORD JOINER: after a backslash, so that \N or \h in a text are no commands
_HEAD = """[Script Info]
ScriptType: v4.00+
PlayResX: {width}
PlayResY: {height}
WrapStyle: 2
ScaledBorderAndShadow: yes
Kerning: yes
YCbCr Matrix: None
Language: {language}

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Caption,{family},{size:.2f},{fill},{waiting},{edge},{behind},0,0,0,0,100,100,0,0,{border},{outline:.2f},\
{shadow:.2f},2,{left},{right},{bottom},-1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
NOTHING = Run("", "none", False, 1.0)  # the font of a script without captions
BOX = 4  # BorderStyle of libass: one box behind the whole caption, larger by its shadow


@dataclass(frozen=True, slots=True)
class Text:
    """Captions in one language, with the fonts that write it."""

    spoken: Language
    cues: tuple[Cue, ...]
    lettering: Lettering
    said_until: tuple[float, ...] = ()
    """For each cue when its last word has been said; empty where words do not light up."""
    scale: float = 1.0
    """Size beside that of the page."""


def lay_out(timeline: Timeline, lettering: Lettering, page: Page, *, scale: float = 1.0) -> Text:
    """The captions of `timeline` in lines that fit `page`.

    A line has as many characters as in a subtitle file, or fewer where the page is too narrow for so many.
    """
    spoken = language(timeline.language)
    said = _own_letters(" ".join(clip.segment.text for clip in timeline.clips))
    usual = spoken.captions.line_chars * lettering.width(said) / max(1, len(said))  # em
    width = min(usual, page.line_px / (page.em_px * scale))
    cues = caption(timeline, Column(width, spoken.captions.lines, lettering.width))
    ends = tuple(min(cue.span.end, timeline.clips[cue.segment].end) for cue in cues)
    return Text(spoken, cues, lettering, ends, scale)


def _own_letters(said: str) -> str:
    """`said` without figures and Latin names where most of it is in another script: those are of another width."""
    own = "".join(character for character in said if not character.isascii())
    return own if 2 * len(own) > len(said) else said


def typeset(text: Text, page: Page, style: CaptionStyle, above: Text | None = None) -> str:
    """The script that draws `text`, with `above` over it where there is a second language.

    Where words light up, each has a part of its caption's speech that is in proportion to its letters: voices tell
    when a sentence is said, and not when its words are.
    """
    first = next((text.lettering.runs(line)[0] for cue in text.cues for line in cue.lines), NOTHING)
    head = _HEAD.format(
        width=page.width_px, height=page.height_px, language=text.spoken.code,
        family=first.family, size=first.height * page.em_px,
        fill=style.fill, waiting=style.waiting, edge=style.edge, behind=style.behind,
        border=BOX if style.boxed else 1, outline=style.outline * page.em_px, shadow=style.shadow * page.em_px,
        left=round(page.safe.left * page.width_px), right=round(page.safe.right * page.width_px),
        bottom=round(page.safe.bottom * page.height_px),
    )  # fmt: skip
    return head + "".join(_events(text, above, page, style))


def _events(text: Text, above: Text | None, page: Page, style: CaptionStyle) -> Iterator[str]:
    """A line of the script for each stretch of time in which the same captions stand."""
    texts = [_alongside(above, text), text] if above else [text]
    edges = sorted({_cs(at) for part in texts for cue in part.cues for at in (cue.span.start, cue.span.end)})
    for start, end in pairwise(edges):
        blocks = [
            _block(part, index, page, style, start if style.by_word and part is text else None)
            for part in texts
            if (index := _standing(part, start)) is not None
        ]
        if blocks:
            yield f"Dialogue: 0,{_clock(start)},{_clock(end)},Caption,,0,0,0,,{BREAK.join(blocks)}\n"


def _alongside(above: Text, text: Text) -> Text:
    """`above` with the last caption of each sentence gone when that of `text` goes."""
    ends = {cue.segment: cue.span.end for cue in text.cues}
    last = {cue.segment: index for index, cue in enumerate(above.cues)}
    cues = tuple(
        replace(cue, span=Span(cue.span.start, max(cue.span.start, ends.get(cue.segment, cue.span.end))))
        if last[cue.segment] == index
        else cue
        for index, cue in enumerate(above.cues)
    )
    return replace(above, cues=cues)


def _standing(text: Text, at: int) -> int | None:
    """Which cue stands at `at` centiseconds."""
    return next((i for i, cue in enumerate(text.cues) if _cs(cue.span.start) <= at < _cs(cue.span.end)), None)


def _block(text: Text, index: int, page: Page, style: CaptionStyle, lit_from: int | None) -> str:
    """One cue; `lit_from` is when its event begins, in centiseconds, where its words light up."""
    cue, em = text.cues[index], page.em_px * text.scale
    lines = [line.replace(GLUE, "") for line in cue.lines]
    mark = RIGHT_TO_LEFT if text.spoken.direction == "rtl" else LEFT_TO_RIGHT
    if lit_from is None:
        written = [_set(line, text.lettering, em) for line in lines]
    else:
        written = list(_lit(lines, Span(cue.span.start, text.said_until[index]), text, em, lit_from))
    colour = style.waiting if style.by_word and lit_from is None else style.fill
    return f"{{\\1c&H{colour[-6:]}&}}" + BREAK.join(mark + line for line in written)


def _lit(lines: Sequence[str], said: Span, text: Text, em_px: float, at: int) -> Iterator[str]:
    """Each of `lines` with the time at which its words light up, from `at` centiseconds on."""
    parted = [words(line, text.spoken) for line in lines]
    ends = iter(_word_ends([word for line in parted for word in line], said))
    for line in parted:
        written = ""
        for word in line:
            end = max(at, next(ends))
            written += f"{{\\k{end - at}}}{_set(word, text.lettering, em_px)}"
            at = end
        yield written


def _word_ends(said: Sequence[str], span: Span) -> list[int]:
    """When each word has been said, in centiseconds: by its share of the letters."""
    total = sum(len(word.strip()) for word in said) or 1
    ends, done = [], 0
    for word in said:
        done += len(word.strip())
        ends.append(_cs(span.start + span.duration * done / total))
    return ends


def _set(text: str, lettering: Lettering, em_px: float) -> str:
    """`text` with its fonts named."""
    return "".join(
        f"{{\\fn{r.family}\\fs{r.height * em_px:.2f}\\b{int(r.bold)}}}{_escaped(r)}" for r in lettering.runs(text)
    )


def _escaped(run: Run) -> str:
    return run.text.replace("\\", "\\" + NO_ESCAPE).replace("{", r"\{").replace("}", r"\}")


def _cs(seconds: float) -> int:
    """In centiseconds, the clock of ASS."""
    return round(seconds * 100)


def _clock(cs: int) -> str:
    """As 0:00:01.50."""
    return f"{cs // 360000}:{cs // 6000 % 60:02}:{cs // 100 % 60:02}.{cs % 100:02}"


def second_line(timeline: Timeline, sentences: Sequence[str], code: str) -> Timeline:
    """`timeline` as it would be captioned in another language: `sentences` are what its clips say there."""
    clips = tuple(
        replace(clip, segment=replace(clip.segment, text=sentence))
        for clip, sentence in zip(timeline.clips, sentences, strict=True)
    )
    return replace(timeline, language=code, clips=clips)
