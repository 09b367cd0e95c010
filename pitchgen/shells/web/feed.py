"""Events of jobs for whoever listens: each job that is listened to is looked at by one task, however many listen.

Events are numbered without gaps and become visible in that order, so a listener who was told of number n misses nothing
by asking for what comes after n.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from pitchgen.core.service import Event
from pitchgen.edges.service.jobs import Jobs

LOOK = 0.25  # seconds between two looks at a job: sooner than anybody notices
KEPT = 500  # events of a job that are held for listeners; who is further behind reads them from the database


@dataclass(slots=True)
class _Watched:
    """A job that is listened to."""

    after: int
    recent: deque[Event] = field(default_factory=lambda: deque(maxlen=KEPT))
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    listeners: int = 0
    task: asyncio.Task[None] | None = None


class Feed:
    """What happens to jobs, as it happens."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._watched: dict[tuple[str, str], _Watched] = {}

    @property
    def watched(self) -> int:
        """How many jobs are looked at."""
        return len(self._watched)

    async def listen(self, merchant: str, job_id: str, *, after: int, patience: float) -> AsyncIterator[list[Event]]:
        """Events after number `after`, in order; an empty list whenever `patience` seconds are quiet."""
        job = (merchant, job_id)
        watched = self._join(job, after)
        try:
            while True:
                changed = watched.changed
                events = await self._after(watched, job, after)
                if events:
                    after = events[-1].number
                    yield events
                    continue
                try:
                    await asyncio.wait_for(changed.wait(), patience)
                except asyncio.TimeoutError:
                    yield []
        finally:
            self._leave(job, watched)

    def _join(self, job: tuple[str, str], after: int) -> _Watched:
        watched = self._watched.get(job)
        if watched is None:
            watched = self._watched[job] = _Watched(after)
            watched.task = asyncio.create_task(self._watch(job, watched))
        watched.listeners += 1
        return watched

    def _leave(self, job: tuple[str, str], watched: _Watched) -> None:
        watched.listeners -= 1
        if not watched.listeners and watched.task:
            watched.task.cancel()
            self._watched.pop(job, None)

    async def _after(self, watched: _Watched, job: tuple[str, str], after: int) -> list[Event]:
        recent = watched.recent
        if recent and recent[0].number <= after + 1:
            return [event for event in recent if event.number > after]
        if after >= watched.after:
            return []
        return list(await asyncio.to_thread(self._jobs.events, *job, after=after))

    async def _watch(self, job: tuple[str, str], watched: _Watched) -> None:
        while True:
            try:
                events = await asyncio.to_thread(self._jobs.events, *job, after=watched.after)
            except Exception:  # the database is away: listeners hear when it is back
                events = ()
            if events:
                watched.recent.extend(events)
                watched.after = events[-1].number
                changed, watched.changed = watched.changed, asyncio.Event()
                changed.set()
            if len(events) < KEPT:
                await asyncio.sleep(LOOK)
