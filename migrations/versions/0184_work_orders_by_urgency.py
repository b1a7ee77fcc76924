"""the indexes by which work orders of all states are listed by urgency and by city.

Revision: 0184
Follows: 0182
"""

from alembic import op

revision = "0184"
down_revision = "0182"
branch_labels = None
depends_on = None

URGENCY, HOME = "ix_work_order_urgency", "ix_work_order_dwelling_id"


def upgrade() -> None:
    op.create_index(URGENCY, "work_order", ["severity", "due_at", "id", "state"])
    op.drop_index(HOME, table_name="work_order")
    op.create_index(HOME, "work_order", ["dwelling_id", "id", "state"])


def downgrade() -> None:
    op.drop_index(HOME, table_name="work_order")
    op.create_index(HOME, "work_order", ["dwelling_id"])
    op.drop_index(URGENCY, table_name="work_order")
