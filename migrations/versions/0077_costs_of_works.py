"""Works have an estimate, a ceiling, labour and parts, one quote accepted; lists are saved.

Revision: 0077
Follows: 0076
"""

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None

OF_ORDER = (
    ("estimate_cents", sa.BigInteger()),
    ("ceiling_cents", sa.BigInteger()),
    ("labour_minutes", sa.Integer()),
    ("parts", sa.LargeBinary()),
)
OF_QUOTE = (
    ("accepted_at", sa.DateTime(timezone=True)),
    ("accepted_by_id", sa.Uuid()),
    ("accepted_why", sa.LargeBinary()),
)
TOLD = ("quote_accepted", "quote_unaccepted", "estimate", "ceiling")
BY = "fk_work_order_quote_accepted_by_id"


def upgrade() -> None:
    with op.batch_alter_table("work_order") as table:
        for name, kind in OF_ORDER:
            table.add_column(sa.Column(name, kind, nullable=True))
    with op.batch_alter_table("work_order_quote") as table:
        for name, kind in OF_QUOTE:
            table.add_column(sa.Column(name, kind, nullable=True))
        table.create_foreign_key(BY, "user_account", ["accepted_by_id"], ["id"])
    op.create_table(
        "saved_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("query", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_saved_list_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_list"),
    )
    op.create_index("ix_saved_list_user_id", "saved_list", ["user_id"])


def downgrade() -> None:
    op.drop_table("saved_list")
    events = sa.table("work_order_event", sa.column("what", sa.String()))
    op.execute(sa.delete(events).where(events.c.what.in_(TOLD)))
    with op.batch_alter_table("work_order_quote") as table:
        table.drop_constraint(BY, type_="foreignkey")
        for name, _ in reversed(OF_QUOTE):
            table.drop_column(name)
    with op.batch_alter_table("work_order") as table:
        for name, _ in reversed(OF_ORDER):
            table.drop_column(name)
