"""The graph, and the one workflow that walks it.

    hear (gpu) -> tell, all languages (gpu) -> for each language: speak (gpu) -> make (cpu)

Each stage is a workflow of its own, which enqueues what follows. Nobody waits for anybody: the last language to end
ends the run, in the transaction that says so, with the webhook and the usage that are owed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

from pitchgen.core.hosting import Hosting
from pitchgen.core.service import Job
from pitchgen.edges.service.executor import Executor
from pitchgen.edges.service.queue import CPU, GPU, RECOVERIES, STAGE, Task, partition, queue_name


class Verdict(str, Enum):
    """How a stage ended, as far as what follows depends on it."""

    DONE = "done"
    AGAIN = "again"
    """It may succeed later."""
    ELSEWHERE = "elsewhere"
    """This worker leaves before it could begin."""
    OVER = "over"
    """It failed for good, or is not wanted: nothing follows."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage, what it needs, and what follows."""

    resource: str
    follows: str | None
    each: bool = False
    """It is there for each language."""


FIRST = "hear"
GRAPH = {
    "hear": Stage(GPU, "tell"),
    "tell": Stage(GPU, "speak"),
    "speak": Stage(GPU, "make", each=True),
    "make": Stage(CPU, None, each=True),
}


class Desk(Protocol):
    """Where stages are performed and what came of them is written down."""

    hosting: Hosting

    def perform(self, task: Task) -> Verdict:
        """Do the work of a task that was taken from the queue."""
        ...

    def job(self, run_id: str) -> Job | None:
        """Whose run it is."""
        ...


_desk: Desk | None = None
_executor: Executor | None = None


def bind(desk: Desk, executor: Executor) -> None:
    """Have the workflows that `executor` takes work at `desk`."""
    global _desk, _executor
    _desk, _executor = desk, executor


@DBOS.step(name="perform")
def _perform(run_id: str, stage: str, language: str, attempt: int) -> str:
    assert _desk is not None
    return _desk.perform(Task(run_id, stage, language, attempt)).value


@DBOS.workflow(name=STAGE, max_recovery_attempts=RECOVERIES)
def stage_workflow(run_id: str, stage: str, language: str, attempt: int) -> None:
    """Perform one stage and enqueue what follows."""
    assert _desk is not None
    assert _executor is not None
    try:
        verdict = Verdict(_perform(run_id, stage, language, attempt))
    finally:
        _executor.left(Task(run_id, stage, language, attempt).id)
    job = _desk.job(run_id)
    if job is None:
        return
    again = verdict in (Verdict.AGAIN, Verdict.ELSEWHERE)
    follows = stage if again else GRAPH[stage].follows
    if verdict is Verdict.OVER or follows is None:
        return
    fans_out = GRAPH[follows].each and not GRAPH[stage].each
    delay = _desk.hosting.backoff * 3 ** (attempt - 1) if verdict is Verdict.AGAIN else None
    for code in job.request.languages if fans_out else [language]:
        _enqueue(job, Task(run_id, follows, code, attempt + 1 if again else 1), delay)
    _executor.tell(queue_name(GRAPH[follows].resource, job.request.priority))


def _enqueue(job: Job, task: Task, delay: float | None) -> None:
    options = SetEnqueueOptions(queue_partition_key=partition(job.merchant), delay_seconds=delay)
    with SetWorkflowID(task.id), options:
        DBOS.enqueue_workflow(
            queue_name(GRAPH[task.stage].resource, job.request.priority),
            stage_workflow, task.run_id, task.stage, task.language, task.attempt,
        )  # fmt: skip
