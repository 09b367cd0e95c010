"""Where a worker has the stages performed that it has taken, and writes down what came of them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from pitchgen.core.errors import PitchgenError, StorageError
from pitchgen.core.hosting import Hosting
from pitchgen.core.service import Job, OutputState
from pitchgen.edges.service.queue import CPU, GPU, Task
from pitchgen.edges.service.runs import Runs, Superseded, Turn
from pitchgen.recipes.service.measures import Measures, Outcome
from pitchgen.recipes.service.process import Crashed, StageProcess
from pitchgen.recipes.service.slots import Closed, Slots
from pitchgen.recipes.service.stages import Answer, Order, Step, Stopped, Tell
from pitchgen.recipes.service.workflow import GRAPH, Verdict

T = TypeVar("T")

PATIENCE = 60.0  # seconds for a database to come back: where there is a lease, it ends the process before
PAUSE = 1.0  # seconds between tries at that
TELL = 2.0  # seconds between progress events of a stage, which are rows of the database
KNOWN = 64  # runs whose requests are not read again
MARKS = {"speak": OutputState.SPEAKING, "make": OutputState.MAKING}
VERDICTS = {
    Outcome.DONE: Verdict.DONE, Outcome.AGAIN: Verdict.AGAIN, Outcome.CRASHED: Verdict.AGAIN,
    Outcome.MOVED: Verdict.ELSEWHERE,
}  # fmt: skip
"""What follows an outcome; after the others, nothing does."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Bench:
    """Performs the stages that this process has taken."""

    hosting: Hosting
    runs: Runs
    measures: Measures = field(default_factory=Measures)
    slots: Slots = field(init=False)
    _jobs: dict[str, Job] = field(default_factory=dict)
    _at_work: list[str] = field(default_factory=list)
    _unwanted: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.slots = Slots(self.hosting, {GPU: 1, CPU: self.hosting.cpu_slots})
        self.measures.show(self.slots)

    def job(self, run_id: str) -> Job | None:
        """Whose run it is, and what she asked for, which stays as it is; how the job is, may be old."""
        with self._lock:
            known = self._jobs.get(run_id)
        if known or (found := _patiently(lambda: self.runs.find(run_id))) is None:
            return known
        with self._lock:
            while len(self._jobs) >= KNOWN:
                del self._jobs[next(iter(self._jobs))]
            self._jobs[run_id] = found[0]
        return found[0]

    def perform(self, task: Task) -> Verdict:
        """Do the work of a task; whatever happens to it is written down, and the verdict says what follows."""
        job = self.job(task.run_id)
        if job is None:
            return Verdict.OVER
        # asked before it begins: who waits to be alone is not there when another one takes the worker with it
        suspect = _patiently(lambda: self.runs.lost(task.run_id, task.stage, task.language)) > 0
        try:
            with self.slots.taken(GRAPH[task.stage].resource, job.request.priority, alone=suspect) as process:
                outcome = self._begin(task, process)
        except Closed:
            return Verdict.ELSEWHERE
        self.measures.count(task.stage, outcome)
        log.info("%s: %s", task.id, outcome.value, extra={"merchant": job.merchant, "job": job.id})
        return VERDICTS.get(outcome, Verdict.OVER)

    def watch(self) -> None:
        """Find out which runs at work are over; asked about every second."""
        with self._lock:
            at_work = set(self._at_work)
        self._unwanted = at_work - self.runs.live(at_work) if at_work else set()

    def _begin(self, task: Task, process: StageProcess) -> Outcome:
        try:
            mark = MARKS.get(task.stage)
            turn = _patiently(lambda: self.runs.begin(task.run_id, task.stage, task.language, mark=mark))
            output = turn.output(task.language)
            if output is not None and output.state.terminal:
                return Outcome.UNWANTED
            if turn.lost >= self.hosting.crashes:
                reason = f"{task.stage} took its process with it {turn.lost} times and was given up"
                _patiently(lambda: self.runs.bury(task.run_id, task.stage, task.language, reason, turn.lost))
                return Outcome.DEAD
            return self._performed(task, turn, process)
        except (Superseded, Stopped) as why:
            log.info("%s is not wanted any more: %s", task.id, why)
            return Outcome.UNWANTED

    def _performed(self, task: Task, turn: Turn, process: StageProcess) -> Outcome:
        left = tuple(o.language for o in turn.outputs if not o.state.terminal)
        order = Order(turn.job, task.run_id, task.stage, task.language, left)
        began = time.monotonic()
        with self._lock:
            self._at_work.append(task.run_id)
        try:
            answer = process.perform(order, self._teller(task), lambda: task.run_id not in self._unwanted)
        except Crashed as error:
            if self.slots.closed:  # we ended it ourselves, as its time was up
                _patiently(lambda: self.runs.leave(task.run_id, task.stage, task.language))
                return Outcome.MOVED
            log.warning("%s: %s", task.id, error)
            return Outcome.CRASHED  # it counts as lost when it begins again
        finally:
            with self._lock:
                self._at_work.remove(task.run_id)
        self.measures.took(task.stage, time.monotonic() - began, answer.measured, done=answer.failure is None)
        return _patiently(lambda: self._written(task, answer))

    def _written(self, task: Task, answer: Answer) -> Outcome:
        failure = answer.failure
        self.runs.end(task.run_id, task.stage, task.language, made=None if failure else answer.made)
        if failure is None:
            return Outcome.DONE
        if not failure.retryable:
            log.warning("%s fails: %s", task.id, failure.detail)
            self.runs.fail(task.run_id, task.language, failure.message)
            return Outcome.FAILED
        if task.attempt <= self.hosting.retries:
            log.warning("%s fails, and is tried again: %s", task.id, failure.detail)
            return Outcome.AGAIN
        reason, told = (f"{line} (tried {task.attempt} times)" for line in (failure.detail, failure.message))
        self.runs.bury(task.run_id, task.stage, task.language, reason, task.attempt, told=told)
        return Outcome.DEAD

    def _teller(self, task: Task) -> Tell:
        told = 0.0

        def tell(step: Step) -> None:
            nonlocal told
            now = time.monotonic()
            if step.warning is None and now - told < TELL:
                return
            told = now
            try:
                self.runs.progress(
                    task.run_id, step.what, task.language, done=step.done, total=step.total, message=step.warning
                )
            except Superseded as error:
                raise Stopped(error) from None
            except PitchgenError as error:  # a progress that nobody hears of does no harm
                log.warning("%s: %s", task.id, error)

        return tell


def _patiently(ask: Callable[[], T]) -> T:
    """What `ask` returns, once the database answers: a finished stage is not thrown away for a restart of it.

    Raises:
        StorageError: it does not come back.
    """
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except StorageError as error:
            if time.monotonic() > end:
                raise
            log.warning("%s", error)
            time.sleep(PAUSE)
