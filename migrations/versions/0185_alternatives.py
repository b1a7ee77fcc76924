"""what is offered instead of an adaptation, and what was opened for it.

Revision: 0185
Follows: 0184
"""

import sqlalchemy as sa
from alembic import op

revision = "0185"
down_revision = "0184"
branch_labels = None
depends_on = None

OFFERED, ANSWER = "alternative_offered", "alternative_answer"
ONE_OF_THREE = (
    "(order_id IS NOT NULL AND task_id IS NULL AND why IS NULL)"
    " OR (order_id IS NULL AND task_id IS NOT NULL AND why IS NULL)"
    " OR (order_id IS NULL AND task_id IS NULL AND why IS NOT NULL)"
)
POINTING = {
    "alternative_id": OFFERED,
    "order_id": "work_order",
    "task_id": "task",
    "by_id": "user_account",
    "taken_back_by_id": "user_account",
}


def upgrade() -> None:
    op.create_table(
        OFFERED,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["adaptation_decision.id"], name=f"fk_{OFFERED}_decision_id"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{OFFERED}"),
    )
    for name in ("decision_id", "due_on"):
        op.create_index(f"ix_{OFFERED}_{name}", OFFERED, [name])
    needed = ("alternative_id", "by_id")
    op.create_table(
        ANSWER,
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=name not in needed) for name in POINTING),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_{ANSWER}_{name}")
            for name, table in POINTING.items()
        ),
        sa.CheckConstraint(ONE_OF_THREE, name=f"ck_{ANSWER}_one_of_three"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{ANSWER}"),
    )
    op.create_index(f"ix_{ANSWER}_alternative_id", ANSWER, ["alternative_id"])
    for name in ("order_id", "task_id"):
        some = sa.text(f"{name} IS NOT NULL")
        op.create_index(
            f"ix_{ANSWER}_{name}", ANSWER, [name], sqlite_where=some, postgresql_where=some
        )


def downgrade() -> None:
    op.drop_table(ANSWER)
    op.drop_table(OFFERED)
