"""answers taken back and unusual hours: how things stood before, who undid it, who insisted.

Revision: 0013
Follows: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY = "fk_contact_attempt_taken_back_by_id"


def upgrade() -> None:
    with op.batch_alter_table("contact_attempt") as table:
        table.add_column(sa.Column("undo", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("taken_back_by_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("taken_back_why", sa.LargeBinary(), nullable=True))
        table.create_foreign_key(KEY, "user_account", ["taken_back_by_id"], ["id"])
    op.add_column("visit", sa.Column("unusual_why", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("visit", "unusual_why")
    with op.batch_alter_table("contact_attempt") as table:
        table.drop_constraint(KEY, type_="foreignkey")
        for name in ("taken_back_why", "taken_back_by_id", "taken_back_at", "undo"):
            table.drop_column(name)
