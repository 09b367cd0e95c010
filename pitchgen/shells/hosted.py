"""What the commands of the hosted service share: where it lies, and the packages that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pitchgen.core.errors import MissingWeights

if TYPE_CHECKING:
    from pitchgen.core.hosting import Hosting

DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", help="sqlite:///FILE or postgresql://USER@HOST/NAME. (default: a file in --state)"),
]
ObjectsOption = Annotated[
    str | None, typer.Option("--objects", help="file:///FOLDER or s3://BUCKET/PREFIX. (default: a folder in --state)")
]
StateOption = Annotated[Path | None, typer.Option("--state", help="Folder of this process. (default: service)")]


MetricsOption = Annotated[
    str | None, typer.Option("--metrics", help="HOST:PORT for /metrics, /healthz and /readyz, kept inside.")
]


def hosting_of(database: str | None, objects: str | None, state: Path | None, **more: object) -> Hosting:
    """The settings of the service, with what the command line says.

    Raises:
        InputError: as `read_hosting`.
    """
    from pitchgen.edges.settings import read_hosting

    return read_hosting({"database": database, "objects": objects, "state": state, **more})


@contextmanager
def needing_extra() -> Iterator[None]:
    """The packages of the service, asked for where they are not here.

    Raises:
        MissingWeights: they are not.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("pitchgen"):
            raise
        raise MissingWeights(
            f"{error.name} is not installed; the service needs: pip install 'pitchgen[serve]'"
        ) from None
