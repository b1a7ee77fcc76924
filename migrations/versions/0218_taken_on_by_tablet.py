"""an order is taken on from a tablet.

Revision: 0218
Follows: 0217
"""

from alembic import op

revision = "0218"
down_revision = "0217"
branch_labels = None
depends_on = None

OF_THEM = "(SELECT id FROM work_intervention WHERE outcome = 'acknowledged')"


def upgrade() -> None:
    """Such a time at an order is one more word in a plain column."""


def downgrade() -> None:
    # That somebody took the order on stays among its steps.
    op.execute(f"DELETE FROM work_intervention_file WHERE intervention_id IN {OF_THEM}")
    op.execute("DELETE FROM work_intervention WHERE outcome = 'acknowledged'")
