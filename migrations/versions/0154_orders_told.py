"""orders told to the landlord's maintenance system, and the pauses in it.

Revision: 0154
Follows: 0153
"""

import sqlalchemy as sa
from alembic import op

revision = "0154"
down_revision = "0153"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "order_told",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("landlord_id", sa.Uuid(), nullable=False),
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("theirs", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed", sa.Uuid(), nullable=True),
        sa.Column("claimed_until", MOMENT, nullable=True),
        sa.Column("why", sa.String(length=40), nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("stopped_at", MOMENT, nullable=True),
        sa.Column("stopped_by_id", sa.Uuid(), nullable=True),
        _points("order_told", "landlord_id", "organisation"),
        _points("order_told", "work_order_id", "work_order"),
        _points("order_told", "stopped_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_order_told"),
    )
    op.create_index("ix_order_told_state_next_at", "order_told", ["state", "next_at"])
    op.create_index("ix_order_told_work_order_id", "order_told", ["work_order_id", "id"])
    op.create_table(
        "telling_pause",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("landlord_id", sa.Uuid(), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("began_by_id", sa.Uuid(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        _points("telling_pause", "landlord_id", "organisation"),
        _points("telling_pause", "began_by_id", "user_account"),
        _points("telling_pause", "ended_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_telling_pause"),
    )
    op.create_index(
        "uq_telling_pause_standing", "telling_pause", ["landlord_id"], unique=True,
        sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip


def _points(of: str, name: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_{of}_{name}")


def downgrade() -> None:
    op.drop_table("telling_pause")
    op.drop_table("order_told")
