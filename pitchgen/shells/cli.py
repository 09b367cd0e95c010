"""The command line: parses, calls, prints."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pitchgen import __version__
from pitchgen.core.config import Settings
from pitchgen.core.errors import InputError, PitchgenError, exit_code, in_one_line
from pitchgen.shells import options
from pitchgen.shells.inspecting import inspect as inspect_command
from pitchgen.shells.memory import memory as memory_commands
from pitchgen.shells.reporting import report as report_command
from pitchgen.shells.serving import key as key_commands
from pitchgen.shells.serving import merchant as merchant_commands
from pitchgen.shells.serving import serve as serve_command
from pitchgen.shells.voices import audit as audit_command
from pitchgen.shells.voices import consent as consent_commands
from pitchgen.shells.voices import voice as voice_commands
from pitchgen.shells.working import service as service_commands
from pitchgen.shells.working import worker as worker_command

INTERRUPTED = 130

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
app.add_typer(voice_commands, name="voice")
app.add_typer(consent_commands, name="consent")
app.command("audit")(audit_command)
app.command("inspect")(inspect_command)
app.command("report")(report_command)
app.command("serve")(serve_command)
app.command("worker")(worker_command)
app.add_typer(service_commands, name="service")
service_commands.add_typer(merchant_commands, name="merchant")
service_commands.add_typer(key_commands, name="key")

WeightsOption = Annotated[Path | None, typer.Option(help="Folder of weights. (default: your data folder)")]
JsonOption = Annotated[bool, typer.Option("--json", help="As JSON.")]


def main() -> None:
    """Run the command line; an expected error is one line on stderr and its exit code."""
    try:
        app()
    except PitchgenError as error:
        sys.stderr.write(f"pitchgen: {in_one_line(error)}\n")
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        sys.stderr.write("pitchgen: interrupted; run the same command again to go on where it was\n")
        sys.exit(INTERRUPTED)


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
    videos: options.Videos,
    langs: options.Langs,
    out: options.Out = None,
    script: options.Script = None,
    translation: options.Translation = None,
    words: options.Words = None,
    compare: options.Compare = None,
    audio_track: options.AudioTrack = None,
    untranslated: options.Untranslated = None,
    verify: options.Verify = None,
    glossary: options.Glossary = None,
    memory: options.Memory = None,
    platform: options.Platform = None,
    fill: options.FrameFill = None,
    captions: options.Captions = None,
    old_captions: options.OldCaptions = None,
    subtitles: options.Subtitles = None,
    caption_style: options.Style = None,
    bilingual: options.Bilingual = False,
    fonts: options.Fonts = None,
    currency: options.Currency = None,
    profile: options.Profile = None,
    use: options.Use = None,
    detect: options.Engine = None,
    transcribe: options.Engine = None,
    read: options.Engine = None,
    translate: options.Engine = None,
    synthesize: options.Engine = None,
    voice: options.Voice = None,
    consent: options.Consent = None,
    voices: options.Voices = None,
    takes: options.Takes = None,
    absorb: options.Absorb = None,
    separate: options.Separate = None,
    watermark: options.Watermark = None,
    loudness: options.Loudness = None,
    package: options.Package = None,
    device: options.Device = None,
    weights: options.Weights = None,
    pull: options.Pull = False,
    store: options.Store = None,
    audit: options.Audit = None,
    ffmpeg: options.Program = None,
    dry_run: options.DryRun = False,
    json: options.Json = False,
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
def batch(
    catalog: options.Catalog,
    langs: options.Langs,
    out: options.Out = None,
    name: options.Template = None,
    rows: options.Rows = None,
    untranslated: options.Untranslated = None,
    profile: options.Profile = None,
    use: options.Use = None,
    voice: options.Voice = None,
    consent: options.Consent = None,
    store: options.Store = None,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Make every video of a catalog; the same command again goes on where it was."""
    given = {name: value for name, value in locals().items() if name in Settings.__dataclass_fields__}
    from pitchgen.edges.settings import read_settings
    from pitchgen.shells.batching import run_batch

    code = run_batch(catalog, langs, read_settings(given), name=name, rows=rows, dry_run=dry_run, json=json)
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
    names: Annotated[list[str] | None, typer.Argument(help="Models. (default: all that are here)")] = None,
    weights: WeightsOption = None,
) -> None:
    """Compare every file with what was recorded when it came."""
    from pitchgen.shells.models import verify_models

    verify_models(names or [], weights)


@models.command("licence")
def models_licence(
    names: Annotated[list[str] | None, typer.Argument(help="Models, engines or profiles. (default: all)")] = None,
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
