"""A catalog overnight: stage by stage over all videos, so that each network is loaded once; a failure stops no other.

Whatever is done is kept, so that running the same again goes on where it was, and makes only what is missing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Queue

from pitchgen.core.catalog import Row
from pitchgen.core.config import Settings
from pitchgen.core.errors import PitchgenError, exit_code, in_one_line
from pitchgen.core.events import Advanced, Listener, ignore
from pitchgen.edges.rates import OUTPUT
from pitchgen.recipes.casting import Casting
from pitchgen.recipes.make import Studio, Upto
from pitchgen.recipes.outcome import Outcome
from pitchgen.recipes.plan import Plan, plan

BYTES_PER_SECOND = 250_000
"""Of an output, until this machine has made some: 2 Mbit/s, a phone's 720p."""
SERVICES = frozenset({"chat", "remote"})
"""Engines that are reached over a network."""
PAID = ("translate", "synthesize")
WORKING = 1.3  # of what the outputs take, with the pictures and sounds that the store keeps beside them


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one row."""

    row: Row
    languages: tuple[str, ...]
    outcome: Outcome | None = None
    error: str = ""
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class Quote:
    """What a batch would take."""

    videos: int
    minutes: float
    """Of media."""
    languages: tuple[str, ...]
    outputs: int
    todo: int
    """Outputs that are not there yet."""
    seconds: float
    """Expected, from what this machine took before."""
    disk_bytes: float
    """Expected, of outputs and store."""
    paid: tuple[str, ...]
    """Engines of somebody else's service, which may cost money: ask there what a sentence costs."""
    requests: int
    """Sentences that would be sent to them."""
    plans: tuple[Plan, ...]
    failures: tuple[Done, ...]
    """Rows of which something is wrong already."""


