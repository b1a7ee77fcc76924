"""a contractor accepts an order though the office had taken it on; a quote comes back.

Revision: 0217
Follows: 0211
"""

import sqlalchemy as sa
from alembic import op

revision = "0217"
down_revision = "0211"
branch_labels = None
depends_on = None

# Whoever was given an order, or has its link, took it on herself.
ACCEPTED = (
    "UPDATE work_order SET accepted_at = acknowledged_at"
    " WHERE state = 'acknowledged' AND (given_to_id IS NOT NULL OR EXISTS ("
    "SELECT 1 FROM work_order_event AS step JOIN work_order_link AS link ON link.id = step.link_id"
    " WHERE step.work_order_id = work_order.id AND step.what = 'acknowledged'"
    " AND step.taken_back_at IS NULL AND link.revoked_at IS NULL AND link.used_up_at IS NULL))"
)
# Steps of orders that were accepted say how that stood before: they are undone no more.
TELLS_OF_IT = (
    "UPDATE work_order_event SET before = NULL WHERE work_order_id IN ("
    "SELECT work_order_id FROM work_order_event WHERE what = 'accepted'"
    " OR (what IN ('refused', 'taken_over') AND was = 'acknowledged'))"
)


def upgrade() -> None:
    op.add_column("work_order", sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(ACCEPTED)


def downgrade() -> None:
    op.execute(TELLS_OF_IT)
    op.execute("UPDATE work_order_event SET what = 'acknowledged' WHERE what = 'accepted'")
    op.execute("DELETE FROM work_order_event WHERE what IN ('quote_withdrawn', 'quote_back')")
    op.drop_column("work_order", "accepted_at")
