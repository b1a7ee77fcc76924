"""what the kit of a visit saves is kept with the answers that tell of it: sums read it.

Revision: 0161
Follows: 0160
"""

import sqlalchemy as sa
from alembic import op

revision = "0161"
down_revision = "0160"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("submission", sa.Column("savings", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("submission", "savings")
