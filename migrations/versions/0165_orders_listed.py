"""the indexes by which very many work orders are listed and counted.

Revision: 0165
Follows: 0164
"""

import sqlalchemy as sa
from alembic import op

revision = "0165"
down_revision = "0164"
branch_labels = None
depends_on = None

ORDER, LISTED, BEFORE = "work_order", "ix_work_order_listed", "ix_work_order_state_due_at"
OF_RESIDENCE, OF_TRADE = "ix_work_order_residence_id", "ix_work_order_trade"
KNOWN = sa.text("residence_id IS NOT NULL")


def upgrade() -> None:
    told = ["severity", "due_at", "opened_at", "trade", "dwelling_id", "residence_id", "id"]
    op.create_index(LISTED, ORDER, ["state", *told])
    op.drop_index(BEFORE, ORDER)
    op.create_index(OF_TRADE, ORDER, ["trade", "state", "severity", "due_at", "id"])
    op.drop_index(OF_RESIDENCE, ORDER)
    op.create_index(
        OF_RESIDENCE, ORDER, ["residence_id"], sqlite_where=KNOWN, postgresql_where=KNOWN
    )


def downgrade() -> None:
    op.drop_index(OF_RESIDENCE, ORDER)
    op.create_index(OF_RESIDENCE, ORDER, ["residence_id"])
    op.drop_index(OF_TRADE, ORDER)
    op.create_index(BEFORE, ORDER, ["state", "due_at"])
    op.drop_index(LISTED, ORDER)
