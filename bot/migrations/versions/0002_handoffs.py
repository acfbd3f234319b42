"""Hand-offs to people, and the drafts that their answers become."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TIME = sa.DateTime(timezone=True)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "handoffs",
        *_texts("id", "key", "platform", "surface", "question", "offered", "reference", "language", "asker"),
        *_texts("conversation", "place", "state", "expert", "expert_name", "answer", "card", "told"),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_handoffs"),
        sa.UniqueConstraint("key", name="uq_handoffs_key"),
    )
    op.create_index("ix_handoffs_asker", "handoffs", ["asker"])
    op.create_index("ix_handoffs_opened_at", "handoffs", ["opened_at"])
    op.create_index("ix_handoffs_platform_settled", "handoffs", ["platform", "settled"])
    op.create_index("ix_handoffs_platform_card", "handoffs", ["platform", "card"])
    op.create_table(
        "drafts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        *_texts("handoff", "platform", "question", "answer", "language", "expert", "expert_name"),
        sa.Column("answered_at", TIME, nullable=False),
        *_texts("saved_by"),
        sa.Column("saved_at", TIME, nullable=False),
        *_texts("state", "entry", "reason"),
        sa.Column("decided_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
        sa.UniqueConstraint("handoff", name="uq_drafts_handoff"),
    )
    op.create_index("ix_drafts_saved_at", "drafts", ["saved_at"])


def downgrade() -> None:
    """Drop them, and with them every hand-off and draft."""
    for table in ("drafts", "handoffs"):
        op.drop_table(table)
