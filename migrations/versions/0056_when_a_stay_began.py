"""a stay says when it began, where it began after its lease.

Revision: 0056
Follows: 0054
"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("occupancy", sa.Column("started_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("occupancy", "started_on")
