"""`pitchgen inspect`: the labels of a file, as a table or JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pitchgen.core.errors import LabelError, exit_code
from pitchgen.shells.options import Audit


def inspect(
    files: Annotated[list[Path], typer.Argument(help="Videos, sounds, pictures, pages.", metavar="FILE...")],
    audit: Audit = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Read every label of a file back and say what holds; exit code 12 where one is missing or broken."""
    from pitchgen.edges.settings import read_settings
    from pitchgen.recipes.inspecting import inspect as read
    from pitchgen.shells.showing import print_json, show

    settings = read_settings({"audit": audit})
    found = [read(path, settings) for path in files]
    if json:
        layers = [
            [{"layer": layer.name, "state": layer.holding.value, "said": layer.said} for layer in one.layers]
            for one in found
        ]
        print_json({
            "files": [
                {"file": str(one.path), "holds": one.holds, "produce_id": one.produce_id, "layers": rows}
                for one, rows in zip(found, layers, strict=True)
            ]
        })  # fmt: skip
    else:
        for one in found:
            rows = [{"layer": layer.name, "state": layer.holding.value, "said": layer.said} for layer in one.layers]
            show(f"{one.path}: {'holds' if one.holds else 'does not hold'}", rows, json=False)
    if not all(one.holds for one in found):
        raise typer.Exit(exit_code(LabelError("labels")))
