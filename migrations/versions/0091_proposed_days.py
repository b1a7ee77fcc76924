"""A proposed day stands in its order until it is agreed; a link goes with an order put into another.

Revision: 0091
Follows: 0088
"""

import sqlalchemy as sa
from alembic import op

revision = "0091"
down_revision = "0088"
branch_labels = None
depends_on = None

CAME_WITH = "fk_work_order_link_came_with_id"
CLOSED = ("done", "checked", "cancelled")


def upgrade() -> None:
    with op.batch_alter_table("work_order") as table:
        table.add_column(sa.Column("proposed_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("proposed_part", sa.String(length=9), nullable=True))
    with op.batch_alter_table("work_order_link") as table:
        table.add_column(sa.Column("came_with_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(CAME_WITH, "work_order", ["came_with_id"], ["id"])
    _bring_what_was_proposed()


def _bring_what_was_proposed() -> None:
    """Let the latest day that was proposed, and not planned since, wait for its answer."""
    orders = sa.table(
        "work_order",
        sa.column("id", sa.Uuid()),
        sa.column("state", sa.String()),
        sa.column("proposed_on", sa.Date()),
        sa.column("proposed_part", sa.String()),
    )
    events = sa.table(
        "work_order_event",
        sa.column("id", sa.Uuid()),
        sa.column("work_order_id", sa.Uuid()),
        sa.column("what", sa.String()),
        sa.column("at", sa.DateTime(timezone=True)),
        sa.column("day", sa.Date()),
        sa.column("part", sa.String()),
        sa.column("taken_back_at", sa.DateTime(timezone=True)),
    )
    told = (
        sa.select(events)
        .join(orders, orders.c.id == events.c.work_order_id)
        .where(events.c.what.in_(("date_proposed", "planned")), events.c.taken_back_at.is_(None))
        .where(orders.c.state.not_in(CLOSED))
    )
    connection = op.get_bind()
    in_turn = sorted(connection.execute(told), key=lambda row: (row.at, row.id))
    latest = {row.work_order_id: row for row in in_turn}
    for order_id, row in latest.items():
        if row.what == "date_proposed":
            stands = {"proposed_on": row.day, "proposed_part": row.part}
            connection.execute(sa.update(orders).where(orders.c.id == order_id).values(stands))


def downgrade() -> None:
    events = sa.table("work_order_event", sa.column("what", sa.String()))
    op.execute(sa.delete(events).where(events.c.what == "date_declined"))
    with op.batch_alter_table("work_order_link") as table:
        table.drop_constraint(CAME_WITH, type_="foreignkey")
        table.drop_column("came_with_id")
    with op.batch_alter_table("work_order") as table:
        table.drop_column("proposed_part")
        table.drop_column("proposed_on")
