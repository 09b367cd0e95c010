"""`pitchgen batch` on a terminal: the quote, the summary, `batch.json` and the index page over all outputs."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pitchgen.core.catalog import Flaw, Row
from pitchgen.core.config import Settings
from pitchgen.core.errors import InputError
from pitchgen.core.events import ignore
from pitchgen.edges.catalog import read_catalog
from pitchgen.edges.store import storage_errors, write_atomically
from pitchgen.recipes.batch import Batch, Done, Quote, filled
from pitchgen.recipes.index_page import index_page
from pitchgen.shells.progress import Bars, screen
from pitchgen.shells.showing import print_json

RECORD, INDEX = "batch.json", "index.html"
RECORD_EVERY = 5.0  # seconds: a catalog of thousands is not written anew for each of its rows
MOST_FLAWS = 20  # rows that are listed on the screen; batch.json has all


def run_batch(
    catalog: Path, langs: str, settings: Settings, *, name: str | None, rows: str | None, dry_run: bool, json: bool
) -> int:
    """Make the catalog, or say what it would take. Returns the exit code of the first failure.

    Args:
        catalog: a folder or a table.
        langs: languages of the rows that name none, joined by commas.
        settings: those of every row.
        name: template of where outputs lie.
        rows: numbers of the rows to make; all, where it is None.
        dry_run: only say.
        json: as one document.
    """
    codes = tuple(code.strip() for code in langs.split(",") if code.strip())
    wanted = _wanted(catalog, rows)
    _check_template(name, wanted)
    work = Batch(settings, codes, listen=ignore if json or dry_run else Bars())
    if dry_run:
        quote = work.quote(wanted)
        print_json(_builtins(quote)) if json else _print_quote(quote)
        return quote.failures[0].exit_code if quote.failures else 0
    record = _Record(settings.out, codes, name)
    results = work.run(wanted, record.add)
    record.write(results)
    if json:
        print_json(_document(results, codes))
    else:
        _print_results(results, _retry(results, catalog, langs))
    return next((one.exit_code for one in results if one.error), 0)


def _wanted(catalog: Path, rows: str | None) -> tuple[Row, ...]:
    """The rows to make.

    Raises:
        InputError: any of the catalog's rows is wrong; all of them are listed, and nothing was made.
    """
    found, flaws = read_catalog(catalog)
    if flaws:
        for flaw in flaws[:MOST_FLAWS]:
            screen.print(f"[red]row {flaw.number}:[/] {escape(flaw.reason)}")
        raise InputError(f"{catalog}: {_counted(flaws)} cannot be made, and nothing was; mend the rows that are named")
    if rows is None:
        return found
    numbers = _numbers(rows)
    if missing := numbers - {row.number for row in found}:
        raise InputError(f"{catalog}: has no row {', '.join(map(str, sorted(missing)))}")
    return tuple(row for row in found if row.number in numbers)


def _counted(flaws: Sequence[Flaw]) -> str:
    listed = ", ".join(str(flaw.number) for flaw in flaws[:MOST_FLAWS])
    return f"{len(flaws)} of its rows ({listed}{', ...' if len(flaws) > MOST_FLAWS else ''})"


def _numbers(rows: str) -> set[int]:
    found: set[int] = set()
    for part in filter(None, map(str.strip, rows.split(","))):
        first, _, last = part.partition("-")
        if not first.isdecimal() or not (last or first).isdecimal():
            raise InputError(f"rows {part!r}: name them as 3,7 or 2-9")
        found |= set(range(int(first), int(last or first) + 1))
    return found


def _check_template(template: str | None, rows: Sequence[Row]) -> None:
    """Refuse a template that names what no row has, or gives two outputs one place."""
    if template is None:
        return
    places: dict[Path, int] = {}
    for row in rows:
        for code in ("en", "fr"):
            try:
                place = filled(template, row, code)
            except (KeyError, IndexError, ValueError, AttributeError) as error:
                raise InputError(f"--name {template!r}: {error} is no column of row {row.number}") from None
            if place in places:
                raise InputError(
                    f"--name {template!r}: outputs of rows {places[place]} and {row.number} would all lie at {place}; "
                    "use {sku} and {lang}"
                )
            places[place] = row.number


class _Record:
    """`batch.json`, the index page, and the outputs where the template says, kept up while the batch goes on."""

    def __init__(self, folder: Path, codes: Sequence[str], template: str | None) -> None:
        self._folder, self._codes, self._template = folder, codes, template
        self._done: list[Done] = []
        self._written = 0.0

    def add(self, one: Done) -> None:
        """Take in one row; a batch that is killed leaves a record of all but the last seconds."""
        self._done.append(one)
        if one.outcome and self._template:
            for output in one.outcome.outputs:
                _link(output.video, self._folder / filled(self._template, one.row, output.language))
        if time.monotonic() - self._written > RECORD_EVERY:
            self.write(self._done)
            self._written = time.monotonic()

    def write(self, results: Sequence[Done]) -> None:
        """Write both files, each at once."""
        with storage_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
        document = msgspec.json.format(msgspec.json.encode(_document(results, self._codes)))
        write_atomically(self._folder / RECORD, document)
        write_atomically(self._folder / INDEX, index_page(results, self._folder).encode())


def _link(source: Path, place: Path) -> None:
    """The same file at another place, without a copy where the file system can."""
    with storage_errors(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(f".{place.name}.part")
        part.unlink(missing_ok=True)
        try:
            os.link(source, part)
        except OSError:
            shutil.copyfile(source, part)
        part.replace(place)


def _document(results: Sequence[Done], codes: Sequence[str]) -> dict[str, Any]:
    failed = [one.row.number for one in results if one.error]
    return {"languages": list(codes), "made": len(results) - len(failed), "failed": failed, "rows": _builtins(results)}


def _retry(results: Sequence[Done], catalog: Path, langs: str) -> str:
    """The command that makes those that failed."""
    failed = ",".join(str(one.row.number) for one in results if one.error)
    return shlex.join(["pitchgen", "batch", str(catalog), "--langs", langs, "--rows", failed])


def _print_results(results: Sequence[Done], retry: str) -> None:
    failed = [one for one in results if one.error]
    outputs = [output for one in results if one.outcome for output in one.outcome.outputs]
    look = sum(bool(output.unsound or output.overruns) for output in outputs)
    sys.stdout.write(f"{len(results) - len(failed)} of {len(results)} videos made, {len(outputs)} outputs\n")
    if look:
        sys.stdout.write(f"{look} outputs have something to look at: see {RECORD}\n")
    for one in failed:
        sys.stdout.write(f"row {one.row.number} failed ({one.exit_code}): {one.error}\n")
    if failed:
        sys.stdout.write(f"again, those alone: {retry}\n")


def _print_quote(quote: Quote) -> None:
    table = Table(title="what the batch would take", title_justify="left", show_header=False)
    rows = {
        "videos": f"{quote.videos} ({quote.minutes:.1f} minutes)",
        "languages": ", ".join(quote.languages),
        "outputs": f"{quote.todo} of {quote.outputs} to be made",
        "time": f"{quote.seconds / 60:.1f} minutes, from what this machine took before",
        "disk": f"{quote.disk_bytes / 1e6:.0f} MB",
        "money": f"{quote.requests} sentences go to {', '.join(quote.paid)}" if quote.paid else "none: no paid engine",
    }
    for label, value in rows.items():
        table.add_row(label, value)
    Console(highlight=False).print(table)
    for one in quote.failures:
        sys.stdout.write(f"row {one.row.number} would fail: {one.error}\n")


def _builtins(value: object) -> Any:
    return msgspec.to_builtins(value, enc_hook=str)
