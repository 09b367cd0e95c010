"""Stages of a fixed cost that load nothing, for tests and benchmarks of the queue.

How they behave is in the request, setting `standin`: words such as `fail:make:fr`, `crash:speak:en`, `sleep:hear:2`.
"""

from __future__ import annotations

import hashlib
import os
import signal
import time
from pathlib import Path

from pitchgen.core.errors import EngineError, InputError
from pitchgen.core.events import Used
from pitchgen.core.hosting import Hosting
from pitchgen.core.service import output_prefix
from pitchgen.edges.service.objects import Objects
from pitchgen.edges.service.runs import Made
from pitchgen.recipes.service.stages import Measured, Order, Step, Tell

SECONDS = 0.02  # of a stage, where the request says nothing
TICK = 0.02  # seconds between steps
MEDIA = 10.0  # seconds that every video is said to have
NETWORK = {"standin": 1_000_000}  # what is said to be loaded, once a stage was performed


class Standin:
    """As the real performer, but for the work."""

    def __init__(self, hosting: Hosting) -> None:
        self._objects = Objects.open(hosting.objects_url)
        self._known: set[tuple[str, str, str]] = set()
        self._last = Measured()

    def perform(self, order: Order, tell: Tell) -> Made | None:
        """Take the time; do what the request says of this stage."""
        self._last = self._measure(order)
        seconds = SECONDS
        for word in order.job.request.settings.get("standin", "").split():
            act, _, where = word.partition(":")
            stage, _, argument = where.partition(":")
            if stage not in ("*", order.stage):
                continue
            if act == "sleep":
                seconds = float(argument)
            elif argument in ("", order.language):
                _act(act, order)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            tell(Step(seconds - left, seconds, order.stage))
            time.sleep(min(TICK, left))
        return self._made(order) if order.stage == "make" else None

    def measured(self) -> Measured:
        """As if it kept what it made for a merchant's video."""
        return self._last

    def networks(self) -> dict[str, int]:
        """One, after the first stage."""
        return NETWORK if self._known else {}

    def _measure(self, order: Order) -> Measured:
        what = (order.job.merchant, order.job.request.video_id, f"{order.stage} {order.language}")
        kept = what in self._known
        self._known.add(what)
        return Measured(MEDIA, (Used(order.stage, kept=int(kept), made=int(not kept)),))

    def _made(self, order: Order) -> Made:
        content = f"{order.job.id} {order.language} ".encode() * 100
        digest = hashlib.sha256(content).hexdigest()
        prefix = f"{output_prefix(order.job.merchant, order.run_id, order.language)}/{digest[:16]}"
        name = f"{order.language}.mp4"
        self._objects.put_if_absent(f"{prefix}/{name}", content)
        return Made(prefix, name, len(content), digest, 1.0)


def _act(act: str, order: Order) -> None:
    if act == "fail":
        raise InputError(f"{__file__}: {order.stage} was told to fail")
    if act == "bug":
        raise RuntimeError(f"{__file__}: {order.stage} has one")
    if act == "passing":  # fails until the file is there that it makes
        mark = Path(order.job.request.settings["mark"]) / f"{order.run_id}-{order.stage}"
        if not mark.exists():
            mark.touch()
            raise EngineError(f"{order.stage} fails once", retryable=True)
    if act == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    if act == "topple":  # as a container that is ended for memory: the supervisor goes too
        os.kill(os.getppid(), signal.SIGKILL)
    if act == "hang":
        time.sleep(3600)
