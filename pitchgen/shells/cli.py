"""The command line: parses, calls, prints."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pitchgen import __version__
from pitchgen.core.config import Settings
from pitchgen.core.errors import InputError, PitchgenError, exit_code
from pitchgen.shells.memory import memory as memory_commands

INTERRUPTED = 130
SCREEN = "Words on screen"
ENGINE_HELP = "An engine for this verb instead of the profile's, as ENGINE or ENGINE:MODEL."

app = typer.Typer(
    help="One Chinese sales video in, the same merchant speaking every buyer's language out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


engines = typer.Typer(help="List the engines, their licences and the profiles; install some.")
app.add_typer(engines, name="engines")
models = typer.Typer(help="List, fetch and check weights.", no_args_is_help=True)
app.add_typer(models, name="models")
app.add_typer(memory_commands, name="memory")

WeightsOption = Annotated[Path | None, typer.Option(help="Folder of weights.  [default: your data folder]")]
JsonOption = Annotated[bool, typer.Option("--json", help="As JSON.")]


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
        typer.Option(
            help="What she says: text, SRT, VTT, ASS or TTML. Found by itself beside the video, by the same stem."
        ),
    ] = None,
    translation: Annotated[
        list[str] | None,
        typer.Option(
            help="Subtitles that somebody translated, as fr=FILE: SRT, VTT, ASS or TTML.", metavar="LANG=FILE"
        ),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="Which engines: auto, standard, research, embedded.  [default: auto]")
    ] = None,
    untranslated: Annotated[
        str | None,
        typer.Option(help="A sentence that cannot be translated: stop, or keep the original voice.  [default: stop]"),
    ] = None,
    verify: Annotated[
        str | None,
        typer.Option(help="Compare facts in the text alone, or in what is heard too: speech.  [default: speech]"),
    ] = None,
    platform: Annotated[
        str | None,
        typer.Option(
            "--for",
            help="A platform's frame, limits and habits: tiktok, youtube, alibaba, amazon, chinagoods.",
            rich_help_panel=SCREEN,
        ),
    ] = None,
    fill: Annotated[
        str | None,
        typer.Option(
            help="A platform's frame of another shape: pad, crop, blur.  [default: the platform's]",
            rich_help_panel=SCREEN,
        ),
    ] = None,
    currency: Annotated[
        str | None,
        typer.Option(help="Show prices in these too, at yuan for one: usd=7.1,eur=7.7.", rich_help_panel=SCREEN),
    ] = None,
    captions: Annotated[
        str | None,
        typer.Option(
            help="soft: a track in the video; burn: drawn into the picture; none.  [default: soft, or the platform's]",
            rich_help_panel=SCREEN,
        ),
    ] = None,
    subtitles: Annotated[
        str | None,
        typer.Option(help="Subtitle files: srt, vtt, ass, ttml.  [default: srt,vtt]", rich_help_panel=SCREEN),
    ] = None,
    caption_style: Annotated[
        str | None,
        typer.Option(help="Of burned ones: plain, boxed, karaoke.  [default: plain]", rich_help_panel=SCREEN),
    ] = None,
    bilingual: Annotated[
        bool, typer.Option("--bilingual", help="Her Chinese above burned captions.", rich_help_panel=SCREEN)
    ] = False,
    fonts: Annotated[
        Path | None, typer.Option(help="Folder of fonts for burned captions.", rich_help_panel=SCREEN)
    ] = None,
    absorb: Annotated[
        str | None,
        typer.Option(
            help="What is too long to say: audio ends late, or the picture waits: freeze, slow.  [default: audio]"
        ),
    ] = None,
    audio_track: Annotated[
        int | None, typer.Option(help="Which audio track carries the speech, counted from 1.")
    ] = None,
    use: Annotated[
        str | None,
        typer.Option(help="commercial refuses engines that merchants may not use; research admits them."),
    ] = None,
    detect: Annotated[str | None, typer.Option(help=ENGINE_HELP)] = None,
    transcribe: Annotated[str | None, typer.Option(help=ENGINE_HELP)] = None,
    translate: Annotated[str | None, typer.Option(help=ENGINE_HELP)] = None,
    synthesize: Annotated[str | None, typer.Option(help=ENGINE_HELP)] = None,
    consent: Annotated[
        str | None, typer.Option(help="Who agreed that her voice is imitated, and where that is written down.")
    ] = None,
    glossary: Annotated[
        Path | None, typer.Option(help="The shop's own terms, as CSV.  [default: glossary.csv, if there]")
    ] = None,
    memory: Annotated[
        Path | None, typer.Option(help="What you corrected once.  [default: memory.jsonl beside the glossary]")
    ] = None,
    takes: Annotated[
        int | None, typer.Option(help="How often a cloning engine says each sentence; the best is used.  [default: 1]")
    ] = None,
    device: Annotated[
        str | None, typer.Option(help="Where networks run: auto, cpu, cuda, mps.  [default: auto]")
    ] = None,
    weights: WeightsOption = None,
    pull: Annotated[bool, typer.Option("--pull", help="Download weights that are missing.")] = False,
    store: Annotated[Path | None, typer.Option(help="Folder of reusable results.  [default: your cache]")] = None,
    ffmpeg: Annotated[str | None, typer.Option(help="An ffmpeg program instead of the packaged one.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done and how long it takes.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout and nothing else.")] = False,
) -> None:
    """Make one video per language."""
    given = {name: value for name, value in locals().items() if name in Settings.__dataclass_fields__}
    from pitchgen.edges.settings import read_settings
    from pitchgen.shells.making import make_all

    settings = read_settings({**given, "pull": pull or None, "bilingual": bilingual or None})
    codes = [code.strip() for code in langs.split(",") if code.strip()]
    translations = _by_language(translation or [])
    _check_videos(videos, [script] if script else list(translations.values()))
    code = make_all(videos, codes, script, translations, settings, dry_run=dry_run, json=json)
    if code:
        raise typer.Exit(code)


@app.command()
def languages(json: JsonOption = False) -> None:
    """List the languages and what can be done in each."""
    from pitchgen.shells.showing import show_languages

    show_languages(json=json)


@engines.callback(invoke_without_command=True)
def engines_list(context: typer.Context, json: JsonOption = False) -> None:
    """List the engines, their licences and the profiles."""
    if context.invoked_subcommand is None:
        from pitchgen.shells.showing import show_engines

        show_engines(json=json)


@engines.command("install")
def engines_install(
    names: Annotated[
        list[str], typer.Argument(help="Engines that need an environment of their own.", metavar="NAME...")
    ],
) -> None:
    """Make the Python environment of an engine whose packages cannot share ours."""
    from pitchgen.engines.worker.environment import environment, install

    for wanted in [environment(name) for name in names]:
        sys.stderr.write(f"{wanted.name}: up to {wanted.size_gb:.0f} GB\n")
        python = install(wanted.name, lambda line: sys.stderr.write(f"  {line}\n"))
        sys.stdout.write(f"{wanted.name}: in {python.parents[1]}\n")


@app.command()
def doctor(json: JsonOption = False) -> None:
    """Say what this machine has, and what each missing piece would give."""
    from pitchgen.shells.showing import show_doctor

    show_doctor(json=json)


@models.command("list")
def models_list(weights: WeightsOption = None, json: JsonOption = False) -> None:
    """List all weights: who runs them, their size and licence, and which are here."""
    from pitchgen.shells.models import list_models

    list_models(weights, json=json)


@models.command("pull")
def models_pull(
    names: Annotated[list[str], typer.Argument(help="Models, engines or profiles.", metavar="NAME...")],
    source: Annotated[
        Path | None, typer.Option("--from", help="A folder or archive to take them from instead of the hub.")
    ] = None,
    weights: WeightsOption = None,
    use: Annotated[
        str | None, typer.Option(help="commercial refuses weights that merchants may not use; research admits them.")
    ] = None,
) -> None:
    """Fetch weights, convert them once and record what came; go on where an earlier try ended."""
    from pitchgen.shells.models import pull_models

    pull_models(names, source, weights, use)


@models.command("verify")
def models_verify(
    names: Annotated[list[str] | None, typer.Argument(help="Models.  [default: all that are here]")] = None,
    weights: WeightsOption = None,
) -> None:
    """Compare every file with what was recorded when it came."""
    from pitchgen.shells.models import verify_models

    verify_models(names or [], weights)


@models.command("licence")
def models_licence(
    names: Annotated[list[str] | None, typer.Argument(help="Models, engines or profiles.  [default: all]")] = None,
    json: JsonOption = False,
) -> None:
    """Say under which licence weights are, and whether merchants may use what they make."""
    from pitchgen.shells.models import show_licences

    show_licences(names or [], json=json)


def _by_language(given: list[str]) -> dict[str, Path]:
    """The files of `--translation fr=FILE`."""
    files: dict[str, Path] = {}
    for text in given:
        code, equals, path = text.partition("=")
        if not equals or not path or code.strip() in files:
            raise InputError(f"--translation {text}: write it as fr=FILE, once for a language")
        files[code.strip()] = Path(path)
    return files


def _check_videos(videos: list[Path], texts: list[Path]) -> None:
    stems: dict[str, Any] = {}
    for video in videos:
        if video.stem in stems:
            raise InputError(
                f"{video}: would share the folder {video.stem} with {stems[video.stem]}; rename one of them"
            )
        stems[video.stem] = video
    if texts and len(videos) > 1:
        raise InputError(
            f"{texts[0]}: cannot be what is said in {len(videos)} videos; "
            "name one video, or put a script of the same stem beside each"
        )
