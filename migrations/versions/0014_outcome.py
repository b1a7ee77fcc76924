"""what a check came to, kept beside the answers so that reading them works no rule out again.

Revision: 0014
Follows: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("submission", sa.Column("outcome", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("submission", "outcome")
