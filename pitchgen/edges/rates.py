"""How long this machine takes for each kind of work, learnt from its own runs."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from pitchgen.core.report import Effort, StageTime
from pitchgen.edges.store import write_atomically

MEMORY = 0.7
"""Weight of what was known against the newest run: one odd run does not spoil the estimate."""

FIRST_GUESS = {
    # seconds a unit, measured on two cores by benchmarks/dub.py; used until this machine has its own
    "decode": 0.3,
    "detect": 0.4,
    "transcribe": 0.8,
    "translate": 0.002,
    "compare": 0.02,
    "enroll": 0.5,
    "excerpt": 0.8,
    "synthesize": 0.04,
    "picture": 0.2,  # a second of video
    "sound": 0.6,
    "mux": 0.3,
}


OUTPUT = "output bytes"
"""What the bytes of a second of output are kept under, among the seconds of work."""


class Rates:
    """Seconds a unit of work, by stage; kept in one JSON file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, float] | None = None
        self._work = ""
        self._since = time.monotonic()
        self._spent: dict[str, dict[str, tuple[float, float]]] = {}
        self._seconds: dict[str, float] = {}

    def learn(self, stage: str, seconds: float, units: float) -> None:
        """Take in that `units` of `stage` took `seconds`."""
        spent = self._spent.setdefault(self._work, {})
        before = spent.get(stage, (0.0, 0.0))
        spent[stage] = before[0] + seconds, before[1] + units
        if units > 0:
            known = self._load()
            now = seconds / units
            known[stage] = MEMORY * known[stage] + (1 - MEMORY) * now if stage in known else now

    def turn_to(self, work: str) -> None:
        """What is done from now on is done for `work`, a video for instance; several may take turns."""
        now = time.monotonic()
        self._seconds[self._work] = self._seconds.get(self._work, 0.0) + now - self._since
        self._work, self._since = work, now

    def spent(self) -> Effort:
        """What was done for the present work since it was last asked."""
        work = self._work
        self.turn_to(work)
        kept = self._spent.pop(work, {})
        stages = tuple(StageTime(stage, *spent) for stage, spent in kept.items() if stage != OUTPUT)
        return Effort(self._seconds.pop(work), stages)

    def estimate(self, stage: str, units: float) -> float:
        """Seconds that `units` of `stage` will take, roughly."""
        return units * self._load().get(stage, FIRST_GUESS.get(stage, 1.0))

    def save(self) -> None:
        """Write what was learnt, for the next run."""
        if self._known:
            write_atomically(self._path, msgspec.json.format(msgspec.json.encode(self._known)))

    def _load(self) -> dict[str, float]:
        if self._known is None:
            try:
                self._known = msgspec.json.decode(self._path.read_bytes(), type=dict[str, float])
            except (OSError, msgspec.DecodeError):
                self._known = {}  # an estimate is a comfort, not a fact worth failing for
        return self._known
