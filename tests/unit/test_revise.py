"""Edits are found sentence by sentence, whatever else changed in the file."""

from __future__ import annotations

from dataclasses import replace

from pitchgen.core.caption import Cue
from pitchgen.core.project import Line, Version
from pitchgen.core.transcript import Segment, Span, Transcript
from pitchgen.stages.revise import edits, imported, occurrences, revised

CUES = (
    Cue(Span(0, 1), ("Hello,", "dear friends."), 0),
    Cue(Span(1, 2), ("Minimum order: 100 pairs.",), 1),
    Cue(Span(2, 3), ("Price: 3.5 yuan", "a pair."), 1),
    Cue(Span(4, 5), ("Thank you.",), 2),
)
LINES = (
    Line("大家好", "Hello, dear friends.", "Hello, dear friends."),
    Line(
        "起订一百双",
        "Minimum order: 100 pairs. Price: 3.5 yuan a pair.",
        "Minimum order: 100 pairs. Price: 3.5 yuan a pair.",
    ),
    Line("谢谢", "Thank you.", "Thank you."),
)
VERSION = Version(LINES, CUES)


def test_nothing_changed_is_no_edit() -> None:
    assert edits(VERSION, CUES, "en") == {}
    assert edits(VERSION, None, "en") == {}


def test_other_line_breaks_and_times_are_no_edit() -> None:
    moved = [
        replace(cue, span=Span(cue.span.start + 0.5, cue.span.end + 0.5), lines=(" ".join(cue.lines),)) for cue in CUES
    ]
    assert edits(VERSION, moved, "en") == {}


def test_a_changed_caption_is_the_edit_of_its_sentence() -> None:
    read = [*CUES[:2], replace(CUES[2], lines=("Price: 4 yuan a pair.",)), CUES[3]]
    assert edits(VERSION, read, "en") == {("起订一百双", 0): "Minimum order: 100 pairs. Price: 4 yuan a pair."}


def test_captions_joined_by_hand_belong_to_the_same_sentence() -> None:
    joined = Cue(Span(1, 3), ("From 100 pairs: 3.5 yuan each.",), 1)
    assert edits(VERSION, [CUES[0], joined, CUES[3]], "en") == {("起订一百双", 0): "From 100 pairs: 3.5 yuan each."}


def test_a_deleted_sentence_is_said_no_more() -> None:
    assert edits(VERSION, CUES[:3], "en") == {("谢谢", 0): ""}


def test_an_earlier_edit_is_remembered() -> None:
    lines = (LINES[0], LINES[1], Line("谢谢", "Thank you.", "Many thanks!"))
    cues = (*CUES[:3], Cue(Span(4, 5), ("Many thanks!",), 2))
    assert edits(Version(lines, cues), cues, "en") == {("谢谢", 0): "Many thanks!"}


def test_a_sentence_said_twice_is_two() -> None:
    assert occurrences(["谢谢", "再见", "谢谢"]) == [("谢谢", 0), ("再见", 0), ("谢谢", 1)]


def test_a_transcript_is_edited_by_words_or_by_times_beyond_a_millisecond() -> None:
    transcript = Transcript("zh", (Segment(Span(0, 1.0004), "大家好"), Segment(Span(2, 3), "谢谢")), "script", 0.9)
    same = [Cue(Span(0, 1.0), ("大家好",), 0), Cue(Span(2, 3), ("谢谢",), 1)]
    assert revised(transcript, same) is transcript
    later = revised(transcript, [same[0], replace(same[1], span=Span(2.2, 3))])
    assert (later.origin, later.segments[1].span, later.score) == ("edited", Span(2.2, 3), None)
    assert revised(transcript, same[:1]).texts == ("大家好",)


def test_a_translation_from_elsewhere_is_laid_on_the_sentences() -> None:
    heard = Transcript(
        "zh", (Segment(Span(0, 2), "谢谢。"), Segment(Span(3, 5), "三块五。"), Segment(Span(6, 8), "谢谢。"))
    )
    by_place = [Cue(Span(10 * i, 10 * i + 1), (text,), i) for i, text in enumerate(("Merci.", "3,50.", "Merci bien."))]
    assert imported(heard, by_place, "fr") == {
        ("谢谢。", 0): "Merci.",
        ("三块五。", 0): "3,50.",
        ("谢谢。", 1): "Merci bien.",
    }
    by_time = [Cue(Span(3.1, 4), ("Trois",), 0), Cue(Span(4, 5.2), ("cinquante.",), 1)]
    assert imported(heard, by_time, "fr") == {("三块五。", 0): "Trois cinquante."}
