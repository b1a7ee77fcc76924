"""an adaptation has a visit and follow-ups to do in its case, and what came of them.

Revision: 0178
Follows: 0176
"""

import sqlalchemy as sa
from alembic import op

revision = "0178"
down_revision = "0176"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "adaptation_order",
        sa.Column("step", sa.String(length=32), nullable=False, server_default="works"),
    )
    op.create_table(
        "adaptation_task",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_adaptation_task_task_id"),
        sa.ForeignKeyConstraint(
            ["file_id"], ["adaptation_file.id"], name="fk_adaptation_task_file_id"
        ),
        sa.PrimaryKeyConstraint("task_id", name="pk_adaptation_task"),
    )
    op.create_index("ix_adaptation_task_file_id", "adaptation_task", ["file_id"])
    op.create_table(
        "adaptation_follow_up",
        sa.Column("move_id", sa.Uuid(), nullable=False),
        sa.Column("used", sa.LargeBinary(), nullable=False),
        sa.Column("holds", sa.LargeBinary(), nullable=False),
        sa.Column("needed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["move_id"], ["adaptation_move.id"], name="fk_adaptation_follow_up_move_id"
        ),
        sa.PrimaryKeyConstraint("move_id", name="pk_adaptation_follow_up"),
    )


def downgrade() -> None:
    op.drop_table("adaptation_follow_up")
    # The release before would take such a task for one that somebody may close by a word: it is
    # named by its kind, as a task that nobody named is.
    op.drop_index("ix_adaptation_task_file_id", table_name="adaptation_task")
    op.drop_table("adaptation_task")
    # An order to look on site would count there as works.
    op.execute("DELETE FROM adaptation_order WHERE step <> 'works'")
    op.drop_column("adaptation_order", "step")