@dataclass(slots=True)
class Batch:
    """Rows that are made with the same settings, but for what a row says of itself."""

    settings: Settings
    languages: tuple[str, ...]
    listen: Listener = ignore
    _casting: Casting | None = None
    _failed: dict[int, Done] = field(default_factory=dict)
    _done: dict[int, Done] = field(default_factory=dict)

    def run(self, rows: Sequence[Row], finished: Callable[[Done], object] = lambda _: None) -> tuple[Done, ...]:
        """Make every row; `finished` hears of each one as its files are there or it has failed.

        First all are heard, then all translated, then all spoken. Their files are made beside that: while one video is
        spoken, the one before is encoded.
        """
        self._failed.clear()
        self._done.clear()
        for upto in (Upto.HEARD, Upto.TOLD):
            for number, row in enumerate(self._sound(rows), 1):
                self._prepare(row, upto)
                self.listen(Advanced(f"batch {upto.value}", number, len(rows)))
        self._made(rows, finished)
        return tuple(self._heard(done) for done in self._done.values())

    def quote(self, rows: Sequence[Row]) -> Quote:
        """What `run` would take, without doing any of it."""
        plans, failures = [], []
        for row in rows:
            try:
                studio = self._studio(row)
                plans.append(plan(studio, row.video, self._codes(row), script=row.script, name=row.name))
            except PitchgenError as error:
                failures.append(self._failure(row, error))
        rate = self._studio(rows[0]).kit.rates.estimate(OUTPUT, 1) if rows else 0.0
        paid = tuple(name for name in self._engines() if name.partition(":")[0] in SERVICES)
        todo = [(p, sum(step.todo for step in p.steps if step.stage == "render")) for p in plans]
        new = sum(p.duration * count for p, count in todo)
        return Quote(
            videos=len(rows),
            minutes=sum(p.duration for p in plans) / 60,
            languages=tuple(dict.fromkeys(code for row in rows for code in self._codes(row))),
            outputs=sum(len(p.languages) for p in plans),
            todo=sum(count for _, count in todo),
            seconds=sum(p.seconds for p in plans),
            disk_bytes=new * (rate if rate > 1 else BYTES_PER_SECOND) * WORKING,
            paid=paid,
            requests=sum(step.todo for p in plans for step in p.steps if step.stage in PAID and paid),
            plans=tuple(plans),
            failures=tuple(failures),
        )

    def _engines(self) -> tuple[str, ...]:
        return tuple(self._cast_of().profile.engines.values())

    def _made(self, rows: Sequence[Row], finished: Callable[[Done], object]) -> None:
        """Speak the videos here and make their files in another thread, one behind the other."""
        spoken: Queue[Row | None] = Queue()

        def finish() -> None:
            while (row := spoken.get()) is not None:
                self._done[row.number] = self._failed.get(row.number) or self._finish(row, verify="text")
                finished(self._done[row.number])
                self.listen(Advanced("batch made", len(self._done), len(rows)))

        files = threading.Thread(target=finish, name="files")
        files.start()
        try:
            for row in rows:
                if row.number not in self._failed:
                    self._prepare(row, Upto.SPOKEN)
                spoken.put(row)
        finally:
            spoken.put(None)
            files.join()

    def _heard(self, done: Done) -> Done:
        """The same with what a recogniser hears in the dub: after all are made, so that it is loaded once for it."""
        if done.error or self.settings.verify != "speech" or not self._studio(done.row).company.hears:
            return done
        return self._finish(done.row, verify="speech")

    def _finish(self, row: Row, *, verify: str) -> Done:
        try:
            studio = self._studio(row, verify=verify)
            outcome = studio.make(row.video, self._codes(row), script=row.script, name=row.name)
        except PitchgenError as error:
            return self._failure(row, error)
        return Done(row, self._codes(row), outcome)

    def _prepare(self, row: Row, upto: Upto) -> None:
        """Prepare one row; what fails is not tried again."""
        try:
            self._studio(row).prepare(row.video, self._codes(row), upto, script=row.script, name=row.name)
        except PitchgenError as error:
            self._failed[row.number] = self._failure(row, error)

    def _sound(self, rows: Sequence[Row]) -> Iterator[Row]:
        return (row for row in rows if row.number not in self._failed)

    def _failure(self, row: Row, error: PitchgenError) -> Done:
        return Done(row, self._codes(row), None, in_one_line(error), exit_code(error))

    def _codes(self, row: Row) -> tuple[str, ...]:
        return row.languages or self.languages

    def _studio(self, row: Row, *, verify: str | None = None) -> Studio:
        """One for each row, as the threads are at different rows; the engines are those of all."""
        settings = replace(
            self.settings,
            voice=row.voice or self.settings.voice,
            glossary=row.glossary or self.settings.glossary,
            verify=verify or self.settings.verify,
        )
        return Studio(settings, listen=self.listen, casting=self._cast_of())

    def _cast_of(self) -> Casting:
        """The engines, found once."""
        if self._casting is None:
            self._casting = Casting(self.settings)
        return self._casting


def placed(done: Done, template: str, folder: Path) -> dict[str, Path]:
    """Where each language version of a row is to lie, by the template: `{sku}/{lang}.mp4`."""
    return {code: folder / filled(template, done.row, code) for code in done.languages}


def filled(template: str, row: Row, code: str) -> Path:
    """The template with the values of a row.

    Raises:
        KeyError: a name that the row does not have.
    """
    values = {
        **row.others, "sku": row.sku or row.name, "name": row.name, "title": row.title, "stem": row.video.stem,
        "row": str(row.number), "lang": code,
    }  # fmt: skip
    parts = template.format_map({name: _plain(value) for name, value in values.items()}).split("/")
    return Path(*(part for part in parts if part not in ("", ".", "..")))


def _plain(value: str) -> str:
    """A value that is part of one name: no folder, nothing hidden, not too long."""
    return "".join(c if c.isalnum() or c in " ._-" else "_" for c in value).strip(" .")[:100] or "_"
