"""two orders that are about the same are one, and come apart again.

Revision: 0060
Follows: 0057
"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("work_order") as batch_op:
        batch_op.add_column(sa.Column("same_as_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("said_severity", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("said_due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(
            "fk_work_order_same_as_id_work_order", "work_order", ["same_as_id"], ["id"]
        )
        batch_op.create_index("ix_work_order_same_as_id", ["same_as_id"])
    with op.batch_alter_table("work_order_finding") as batch_op:
        batch_op.add_column(sa.Column("came_with_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            "fk_work_order_finding_came_with_id_work_order", "work_order", ["came_with_id"], ["id"]
        )
    # Until now no finding was ever added to what was opened by hand: it stands as it was told.
    op.execute(
        "UPDATE work_order SET said_severity = severity, said_due_at = due_at"
        " WHERE opened_by_id IS NOT NULL"
    )


def downgrade() -> None:
    # Findings go back to the order they came with.
    op.execute(
        "UPDATE work_order_finding SET work_order_id = came_with_id WHERE came_with_id IS NOT NULL"
    )
    # The version before knows no finding of an order by hand: such a one is the finding's there.
    op.execute(
        "UPDATE work_order SET consequence_id = (SELECT told.consequence_id"
        " FROM work_order_finding AS told WHERE told.work_order_id = work_order.id"
        " ORDER BY told.consequence_id LIMIT 1) WHERE consequence_id IS NULL"
    )
    with op.batch_alter_table("work_order_finding") as batch_op:
        batch_op.drop_constraint(
            "fk_work_order_finding_came_with_id_work_order", type_="foreignkey"
        )
        batch_op.drop_column("came_with_id")
    with op.batch_alter_table("work_order") as batch_op:
        batch_op.drop_index("ix_work_order_same_as_id")
        batch_op.drop_constraint("fk_work_order_same_as_id_work_order", type_="foreignkey")
        for name in ("said_due_at", "said_severity", "same_as_id"):
            batch_op.drop_column(name)
