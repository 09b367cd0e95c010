"""The command line: parses, calls, prints."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pitchgen import __version__
from pitchgen.core.errors import InputError, PitchgenError, exit_code

INTERRUPTED = 130

app = typer.Typer(
    help="One Chinese sales video in, the same merchant speaking every buyer's language out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line; an expected error is one line on stderr and its exit code."""
    try:
        app()
    except PitchgenError as error:
        sys.stderr.write(f"pitchgen: {_one_line(error)}\n")
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        sys.stderr.write("pitchgen: interrupted; run the same command again to go on where it was\n")
        sys.exit(INTERRUPTED)


def _one_line(error: PitchgenError) -> str:
    return " ".join(str(error).split())


def _show_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"pitchgen {__version__}\n")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options that come before any command."""


@app.command()
def make(
    videos: Annotated[
        list[Path], typer.Argument(help="Videos in which a merchant speaks Chinese.", metavar="VIDEO...")
    ],
    langs: Annotated[str, typer.Option("--langs", "-l", help="Languages to make, as in en,fr,ru.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the results.  [default: out]")] = None,
    script: Annotated[
        Path | None,
        typer.Option(help="What she says: text, SRT or VTT. Found by itself beside the video, by the same stem."),
    ] = None,
    profile: Annotated[str | None, typer.Option(help="Which engines: auto, embedded.  [default: auto]")] = None,
    untranslated: Annotated[
        str | None,
        typer.Option(help="A sentence that cannot be translated: stop, or keep the original voice.  [default: stop]"),
    ] = None,
    audio_track: Annotated[
        int | None, typer.Option(help="Which audio track carries the speech, counted from 1.")
    ] = None,
    use: Annotated[
        str | None,
        typer.Option(help="commercial refuses engines that merchants may not use; research admits them."),
    ] = None,
    store: Annotated[Path | None, typer.Option(help="Folder of reusable results.  [default: your cache]")] = None,
    ffmpeg: Annotated[str | None, typer.Option(help="An ffmpeg program instead of the packaged one.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done and how long it takes.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout and nothing else.")] = False,
) -> None:
    """Make one video per language."""
    from pitchgen.edges.settings import read_settings
    from pitchgen.shells.making import make_all

    settings = read_settings(
        {
            "out": out,
            "profile": profile,
            "untranslated": untranslated,
            "audio_track": audio_track,
            "use": use,
            "store": store,
            "ffmpeg": ffmpeg,
        }
    )
    codes = [code.strip() for code in langs.split(",") if code.strip()]
    _check_videos(videos, script)
    code = make_all(videos, codes, script, settings, dry_run=dry_run, json=json)
    if code:
        raise typer.Exit(code)


@app.command()
def languages(json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """List the languages and what can be done in each."""
    from pitchgen.shells.showing import show_languages

    show_languages(json=json)


@app.command()
def engines(json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """List the engines, their licences and the profiles."""
    from pitchgen.shells.showing import show_engines

    show_engines(json=json)


@app.command()
def doctor(json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Say what this machine has, and what each missing piece would give."""
    from pitchgen.shells.showing import show_doctor

    show_doctor(json=json)


def _check_videos(videos: list[Path], script: Path | None) -> None:
    stems: dict[str, Any] = {}
    for video in videos:
        if video.stem in stems:
            raise InputError(
                f"{video}: would share the folder {video.stem} with {stems[video.stem]}; rename one of them"
            )
        stems[video.stem] = video
    if script and len(videos) > 1:
        raise InputError(
            f"{script}: one script cannot be said in {len(videos)} videos; "
            "name one video, or put a script of the same stem beside each"
        )
