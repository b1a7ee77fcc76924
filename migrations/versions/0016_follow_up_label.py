"""the label of a follow-up goes: what it is about is told by the finding that promised it.

Revision: 0016
Follows: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("follow_up", "label")


def downgrade() -> None:
    op.add_column("follow_up", sa.Column("label", sa.LargeBinary(), nullable=True))
    # Nobody ever read it; the code is a text under the same secret.
    op.execute("UPDATE follow_up SET label = code")
    with op.batch_alter_table("follow_up") as table:
        table.alter_column("label", existing_type=sa.LargeBinary(), nullable=False)
