"""Keys, videos, glossaries, batches, messages, and what was used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.String, primary_key=True),
        _merchant(),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("scopes", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("expires_at", sa.Float),
        sa.Column("revoked_at", sa.Float),
    )
    op.create_index("api_key_by_merchant", "api_key", ["merchant"])
    _create_webhooks()
    _create_video()
    _create_glossary_and_batch()
    op.create_table(
        "usage",
        sa.Column("job_id", sa.String, primary_key=True),
        sa.Column("language", sa.String, primary_key=True),
        _merchant(),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
    )
    op.create_index("usage_by_merchant", "usage", ["merchant", "at"])


def _create_webhooks() -> None:
    op.create_table(
        "webhook_secret",
        _merchant(primary_key=True),
        sa.Column("secret", sa.String, nullable=False),
        sa.Column("previous", sa.String),
        sa.Column("changed_at", sa.Float, nullable=False),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.String, primary_key=True),
        _merchant(),
        sa.Column("job_id", sa.String, nullable=False),
        sa.Column("run_id", sa.String, nullable=False, unique=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("next_at", sa.Float, nullable=False),
        sa.Column("delivered_at", sa.Float),
        sa.Column("status", sa.Integer),
        sa.Column("error", sa.Text),
    )
    op.create_index("webhook_delivery_due", "webhook_delivery", ["state", "next_at"])
    op.create_index("webhook_delivery_by_merchant", "webhook_delivery", ["merchant", "created_at", "id"])


def _create_video() -> None:
    op.create_table(
        "video",
        sa.Column("id", sa.String, primary_key=True),
        _merchant(),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("way", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("size_bytes", sa.BigInteger),
        sa.Column("sha256", sa.String),
        sa.Column("duration", sa.Float),
        sa.Column("width_px", sa.Integer),
        sa.Column("height_px", sa.Integer),
        sa.Column("error", sa.Text),
    )
    op.create_index("video_by_merchant", "video", ["merchant", "created_at", "id"])


def _create_glossary_and_batch() -> None:
    op.create_table(
        "glossary",
        sa.Column("id", sa.String, primary_key=True),
        _merchant(),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("terms", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("updated_at", sa.Float, nullable=False),
    )
    op.create_index("glossary_by_merchant", "glossary", ["merchant", "created_at", "id"])
    op.create_table(
        "batch",
        sa.Column("id", sa.String, primary_key=True),
        _merchant(),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("request", sa.String, nullable=False),
        sa.Column("idempotency_key", sa.String),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.UniqueConstraint("merchant", "idempotency_key"),
    )
    op.create_index("batch_by_merchant", "batch", ["merchant", "created_at", "id"])


def _merchant(*, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column("merchant", sa.String, sa.ForeignKey("merchant.id"), nullable=False, primary_key=primary_key)
