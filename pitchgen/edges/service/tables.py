"""The tables of the service, the same on SQLite and Postgres; migrations/ makes them.

Whoever asks on behalf of a merchant filters by `merchant` in the statement itself.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

merchant = Table(
    "merchant",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("created_at", Float, nullable=False),
    Column("active_jobs", Integer),
    Column("requests_per_minute", Integer),
    Column("storage_bytes", BigInteger),
    Column("media_minutes", Float),
)

job = Table(
    "job",
    metadata,
    Column("id", String, primary_key=True),
    Column("merchant", ForeignKey("merchant.id"), nullable=False),
    Column("video_id", String, nullable=False),
    Column("request", Text, nullable=False),  # a JobRequest, as JSON
    Column("priority", String, nullable=False),
    Column("state", String, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("events", Integer, nullable=False),  # how many there are: its update orders those who write events
    Column("idempotency_key", String),
    Column("batch", String),
    Column("error", Text),
    Column("created_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False),
    Column("finished_at", Float),
    UniqueConstraint("merchant", "idempotency_key"),
    Index("job_by_merchant", "merchant", "created_at", "id"),
    Index("job_by_video", "merchant", "video_id"),
    Index("job_by_batch", "batch", sqlite_where=text("batch IS NOT NULL"), postgresql_where=text("batch IS NOT NULL")),
)

run = Table(
    "run",
    metadata,
    Column("id", String, primary_key=True),
    Column("job_id", ForeignKey("job.id", ondelete="CASCADE"), nullable=False),
    Column("merchant", String, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("enqueued", Integer, nullable=False),  # 0 until the queue has it: a sweeper enqueues what a crash left out
    Column("error", Text),
    Column("created_at", Float, nullable=False),
    Column("finished_at", Float),
    UniqueConstraint("job_id", "generation"),
    Index(
        "run_at_work", "state", "created_at",
        sqlite_where=text("finished_at IS NULL"), postgresql_where=text("finished_at IS NULL"),
    ),
)  # fmt: skip

output = Table(
    "output",
    metadata,
    Column("run_id", ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    Column("language", String, primary_key=True),
    Column("job_id", String, nullable=False),
    Column("merchant", String, nullable=False),
    Column("state", String, nullable=False),
    Column("artifact", String),
    Column("video", String),
    Column("size_bytes", BigInteger),
    Column("sha256", String),
    Column("duration", Float),
    Column("error", Text),
    Index("output_by_job", "job_id"),
)

event = Table(
    "event",
    metadata,
    Column("job_id", ForeignKey("job.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("run_id", String, nullable=False),
    Column("merchant", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("kind", String, nullable=False),
    Column("stage", String),
    Column("language", String),
    Column("done", Float),
    Column("total", Float),
    Column("message", Text),
)

stage_attempt = Table(
    "stage_attempt",
    metadata,
    Column("run_id", ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    Column("stage", String, primary_key=True),
    Column("language", String, primary_key=True),
    Column("attempts", Integer, nullable=False),  # that were begun and not ended: each took a worker with it
)

dead_letter = Table(
    "dead_letter",
    metadata,
    Column("run_id", ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    Column("stage", String, primary_key=True),
    Column("language", String, primary_key=True),
    Column("job_id", String, nullable=False),
    Column("merchant", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("at", Float, nullable=False),
)

executor_lease = Table(
    "executor_lease",
    metadata,
    Column("id", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("host", String, nullable=False),
    Column("version", String, nullable=False),
    Column("beat", BigInteger, nullable=False),
    Column("started_at", Float, nullable=False),
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", String, primary_key=True),
    Column("merchant", ForeignKey("merchant.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("scopes", String, nullable=False),  # joined by spaces
    Column("digest", String, nullable=False),  # SHA-256 of the key: 256 random bits need no slow hash
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float),
    Column("revoked_at", Float),
    Index("api_key_by_merchant", "merchant"),
)

webhook_secret = Table(
    "webhook_secret",
    metadata,
    Column("merchant", ForeignKey("merchant.id"), primary_key=True),
    Column("secret", String, nullable=False),  # as it is: both sides sign with it
    Column("previous", String),  # signs too, until the merchant knows the new one
    Column("changed_at", Float, nullable=False),
)

webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("id", String, primary_key=True),
    Column("merchant", ForeignKey("merchant.id"), nullable=False),
    Column("job_id", String, nullable=False),
    Column("run_id", String, nullable=False, unique=True),  # a run ends once, and so is told once
    Column("url", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("next_at", Float, nullable=False),
    Column("delivered_at", Float),
    Column("status", Integer),
    Column("error", Text),
    Index("webhook_delivery_due", "state", "next_at"),
    Index("webhook_delivery_by_merchant", "merchant", "created_at", "id"),
)

video = Table(
    "video",
    metadata,
    Column("id", String, primary_key=True),
    Column("merchant", ForeignKey("merchant.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("way", String, nullable=False),
    Column("state", String, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("size_bytes", BigInteger),
    Column("sha256", String),
    Column("duration", Float),
    Column("width_px", Integer),
    Column("height_px", Integer),
    Column("error", Text),
    Index("video_by_merchant", "merchant", "created_at", "id"),
)

glossary = Table(
    "glossary",
    metadata,
    Column("id", String, primary_key=True),
    Column("merchant", ForeignKey("merchant.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("terms", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False),
    Index("glossary_by_merchant", "merchant", "created_at", "id"),
)

batch = Table(
    "batch",
    metadata,
    Column("id", String, primary_key=True),
    Column("merchant", ForeignKey("merchant.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("request", String, nullable=False),  # SHA-256 of what was asked for: the same key means the same request
    Column("idempotency_key", String),
    Column("created_at", Float, nullable=False),
    UniqueConstraint("merchant", "idempotency_key"),
    Index("batch_by_merchant", "merchant", "created_at", "id"),
)

usage = Table(
    "usage",
    metadata,
    Column("job_id", String, primary_key=True),  # a language of a job is made, and counted, once, in whichever run
    Column("language", String, primary_key=True),
    Column("merchant", ForeignKey("merchant.id"), nullable=False),
    Column("at", Float, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Index("usage_by_merchant", "merchant", "at"),
)

request_count = Table(
    "request_count",
    metadata,
    Column("merchant", ForeignKey("merchant.id"), primary_key=True),
    Column("taken", BigInteger, nullable=False),
)
