"""`pitchgen make` on a terminal: progress while it runs, a table when it is done, or one JSON document."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pitchgen.core.config import Settings
from pitchgen.core.engines import TIMBRES
from pitchgen.core.errors import PitchgenError, exit_code
from pitchgen.core.events import ignore
from pitchgen.recipes.ahead import hear_ahead
from pitchgen.recipes.make import Studio
from pitchgen.recipes.outcome import Outcome, Output
from pitchgen.recipes.plan import Plan, plan
from pitchgen.shells.progress import LABELS, Bars, screen
from pitchgen.shells.showing import print_json


def make_all(
    videos: Sequence[Path],
    codes: Sequence[str],
    script: Path | None,
    translations: Mapping[str, Path],
    settings: Settings,
    *,
    dry_run: bool,
    json: bool,
) -> int:
    """Make or plan every video; one that fails stops no other. Returns the exit code of the first failure."""
    bars = None if json or dry_run else Bars()
    ask = _ask if not json and sys.stdin.isatty() and sys.stderr.isatty() else None
    studio = Studio(settings, listen=bars or ignore, ask=ask)  # one for all, so that a network is loaded once
    if not dry_run:
        hear_ahead(studio, videos, codes)
    results: list[dict[str, Any]] = []
    first_failure = 0
    for video in videos:
        try:
            run: Callable[..., Outcome | Plan] = partial(plan, studio) if dry_run else studio.make
            made = run(video, codes, script=script, translations=translations)
        except PitchgenError as error:
            if len(videos) == 1 and not json:
                raise
            first_failure = first_failure or exit_code(error)
            results.append({"video": str(video), "error": str(error), "exit_code": exit_code(error)})
            if not json:
                screen.print(f"[red]pitchgen: {escape(str(error))}")
        else:
            results.append(_told(made, json=json))
        finally:
            if bars:
                bars.stop()
    if json:
        print_json({"videos": results})
    return first_failure


def _ask(video: str) -> str | None:
    """Ask at the terminal whether the speaker agrees; None where she does not."""
    screen.print(
        f"The voice that speaks in [bold]{escape(video)}[/bold] would be imitated. That needs her consent, which is "
        "recorded. Who agrees, and how (as in: Wang Li, in person)? Enter alone takes a stock voice."
    )
    try:
        return screen.input("> ").strip() or None
    except EOFError:
        return None


def _told(made: Outcome | Plan, *, json: bool) -> dict[str, Any]:
    """What a run or a plan tells, printed unless it goes into the document."""
    if isinstance(made, Plan):
        if not json:
            _print_plan(made)
        return {**_builtins(made), "seconds": made.seconds}
    if not json:
        _print_outcome(made)
    return _builtins(made)


def _print_outcome(outcome: Outcome) -> None:
    """A table, a row per language."""
    table = Table(title=f"{outcome.video.name}: {_origin(outcome)}", title_justify="left")
    for column in ("output", "duration", "segments", "tempo", "reused", "to look at"):
        table.add_column(column, overflow="fold", no_wrap=column in ("duration", "tempo"))
    for output in outcome.outputs:
        table.add_row(
            escape(str(output.video)),
            f"{output.duration:.1f} s",
            f"{output.segments}",
            f"{output.tempo[0]:.2f}-{output.tempo[1]:.2f}",
            "all of it" if output.reused else f"{output.reused_voices} of {output.segments}",
            _remarks(output),
        )
    Console(highlight=False).print(table)
    performers = ", ".join(dict.fromkeys(name for name in outcome.engines.values() if name != "none"))
    sys.stdout.write(f"profile: {outcome.profile} ({performers})\n")
    for package in outcome.packages:
        sys.stdout.write(f"all languages in one: {package}\n")
    if outcome.better:
        name, *needs = outcome.better
        sys.stdout.write(f"a better one, {name}, would need: {'; '.join(needs)}\n")
    for timbre in dict.fromkeys(output.timbre for output in outcome.outputs):
        codes = ", ".join(output.language for output in outcome.outputs if output.timbre == timbre)
        sys.stdout.write(f"voice ({codes}): {TIMBRES[timbre]}\n")
    for said in dict.fromkeys(map(_by_ear, outcome.outputs)):
        codes = ", ".join(output.language for output in outcome.outputs if _by_ear(output) == said)
        sys.stdout.write(f"prices and quantities by ear ({codes}): {said}\n")
    sys.stdout.write(
        f"edit {outcome.transcript} or a subtitle file, run the same command: only that line is made anew\n"
    )


def _by_ear(output: Output) -> str:
    """Whether the facts in the new voice were heard again."""
    heard = output.heard
    lines = heard.verified + len(heard.misheard) + len(heard.unverifiable)
    if not lines:
        return "nothing to verify"
    if heard.reason:
        return f"not verifiable, {heard.reason}"
    return f"verified in {heard.verified} of {lines} lines"


def _origin(outcome: Outcome) -> str:
    score = "" if outcome.score is None else f", agreement with the recording {outcome.score:.2f} of 1"
    return f"words from {outcome.words}{score}"


def _remarks(output: Output) -> str:
    remarks = []
    if output.shortened:
        remarks.append(f"{len(output.shortened)} said in fewer words")
    if output.waited:
        remarks.append(f"the picture waits {output.waited:.1f} s")
    if output.overruns:
        latest = max(seconds for _, seconds in output.overruns)
        remarks.append(f"{len(output.overruns)} late, at most {latest:.2f} s")
    if output.kept_original:
        remarks.append(f"{len(output.kept_original)} in the original voice")
    if output.unsound:
        remarks.append(f"{len(output.unsound)} with wrong figures")
    if output.unverified:
        remarks.append(f"not checked: {', '.join(output.unverified)}")
    if output.leak and output.leak.heard:
        remarks.append(f"her voice is heard in {output.leak.heard:.0%} of the background")
    if output.heard.misheard:
        remarks.append(f"{len(output.heard.misheard)} heard with another figure")
    if output.unmet:
        remarks.append("; ".join(output.unmet))
    if output.pivot:
        remarks.append(f"translated through {output.pivot}")
    if output.edited:
        known = f" ({output.remembered} from the memory)" if output.remembered else ""
        remarks.append(f"{output.edited} in your words{known}")
    return "; ".join(remarks)


def _print_plan(planned: Plan) -> None:
    table = Table(title=f"{planned.video.name}: what a run would do", title_justify="left")
    for column in ("stage", "to do", "reused", "seconds"):
        table.add_column(column, justify="left" if column == "stage" else "right")
    for step in planned.steps:
        table.add_row(LABELS.get(step.stage, step.stage), str(step.todo), str(step.reused), f"{step.seconds:.1f}")
    table.add_row("all", "", "", f"{planned.seconds:.1f}")
    Console(highlight=False).print(table)


def _builtins(value: object) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(value, enc_hook=str)
    return found
