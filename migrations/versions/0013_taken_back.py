"""answers taken back: how things stood before an answer that ended the calls, and who undid it.

Revision: 0011
Follows: 0010
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


def downgrade() -> None:
    with op.batch_alter_table("contact_attempt") as table:
        table.drop_constraint(KEY, type_="foreignkey")
        for name in ("taken_back_why", "taken_back_by_id", "taken_back_at", "undo"):
            table.drop_column(name)
