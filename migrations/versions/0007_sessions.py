"""sessions: the browsers that are signed in, and when an account was closed.

Revision: 0007
Follows: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "open_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_open_session_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_open_session"),
    )
    op.create_index("ix_open_session_user_id", "open_session", ["user_id"], unique=False)
    op.add_column("user_account", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("user_account", "closed_at")
    op.drop_index("ix_open_session_user_id", "open_session")
    op.drop_table("open_session")
