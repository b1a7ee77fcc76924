"""account changes: what was done to an account, and passwords to be changed.

Revision: 0008
Follows: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FLAGS = ("password_to_change", "invited")


def upgrade() -> None:
    op.create_table(
        "account_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name="fk_account_event_by_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_account_event_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_account_event"),
    )
    op.create_index("ix_account_event_user_id", "account_event", ["user_id"], unique=False)
    for name in FLAGS:
        flag = sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False)
        op.add_column("user_account", flag)


def downgrade() -> None:
    for name in FLAGS:
        op.drop_column("user_account", name)
    op.drop_index("ix_account_event_user_id", "account_event")
    op.drop_table("account_event")
