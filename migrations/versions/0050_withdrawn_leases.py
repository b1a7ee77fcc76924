"""a lease to come is withdrawn by hand; addresses corrected by hand know where they stood.

Revision: 0050
Follows: 0047
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("lease_to_come") as batch_op:
        batch_op.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True))
        batch_op.create_foreign_key(
            "fk_lease_to_come_withdrawn_by_id", "user_account", ["withdrawn_by_id"], ["id"]
        )
    with op.batch_alter_table("home_change") as batch_op:
        batch_op.add_column(sa.Column("undo", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("home_change") as batch_op:
        batch_op.drop_column("undo")
    # The version before would carry out what was withdrawn.
    op.execute("DELETE FROM lease_to_come WHERE withdrawn_at IS NOT NULL")
    with op.batch_alter_table("lease_to_come") as batch_op:
        batch_op.drop_constraint("fk_lease_to_come_withdrawn_by_id", type_="foreignkey")
        for name in ("withdrawn_at", "withdrawn_by_id", "withdrawn_why"):
            batch_op.drop_column(name)
