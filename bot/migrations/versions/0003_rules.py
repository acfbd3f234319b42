"""What administrators of a workspace chose for it and for its channels."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "rules",
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("experts", sa.String(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=True),
        sa.Column("follow_up", sa.Boolean(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_rules"),
    )


def downgrade() -> None:
    """Drop it, and with it what administrators chose."""
    op.drop_table("rules")
