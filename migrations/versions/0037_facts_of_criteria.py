"""facts that criteria may ask for: money, distance to services; their reasons are encrypted.

Revision: 0037
Follows: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("residence", sa.Column("service_distance", sa.Integer(), nullable=True))
    op.add_column("tenancy", sa.Column("income_band", sa.LargeBinary(), nullable=True))
    op.add_column("tenancy", sa.Column("arrears", sa.LargeBinary(), nullable=True))
    op.add_column("case_file", sa.Column("sealed_reasons", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("case_file", "sealed_reasons")
    op.drop_column("tenancy", "arrears")
    op.drop_column("tenancy", "income_band")
    op.drop_column("residence", "service_distance")
