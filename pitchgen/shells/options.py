"""The options of `pitchgen make`, grouped as its help shows them.

A default in brackets is that of the settings. The brackets are round: square ones are read as markup and not shown.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

WORDS, SCREEN, VOICE, MACHINE = "What is said", "Words on screen", "Voice and engines", "This machine"
SOUND = "Sound and files"
ENGINE = "An engine for this verb instead of the profile's, as ENGINE or ENGINE:MODEL."

Videos = Annotated[list[Path], typer.Argument(help="Videos in which a merchant speaks Chinese.", metavar="VIDEO...")]
Langs = Annotated[str, typer.Option("--langs", "-l", help="Languages to make, as in en,fr,ru.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the results. (default: out)")]
Catalog = Annotated[Path, typer.Argument(help="A folder of videos, or a table of them: CSV, XLSX, JSONL.")]
Template = Annotated[
    str | None, typer.Option(help="Where outputs lie under --out, as {sku}/{lang}.mp4. (default: NAME/LANG.mp4)")
]
Rows = Annotated[str | None, typer.Option(help="Only these rows, as 3,7 or 2-9.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done and how long it takes.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout and nothing else.")]

Script = Annotated[
    Path | None,
    typer.Option(
        help="What she says: text, SRT, VTT, ASS or TTML. Found by itself beside the video, by the same stem.",
        rich_help_panel=WORDS,
    ),
]
Translation = Annotated[
    list[str] | None,
    typer.Option(
        help="Subtitles that somebody translated, as fr=FILE: SRT, VTT, ASS or TTML.",
        metavar="LANG=FILE",
        rich_help_panel=WORDS,
    ),
]
Words = Annotated[
    str | None,
    typer.Option(
        help="What she says is taken from: script, track (subtitles), captions (in the picture), speech. "
        "(default: auto, the first that is there)",
        rich_help_panel=WORDS,
    ),
]
Compare = Annotated[
    str | None,
    typer.Option(
        help="Compare the words with other sources: cheap ones, all, none. (default: cheap)", rich_help_panel=WORDS
    ),
]
AudioTrack = Annotated[
    int | None, typer.Option(help="Which audio track carries the speech, counted from 1.", rich_help_panel=WORDS)
]
Untranslated = Annotated[
    str | None,
    typer.Option(
        help="A sentence that cannot be translated: stop, or keep the original voice. (default: stop)",
        rich_help_panel=WORDS,
    ),
]
Verify = Annotated[
    str | None,
    typer.Option(
        help="Compare facts in the text alone, or in what is heard too: speech. (default: speech)",
        rich_help_panel=WORDS,
    ),
]
Glossary = Annotated[
    Path | None,
    typer.Option(help="The shop's own terms, as CSV. (default: glossary.csv, if there)", rich_help_panel=WORDS),
]
Memory = Annotated[
    Path | None,
    typer.Option(help="What you corrected once. (default: memory.jsonl beside the glossary)", rich_help_panel=WORDS),
]

Platform = Annotated[
    str | None,
    typer.Option(
        "--for",
        help="A platform's frame, limits and habits: tiktok, youtube, alibaba, amazon, chinagoods.",
        rich_help_panel=SCREEN,
    ),
]
FrameFill = Annotated[
    str | None,
    typer.Option(
        help="A platform's frame of another shape: pad, crop, blur. (default: the platform's)", rich_help_panel=SCREEN
    ),
]
Captions = Annotated[
    str | None,
    typer.Option(
        help="soft: a track in the video; burn: drawn into the picture; none. (default: soft, or the platform's)",
        rich_help_panel=SCREEN,
    ),
]
OldCaptions = Annotated[
    str | None,
    typer.Option(help="Captions that are in the picture already: keep, cover. (default: keep)", rich_help_panel=SCREEN),
]
Subtitles = Annotated[
    str | None, typer.Option(help="Subtitle files: srt, vtt, ass, ttml. (default: srt,vtt)", rich_help_panel=SCREEN)
]
Style = Annotated[
    str | None, typer.Option(help="Of burned ones: plain, boxed, karaoke. (default: plain)", rich_help_panel=SCREEN)
]
Bilingual = Annotated[
    bool, typer.Option("--bilingual", help="Her Chinese above burned captions.", rich_help_panel=SCREEN)
]
Fonts = Annotated[Path | None, typer.Option(help="Folder of fonts for burned captions.", rich_help_panel=SCREEN)]
Currency = Annotated[
    str | None,
    typer.Option(help="Show prices in these too, at yuan for one: usd=7.1,eur=7.7.", rich_help_panel=SCREEN),
]

Profile = Annotated[
    str | None,
    typer.Option(help="Which engines: auto, standard, research, embedded. (default: auto)", rich_help_panel=VOICE),
]
Use = Annotated[
    str | None,
    typer.Option(
        help="commercial refuses engines that merchants may not use; research admits them.", rich_help_panel=VOICE
    ),
]
Engine = Annotated[str | None, typer.Option(help=ENGINE, rich_help_panel=VOICE)]
Consent = Annotated[
    str | None,
    typer.Option(help="Who agreed that her voice is imitated, and where that is written down.", rich_help_panel=VOICE),
]
Voice = Annotated[str | None, typer.Option(help="A voice that is kept: pitchgen voice list.", rich_help_panel=VOICE)]
Voices = Annotated[
    Path | None, typer.Option(help="Folder of voices. (default: in your data folder)", rich_help_panel=VOICE)
]
Audit = Annotated[
    Path | None,
    typer.Option(help="File that says who made what. (default: in your data folder)", rich_help_panel=MACHINE),
]
Takes = Annotated[
    int | None,
    typer.Option(
        help="How often a cloning engine says each sentence; the best is used. (default: 1)", rich_help_panel=VOICE
    ),
]
Absorb = Annotated[
    str | None,
    typer.Option(
        help="What is too long to say: audio ends late, or the picture waits: freeze, slow. (default: audio)",
        rich_help_panel=VOICE,
    ),
]

Watermark = Annotated[
    str | None,
    typer.Option(
        help="A mark in the voices that nobody hears: none, audioseal. (default: none)", rich_help_panel=VOICE
    ),
]
Separate = Annotated[
    str | None,
    typer.Option(
        help="Her sound: none of it; duck: all, lower under the voice; demucs: all but her voice. (default: none)",
        rich_help_panel=SOUND,
    ),
]
Loudness = Annotated[
    float | None,
    typer.Option(
        help="LUFS: -16, -14 (social), -23 (EBU R 128). (default: -16, or the platform's)", rich_help_panel=SOUND
    ),
]

Package = Annotated[
    str | None,
    typer.Option(
        help="Beside the videos, as in tracks,hls: all languages in one file (tracks, tracks.mkv) or stream (hls).",
        rich_help_panel=SOUND,
    ),
]

Device = Annotated[
    str | None,
    typer.Option(help="Where networks run: auto, cpu, cuda, mps. (default: auto)", rich_help_panel=MACHINE),
]
Weights = Annotated[
    Path | None, typer.Option(help="Folder of weights. (default: your data folder)", rich_help_panel=MACHINE)
]
Pull = Annotated[bool, typer.Option("--pull", help="Download weights that are missing.", rich_help_panel=MACHINE)]
Store = Annotated[
    Path | None, typer.Option(help="Folder of reusable results. (default: your cache)", rich_help_panel=MACHINE)
]
Program = Annotated[
    str | None, typer.Option(help="An ffmpeg program instead of the packaged one.", rich_help_panel=MACHINE)
]
