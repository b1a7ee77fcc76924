"""Who is on duty for what is urgent, and whom the house called for which order.

Revision: 0092
Follows: 0091
"""

import sqlalchemy as sa
from alembic import op

revision = "0092"
down_revision = "0091"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    pointing = (
        ("landlord_id", "organisation"),
        ("agency_id", "territory"),
        ("user_id", "user_account"),
        ("noted_by_id", "user_account"),
        ("withdrawn_by_id", "user_account"),
    )
    op.create_table(
        "duty_turn",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("landlord_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("trade", sa.String(length=64), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        *(_points("duty_turn", name, table) for name, table in pointing),
        sa.PrimaryKeyConstraint("id", name="pk_duty_turn"),
    )
    op.create_index("ix_duty_turn_user_id", "duty_turn", ["user_id"])
    op.create_index("ix_duty_turn_landlord_id_ends_at", "duty_turn", ["landlord_id", "ends_at"])
    pointing = (
        ("work_order_id", "work_order"),
        ("turn_id", "duty_turn"),
        ("reached_by_id", "user_account"),
    )
    op.create_table(
        "duty_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.Column("turn_id", sa.Uuid(), nullable=False),
        sa.Column("called_at", MOMENT, nullable=False),
        sa.Column("tried_at", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("reached_at", MOMENT, nullable=True),
        sa.Column("reached_by_id", sa.Uuid(), nullable=True),
        *(_points("duty_call", name, table) for name, table in pointing),
        sa.PrimaryKeyConstraint("id", name="pk_duty_call"),
    )
    for name in ("work_order_id", "turn_id"):
        op.create_index(f"ix_duty_call_{name}", "duty_call", [name])


def _points(of: str, name: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_{of}_{name}")


def downgrade() -> None:
    op.drop_table("duty_call")
    op.drop_table("duty_turn")
