"""how to get in, and whom to ring, is a step of an order.

Revision: 0187
Follows: 0186
"""

from alembic import op

revision = "0187"
down_revision = "0186"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Leave all as it is: what was noted before has no step."""


def downgrade() -> None:
    # The version before does not know such a step.
    op.execute("DELETE FROM work_order_event WHERE what = 'access'")
