"""`pitchgen worker` and `pitchgen service`: what an operator of the hosted service runs."""

from __future__ import annotations

from typing import Annotated

import typer

from pitchgen.shells import journal
from pitchgen.shells.hosted import DatabaseOption, MetricsOption, ObjectsOption, StateOption, hosting_of, needing_extra

service = typer.Typer(
    help="The hosted service: who may ask it, its tables, what was given up, what is thrown away.", no_args_is_help=True
)

JsonOption = Annotated[bool, typer.Option("--json", help="As JSON.")]


def worker(
    queues: Annotated[
        str, typer.Option("--queues", help="gpu, gpu-interactive, cpu, cpu-interactive, orch, all; joined by commas.")
    ] = "all",
    metrics: MetricsOption = None,
    database: DatabaseOption = None,
    objects: ObjectsOption = None,
    state: StateOption = None,
) -> None:
    """Work on the stages of the hosted service until asked to end: one process for each GPU, others for files."""
    hosting = hosting_of(database, objects, state, metrics=metrics)
    with needing_extra():
        from pitchgen.recipes.service.platform import AT_END
        from pitchgen.recipes.service.worker import Worker
        from pitchgen.shells.vitals import show
    journal.keep()
    working = Worker(hosting, [role.strip() for role in queues.split(",")], at_end=AT_END)
    if hosting.metrics:
        show(hosting.metrics, working.measures.registry, working.unready)
    working.run()


@service.command("migrate")
def service_migrate(database: DatabaseOption = None, objects: ObjectsOption = None, state: StateOption = None) -> None:
    """Make the tables, or renew them after an upgrade."""
    hosting = hosting_of(database, objects, state)
    with needing_extra():
        from pitchgen.recipes.service.worker import migrate
    migrate(hosting)
    typer.echo("The tables are those of this version.")


@service.command("dead")
def service_dead(
    retry: Annotated[bool, typer.Option("--retry", help="Try their jobs again.")] = False,
    merchant: Annotated[str | None, typer.Option("--merchant", help="Of one merchant. (default: all)")] = None,
    database: DatabaseOption = None,
    objects: ObjectsOption = None,
    state: StateOption = None,
    json: JsonOption = False,
) -> None:
    """List the stages that were given up, and why; with --retry, try their jobs again."""
    hosting = hosting_of(database, objects, state)
    with needing_extra():
        from pitchgen.edges.service.database import Database
        from pitchgen.edges.service.jobs import Jobs
        from pitchgen.edges.service.queue import Queue
        from pitchgen.edges.service.runs import Runs
        from pitchgen.recipes.service.worker import submit
    from pitchgen.shells.showing import show

    opened = Database.open(hosting.database_url)
    runs, queue, jobs = Runs(opened), Queue.open(hosting), Jobs(opened)
    letters = runs.dead(merchant=merchant)
    rows = [
        {"job": found.job_id, "merchant": found.merchant, "stage": found.stage, "language": found.language}
        | {"attempts": found.attempts, "why": found.reason}
        for found in letters
    ]
    show("given up", rows, json=json)
    for owner, job_id in dict.fromkeys((found.merchant, found.job_id) for found in letters) if retry else ():
        job = jobs.get(owner, job_id)
        if job is not None and job.state.terminal and (run := jobs.retry(owner, job_id)):
            submit(runs, queue, job, run.id)
    queue.close()
    opened.close()


@service.command("gc")
def service_gc(database: DatabaseOption = None, objects: ObjectsOption = None, state: StateOption = None) -> None:
    """Throw away what is older than `keep_days` and not needed; to be run once a day."""
    hosting = hosting_of(database, objects, state)
    with needing_extra():
        from pitchgen.edges.service.database import Database
        from pitchgen.edges.service.objects import Objects
        from pitchgen.edges.service.queue import Queue
        from pitchgen.recipes.service.collecting import collect
    opened, queue = Database.open(hosting.database_url), Queue.open(hosting)
    done = collect(hosting, opened, Objects.open(hosting.objects_url), queue)
    queue.close()
    opened.close()
    typer.echo(
        f"{done.jobs} jobs, {done.files} files of {done.size_bytes / 1e6:.1f} MB, {done.workflows} entries of the queue"
    )
