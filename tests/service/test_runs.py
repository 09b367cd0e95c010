"""What a worker says too late, after a cancel or a newer run, is refused on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from pitchgen.core.service import JobRequest, JobState
from pitchgen.edges.service import tables
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.jobs import Jobs
from pitchgen.edges.service.runs import Made, Runs, Superseded

MADE = Made("outputs/a", "a.mp4", 3, "0" * 64, 1.0)


def test_what_comes_late_is_refused(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(insert(tables.merchant).values(id="mer_a", name="a", created_at=0.0))
    runs, jobs = Runs(database), Jobs(database)
    job = jobs.create("mer_a", JobRequest("vid_1", ("en",)))
    late = jobs.outputs("mer_a", job.id)[0].run_id
    jobs.cancel("mer_a", job.id)
    with pytest.raises(Superseded, match="is cancelled"):
        runs.publish(late, "en", MADE)
    newer = jobs.retry("mer_a", job.id)
    assert newer is not None
    with pytest.raises(Superseded, match="is replaced"):
        runs.publish(late, "en", MADE)
    runs.publish(newer.id, "en", MADE)
    with pytest.raises(Superseded, match="is succeeded"):
        runs.fail(newer.id, "en", "too late")
    found = jobs.get("mer_a", job.id)
    assert found is not None
    assert found.state is JobState.SUCCEEDED
