"""Days on which a landlord is closed; of an order, when it was found and how to get in.

Revision: 0075
Follows: 0074
"""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None

POINTING = (
    ("landlord_id", "organisation"),
    ("noted_by_id", "user_account"),
    ("withdrawn_by_id", "user_account"),
)


def upgrade() -> None:
    with op.batch_alter_table("work_order") as table:
        table.add_column(sa.Column("found_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("access", sa.LargeBinary(), nullable=True))
    op.create_table(
        "closing_day",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("landlord_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_closing_day_{name}")
            for name, table in POINTING
        ),
        sa.PrimaryKeyConstraint("id", name="pk_closing_day"),
    )
    op.create_index("ix_closing_day_landlord_id", "closing_day", ["landlord_id"])


def downgrade() -> None:
    op.drop_index("ix_closing_day_landlord_id", table_name="closing_day")
    op.drop_table("closing_day")
    op.execute("DELETE FROM work_order_event WHERE what = 'due'")
    with op.batch_alter_table("work_order") as table:
        table.drop_column("access")
        table.drop_column("found_on")
