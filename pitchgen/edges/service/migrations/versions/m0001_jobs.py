"""Merchants, jobs, runs, outputs, events; what the queue needs beside its own tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "merchant",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False, unique=True),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("active_jobs", sa.Integer),
        sa.Column("requests_per_minute", sa.Integer),
        sa.Column("storage_bytes", sa.BigInteger),
        sa.Column("media_minutes", sa.Float),
    )
    _create_job()
    _create_run()
    _create_output_and_event()
    _create_queue_tables()


def _create_job() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("merchant", sa.String, sa.ForeignKey("merchant.id"), nullable=False),
        sa.Column("video_id", sa.String, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("priority", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("events", sa.Integer, nullable=False),
        sa.Column("idempotency_key", sa.String),
        sa.Column("batch", sa.String),
        sa.Column("error", sa.Text),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("updated_at", sa.Float, nullable=False),
        sa.Column("finished_at", sa.Float),
        sa.UniqueConstraint("merchant", "idempotency_key"),
    )
    op.create_index("job_by_merchant", "job", ["merchant", "created_at", "id"])
    op.create_index("job_by_video", "job", ["merchant", "video_id"])
    some = sa.text("batch IS NOT NULL")
    op.create_index("job_by_batch", "job", ["batch"], sqlite_where=some, postgresql_where=some)


def _create_run() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("job_id", sa.String, sa.ForeignKey("job.id", ondelete="CASCADE"), nullable=False),
        sa.Column("merchant", sa.String, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("enqueued", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("finished_at", sa.Float),
        sa.UniqueConstraint("job_id", "generation"),
    )
    some = sa.text("finished_at IS NULL")
    op.create_index("run_at_work", "run", ["state", "created_at"], sqlite_where=some, postgresql_where=some)


def _create_output_and_event() -> None:
    op.create_table(
        "output",
        sa.Column("run_id", sa.String, sa.ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("language", sa.String, primary_key=True),
        sa.Column("job_id", sa.String, nullable=False),
        sa.Column("merchant", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("artifact", sa.String),
        sa.Column("video", sa.String),
        sa.Column("size_bytes", sa.BigInteger),
        sa.Column("sha256", sa.String),
        sa.Column("duration", sa.Float),
        sa.Column("error", sa.Text),
    )
    op.create_index("output_by_job", "output", ["job_id"])
    op.create_table(
        "event",
        sa.Column("job_id", sa.String, sa.ForeignKey("job.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("merchant", sa.String, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("stage", sa.String),
        sa.Column("language", sa.String),
        sa.Column("done", sa.Float),
        sa.Column("total", sa.Float),
        sa.Column("message", sa.Text),
    )


def _create_queue_tables() -> None:
    def stage() -> list[sa.Column[str]]:
        owner = sa.ForeignKey("run.id", ondelete="CASCADE")
        return [
            sa.Column("run_id", sa.String, owner, primary_key=True),
            sa.Column("stage", sa.String, primary_key=True),
            sa.Column("language", sa.String, primary_key=True),
        ]

    op.create_table("stage_attempt", *stage(), sa.Column("attempts", sa.Integer, nullable=False))
    op.create_table(
        "dead_letter",
        *stage(),
        sa.Column("job_id", sa.String, nullable=False),
        sa.Column("merchant", sa.String, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_table(
        "executor_lease",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("host", sa.String, nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("beat", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.Float, nullable=False),
    )
