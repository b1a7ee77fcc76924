"""by what right somebody else agreed for a person.

Revision: 0150
Follows: 0141
"""

import sqlalchemy as sa
from alembic import op

revision = "0150"
down_revision = "0141"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact_attempt", sa.Column("acts_by", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("contact_attempt", "acts_by")
