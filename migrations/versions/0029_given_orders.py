"""work_order.given_to_id: the contractor to whom an order was given.

Revision: 0029
Follows: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0027"
branch_labels = None
depends_on = None

KEYS = (("given_to_id", "organisation"), ("given_by_id", "user_account"))


def upgrade() -> None:
    with op.batch_alter_table("work_order") as batch_op:
        batch_op.add_column(sa.Column("given_to_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("given_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("given_by_id", sa.Uuid(), nullable=True))
        for column, table in KEYS:
            name = f"fk_work_order_{column}"
            batch_op.create_foreign_key(name, table, [column], ["id"])
    op.create_index("ix_work_order_given_to_id", "work_order", ["given_to_id"], unique=False)


def downgrade() -> None:
    # To whom an order was given is forgotten: it is the landlord's own again.
    op.drop_index("ix_work_order_given_to_id", "work_order")
    with op.batch_alter_table("work_order") as batch_op:
        for column, _table in KEYS:
            batch_op.drop_constraint(f"fk_work_order_{column}", type_="foreignkey")
        for column in ("given_by_id", "given_at", "given_to_id"):
            batch_op.drop_column(column)
