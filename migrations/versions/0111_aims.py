"""accompaniments have aims, and an act may be the visit that was due.

Revision: 0111
Follows: 0110
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0111"
down_revision = "0110"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "support_aim",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        *_noted("support_aim", ("case_id", "case_file")),
    )
    op.create_index("ix_support_aim_case_id", "support_aim", ["case_id"])
    op.create_table(
        "aim_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("aim_id", sa.Uuid(), nullable=False),
        sa.Column("how_far", sa.String(length=32), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        *_noted("aim_step", ("aim_id", "support_aim")),
    )
    op.create_index("ix_aim_step_aim_id", "aim_step", ["aim_id"])
    with op.batch_alter_table("support_act") as table:
        table.add_column(sa.Column("task_id", sa.Uuid(), nullable=True))
        table.create_foreign_key("fk_support_act_task_id", "task", ["task_id"], ["id"])
        table.create_index("ix_support_act_task_id", ["task_id"])


def downgrade() -> None:
    with op.batch_alter_table("support_act") as table:
        table.drop_index("ix_support_act_task_id")
        table.drop_constraint("fk_support_act_task_id", type_="foreignkey")
        table.drop_column("task_id")
    op.drop_table("aim_step")
    op.drop_table("support_aim")


def _noted(table: str, belongs: tuple[str, str]) -> Iterator[sa.Column | sa.Constraint]:
    """Give the columns of what is noted and withdrawn, and the keys of a table."""
    yield sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False)
    yield sa.Column("noted_by_id", sa.Uuid(), nullable=False)
    yield sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True)
    yield sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True)
    yield sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True)
    keys = (belongs, ("noted_by_id", "user_account"), ("withdrawn_by_id", "user_account"))
    for name, to in keys:
        yield sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_{table}_{name}")
    yield sa.PrimaryKeyConstraint("id", name=f"pk_{table}")
