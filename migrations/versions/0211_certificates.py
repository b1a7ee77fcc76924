"""when works at the tenant's own cost ended, and when she certified that they were done as said.

Revision: 0211
Follows: 0210
"""

import sqlalchemy as sa
from alembic import op

revision = "0211"
down_revision = "0210"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("adaptation_file", sa.Column("works_ended_on", sa.Date(), nullable=True))
    op.add_column("adaptation_file", sa.Column("certified_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("adaptation_file", "certified_on")
    op.drop_column("adaptation_file", "works_ended_on")
