"""How many requests each merchant has made, as the processes of the API tell one another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "request_count",
        sa.Column("merchant", sa.String, sa.ForeignKey("merchant.id"), primary_key=True),
        sa.Column("taken", sa.BigInteger, nullable=False),
    )
