"""whether a visit is made at home or its form is filled in on the phone.

Revision: 0156
Follows: 0155
"""

import sqlalchemy as sa
from alembic import op

revision = "0156"
down_revision = "0155"
branch_labels = None
depends_on = None

OF_CASE = "ix_visit_case_id_state"


def upgrade() -> None:
    op.add_column(
        "visit", sa.Column("channel", sa.String(length=32), nullable=False, server_default="home")
    )
    op.drop_index(OF_CASE, "visit")
    op.create_index(OF_CASE, "visit", ["case_id", "state", "channel"])


def downgrade() -> None:
    # A version that knows no calls would count them as visits: they become ones that were none.
    op.execute("UPDATE visit SET state = 'cancelled' WHERE channel = 'phone'")
    op.drop_index(OF_CASE, "visit")
    op.create_index(OF_CASE, "visit", ["case_id", "state"])
    op.drop_column("visit", "channel")
