"""Work orders have a life: planned, on hold until a day, checked; each step is kept.

Revision: 0074
Follows: 0086
"""

import uuid
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0086"
branch_labels = None
depends_on = None

COLUMNS = (
    ("acknowledged_at", sa.DateTime(timezone=True)),
    ("planned_on", sa.Date()),
    ("planned_part", sa.String(length=9)),
    ("told_how", sa.String(length=32)),
    ("told_on", sa.Date()),
    ("hold_why", sa.String(length=32)),
    ("hold_until", sa.Date()),
    ("checked_how", sa.String(length=32)),
    ("tenant_score", sa.Integer()),
)
POINTING = (
    ("work_order_id", "work_order"),
    ("by_id", "user_account"),
    ("given_to_id", "organisation"),
    ("taken_back_by_id", "user_account"),
)
AT_ONCE = 1000
ORDERS = sa.table(
    "work_order",
    sa.column("id", sa.Uuid()),
    sa.column("state", sa.String()),
    sa.column("opened_at", sa.DateTime(timezone=True)),
    sa.column("started_at", sa.DateTime(timezone=True)),
    sa.column("acknowledged_at", sa.DateTime(timezone=True)),
    sa.column("closed_at", sa.DateTime(timezone=True)),
    sa.column("closed_by_id", sa.Uuid()),
    sa.column("closing_note", sa.LargeBinary()),
    sa.column("given_at", sa.DateTime(timezone=True)),
    sa.column("given_by_id", sa.Uuid()),
    sa.column("given_to_id", sa.Uuid()),
)
# What an order was before these states were, for a version that knows them not.
BEFORE = {
    "acknowledged": "open",
    "planned": "open",
    "refused": "open",
    "checked": "done",
}


def upgrade() -> None:
    with op.batch_alter_table("work_order") as table:
        for name, kind in COLUMNS:
            table.add_column(sa.Column(name, kind, nullable=True))
    events = op.create_table(
        "work_order_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("was", sa.String(length=32), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("why", sa.String(length=32), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("part", sa.String(length=9), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("given_to_id", sa.Uuid(), nullable=True),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by_id", sa.Uuid(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_work_order_event_{name}")
            for name, table in POINTING
        ),
        sa.PrimaryKeyConstraint("id", name="pk_work_order_event"),
    )
    op.create_index("ix_work_order_event_work_order_id", "work_order_event", ["work_order_id"])
    _keep_what_is_known(events)


def _keep_what_is_known(events: sa.Table) -> None:
    """Write down the steps that stand on the orders themselves."""
    connection = op.get_bind()
    begun = ORDERS.c.started_at.is_not(None)
    connection.execute(
        sa.update(ORDERS).where(begun).values(acknowledged_at=ORDERS.c.started_at)
    )
    rows: list[dict[str, Any]] = []
    for order in connection.execute(sa.select(ORDERS)).all():
        rows += _steps(order)
    for start in range(0, len(rows), AT_ONCE):
        connection.execute(sa.insert(events), rows[start : start + AT_ONCE])


def _steps(order: sa.Row[Any]) -> Iterator[dict[str, Any]]:
    nothing = {"by_id": None, "note": None, "given_to_id": None}
    one = {"work_order_id": order.id, **nothing}
    if order.given_at is not None:
        what = "given" if order.given_to_id else "taken_over"
        whose = {"by_id": order.given_by_id, "given_to_id": order.given_to_id}
        yield one | whose | {"id": uuid.uuid4(), "at": order.given_at, "what": what}
    if order.started_at is not None:
        yield one | {"id": uuid.uuid4(), "at": order.started_at, "what": "started"}
    if order.closed_at is not None:
        said = {"by_id": order.closed_by_id, "note": order.closing_note}
        yield one | said | {"id": uuid.uuid4(), "at": order.closed_at, "what": order.state}


def downgrade() -> None:
    op.drop_index("ix_work_order_event_work_order_id", table_name="work_order_event")
    op.drop_table("work_order_event")
    for state, before in BEFORE.items():
        op.execute(sa.update(ORDERS).where(ORDERS.c.state == state).values(state=before))
    with op.batch_alter_table("work_order") as table:
        for name, _ in reversed(COLUMNS):
            table.drop_column(name)
