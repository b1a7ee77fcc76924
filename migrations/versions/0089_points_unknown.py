"""a case says when it got its points: of those opened by hand before scoring nobody knows them.

Revision: 0089
Follows: 0082
"""

import sqlalchemy as sa
from alembic import op

revision = "0089"
down_revision = "0082"
branch_labels = None
depends_on = None

NEVER_SCORED = (
    "way_in <> 'targeting' AND score = 0 AND sealed_reasons IS NULL"
    " AND CAST(reasons AS TEXT) = '[]'"
)


def upgrade() -> None:
    op.add_column("case_file", sa.Column("scored_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(f"UPDATE case_file SET scored_at = opened_at WHERE NOT ({NEVER_SCORED})")


def downgrade() -> None:
    op.drop_column("case_file", "scored_at")
