"""`pitchgen report`: the page and the document of a project folder, written again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def report(
    folder: Annotated[Path, typer.Argument(help="A project folder, as in out/socks.", metavar="DIR")],
) -> None:
    """Write report.html and report.json of a project folder again, from what it remembers and from its files."""
    from pitchgen.edges.report import DOCUMENT, PAGE
    from pitchgen.recipes.report import rebuild

    found = rebuild(folder)
    for version in found.versions:
        count = f", {len(version.look)} to look at" if version.look else ""
        sys.stdout.write(f"{version.language}: {version.level.value}{count}\n")
    sys.stdout.write(f"{folder / PAGE}\n{folder / DOCUMENT}\n")
