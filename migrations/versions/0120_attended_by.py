"""who else is to be at a visit.

Revision: 0120
Follows: 0119
"""

import sqlalchemy as sa
from alembic import op

revision = "0120"
down_revision = "0119"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("visit", sa.Column("attended_by", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("visit", "attended_by")
