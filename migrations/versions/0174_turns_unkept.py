"""the index by which turns that passed unexplained are found among those of years.

Revision: 0174
Follows: 0173
"""

import sqlalchemy as sa
from alembic import op

revision = "0174"
down_revision = "0173"
branch_labels = None
depends_on = None

INDEX = "ix_task_unkept"


def upgrade() -> None:
    unkept = sa.text("state IN ('open', 'lapsed') AND cadence IS NOT NULL")
    op.create_index(
        INDEX,
        "task",
        ["cadence", "due_on", "case_id"],
        sqlite_where=unkept,
        postgresql_where=unkept,
    )


def downgrade() -> None:
    op.drop_index(INDEX, table_name="task")
