"""counted tasks: what is due is counted by an index, however many years of it there are.

Revision: 0032
Follows: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0029"
branch_labels = None
depends_on = None

NAME, COLUMNS = "ix_task_state_not_before", ["state", "not_before", "kind", "visit_id"]


PLANNED = sa.text("visit_id IS NOT NULL")


def upgrade() -> None:
    op.create_index(NAME, "task", COLUMNS)
    op.drop_index("ix_task_visit_id", "task")
    op.create_index(
        "ix_task_visit_id", "task", ["visit_id"], sqlite_where=PLANNED, postgresql_where=PLANNED
    )


def downgrade() -> None:
    op.drop_index("ix_task_visit_id", "task")
    op.create_index("ix_task_visit_id", "task", ["visit_id"])
    op.drop_index(NAME, "task")
