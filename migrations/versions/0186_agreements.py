"""how and when a tenant agreed to an adaptation, and alternatives were made with her.

Revision: 0186
Follows: 0185
"""

import sqlalchemy as sa
from alembic import op

revision = "0186"
down_revision = "0185"
branch_labels = None
depends_on = None

TOLD = {"adaptation_move": "agreed", "adaptation_decision": "built"}


def upgrade() -> None:
    for table, name in TOLD.items():
        op.add_column(table, sa.Column(f"{name}_how", sa.String(32), nullable=True))
        op.add_column(table, sa.Column(f"{name}_on", sa.Date(), nullable=True))


def downgrade() -> None:
    for table, name in TOLD.items():
        op.drop_column(table, f"{name}_on")
        op.drop_column(table, f"{name}_how")
