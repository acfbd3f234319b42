"""The first tables: exchanges, feedback, unanswered questions, event claims."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "exchanges",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("surface", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("entry", sa.String(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("ms", sa.Double(), nullable=False),
        sa.Column("knowledge_version", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_exchanges"),
        sa.UniqueConstraint("reference", name="uq_exchanges_reference"),
    )
    op.create_index("ix_exchanges_asked_at", "exchanges", ["asked_at"])
    op.create_index("ix_exchanges_outcome", "exchanges", ["outcome"])
    op.create_table(
        "feedback",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("reference", "asker", name="pk_feedback"),
    )
    op.create_table(
        "unanswered",
        sa.Column("normalised", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", TIME, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.Column("entry", sa.String(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("normalised", name="pk_unanswered"),
    )
    op.create_index("ix_unanswered_times_last_at", "unanswered", ["times", "last_at"])
    op.create_table(
        "event_claims",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("claimed_at", TIME, nullable=False),
        sa.Column("lease_until", TIME, nullable=False),
        sa.Column("done_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_event_claims"),
    )
    op.create_index("ix_event_claims_claimed_at", "event_claims", ["claimed_at"])


def downgrade() -> None:
    """Drop them, and with them everything that was remembered."""
    for table in ("event_claims", "unanswered", "feedback", "exchanges"):
        op.drop_table(table)
