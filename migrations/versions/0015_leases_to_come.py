"""leases that begin later, and years of birth without a day.

Revision: 0015
Follows: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("birth_year", sa.Integer(), nullable=True))
    op.create_table(
        "lease_to_come",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("dwelling_id", sa.Uuid(), sa.ForeignKey("dwelling.id"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_lease_to_come_dwelling_id", "lease_to_come", ["dwelling_id"])
    op.create_index("ix_lease_to_come_starts_on", "lease_to_come", ["starts_on"])


def downgrade() -> None:
    op.drop_table("lease_to_come")
    op.drop_column("person", "birth_year")
