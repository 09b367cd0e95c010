"""`pitchgen memory`: what was corrected once, listed, added to, and exchanged with agencies."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pitchgen.recipes.remembering import Learned, Shop

memory = typer.Typer(help="What you corrected once: list it, add, remove, import, export.", no_args_is_help=True)

MemoryOption = Annotated[
    Path | None, typer.Option("--memory", help="The memory. (default: memory.jsonl beside the glossary)")
]
LanguageOption = Annotated[str | None, typer.Option("--lang", "-l", help="One language, as in fr. (default: all)")]
JsonOption = Annotated[bool, typer.Option("--json", help="As JSON.")]


@memory.command("list")
def memory_list(lang: LanguageOption = None, path: MemoryOption = None, json: JsonOption = False) -> None:
    """List what is remembered."""
    from pitchgen.shells.showing import show

    code = _code(lang)
    entries = [entry for entry in _shop(path).memory().entries if code in (None, entry.language)]
    if json:
        rows = [
            {"sentence": e.source, "language": e.language, "said": e.text}
            | {"kind": e.kind, "from": e.origin, "date": e.date}
            for e in entries
        ]
    else:  # as much as fits a terminal
        rows = [{"": e.language, "sentence": e.source, "said": e.text, "since": e.date[:10]} for e in entries]
    show("memory", rows, json=json)


@memory.command("add")
def memory_add(
    sentence: Annotated[str, typer.Argument(help="What she says, in Chinese.")],
    text: Annotated[str, typer.Argument(help="How it is said from now on.")],
    lang: Annotated[str, typer.Option("--lang", "-l", help="In which language, as in fr.")],
    name: Annotated[bool, typer.Option("--name", help="It is a name, not a sentence.")] = False,
    path: MemoryOption = None,
) -> None:
    """Remember a sentence, or how a name is written."""
    from pitchgen.core.memory import NAME, SENTENCE, Entry, now
    from pitchgen.recipes.remembering import target_language

    kind = NAME if name else SENTENCE
    _tell(_shop(path).add([Entry(sentence, target_language(lang), text, now(), "added", kind)]))


@memory.command("remove")
def memory_remove(
    sentence: Annotated[str, typer.Argument(help="What she says, or a name, in Chinese.")],
    lang: LanguageOption = None,
    path: MemoryOption = None,
) -> None:
    """Forget a sentence or a name, in one language or in all."""
    removed = _shop(path).remove(sentence, _code(lang))
    sys.stdout.write(f"{removed} removed\n")


@memory.command("import")
def memory_import(
    files: Annotated[list[Path], typer.Argument(help="TMX or XLIFF 2 files.", metavar="FILE...")],
    path: MemoryOption = None,
) -> None:
    """Remember what an agency translated."""
    shop = _shop(path)
    for file in files:
        sys.stdout.write(f"{file}: ")
        _tell(shop.bring(file))


@memory.command("export")
def memory_export(
    output: Annotated[Path, typer.Option("--output", "-o", help="The file: .tmx of the memory, .xlf of either.")],
    project: Annotated[
        Path | None, typer.Argument(help="A project folder such as out/NAME. (default: all that is remembered)")
    ] = None,
    lang: LanguageOption = None,
    path: MemoryOption = None,
) -> None:
    """Write the memory, or the lines of one video, for an agency."""
    written = _shop(path).hand_out(output, project, _code(lang))
    sys.stdout.write(f"{output}: {written} {'entry' if written == 1 else 'entries'}\n")


def _shop(path: Path | None) -> Shop:
    from pitchgen.edges.settings import read_settings
    from pitchgen.recipes.remembering import Shop

    return Shop(read_settings({"memory": path}))


def _code(lang: str | None) -> str | None:
    from pitchgen.recipes.remembering import target_language

    return None if lang is None else target_language(lang)


def _tell(learned: Learned) -> None:
    told = [f"{learned.new} remembered"]
    if learned.known:
        told.append(f"{learned.known} known already")
    if learned.older:
        told.append(f"{learned.older} older than what is known")
    sys.stdout.write(", ".join(told) + "\n")
    for reason in learned.skipped:
        sys.stdout.write(f"  left out: {reason}\n")
