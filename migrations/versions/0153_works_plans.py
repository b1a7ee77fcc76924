"""plans of works for a budget, and what each takes or leaves out.

Revision: 0153
Follows: 0152
"""

import sqlalchemy as sa
from alembic import op

revision = "0153"
down_revision = "0152"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "works_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("landlord_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("aim", sa.String(length=32), nullable=False),
        sa.Column("budget_cents", sa.BigInteger(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("worked_out_at", MOMENT, nullable=True),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("fault", sa.LargeBinary(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        _points("works_plan", "landlord_id", "organisation"),
        _points("works_plan", "made_by_id", "user_account"),
        _points("works_plan", "decided_by_id", "user_account"),
        _points("works_plan", "withdrawn_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_works_plan"),
    )
    for name in ("landlord_id", "made_by_id"):
        op.create_index(f"ix_works_plan_{name}", "works_plan", [name])
    op.create_table(
        "works_plan_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("work_order_id", sa.Uuid(), nullable=True),
        sa.Column("adaptation_id", sa.Uuid(), nullable=True),
        sa.Column("cents", sa.BigInteger(), nullable=True),
        sa.Column("cost_from", sa.String(length=32), nullable=True),
        sa.Column("by_hand", sa.String(length=32), nullable=True),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(length=32), nullable=True),
        _points("works_plan_line", "plan_id", "works_plan"),
        _points("works_plan_line", "work_order_id", "work_order"),
        _points("works_plan_line", "adaptation_id", "adaptation_file"),
        sa.CheckConstraint(
            "(work_order_id IS NULL) <> (adaptation_id IS NULL)",
            name=op.f("ck_works_plan_line_one_work"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_works_plan_line"),
        sa.UniqueConstraint("plan_id", "work_order_id", name="uq_works_plan_line_plan_id_work_order_id"),
        sa.UniqueConstraint("plan_id", "adaptation_id", name="uq_works_plan_line_plan_id_adaptation_id"),
    )
    op.create_index("ix_works_plan_line_plan_id", "works_plan_line", ["plan_id", "chosen"])
    for name in ("work_order_id", "adaptation_id"):
        op.create_index(f"ix_works_plan_line_{name}", "works_plan_line", [name])


def _points(of: str, name: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_{of}_{name}")


def downgrade() -> None:
    op.drop_table("works_plan_line")
    op.drop_table("works_plan")
