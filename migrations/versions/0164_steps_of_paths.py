"""What is due in a case may be a step of a path that its programme says.

Revision: 0164
Follows: 0163
"""

import sqlalchemy as sa
from alembic import op

revision = "0164"
down_revision = "0163"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("task", sa.Column("path", sa.String(40), nullable=True))
    op.add_column("task", sa.Column("step", sa.String(40), nullable=True))


def downgrade() -> None:
    # The release before names a task by what somebody typed, its cadence or its kind: a step that
    # is still to do stays so, as a step of a path.
    op.drop_column("task", "step")
    op.drop_column("task", "path")
