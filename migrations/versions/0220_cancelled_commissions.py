"""a commission that never met is cancelled, whichever day it was called for.

Revision: 0220
Follows: 0218
"""

import sqlalchemy as sa
from alembic import op

from visits.ground.db import UtcDateTime
from visits.ground.deadlines import today_in_paris

revision = "0220"
down_revision = "0218"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "commission",
        sa.Column("cancelled", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    # Until now it was one whose minutes were closed before its day.
    commission = sa.table(
        "commission",
        sa.column("id", sa.Uuid()),
        sa.column("held_on", sa.Date()),
        sa.column("closed_at", UtcDateTime()),
        sa.column("cancelled", sa.Boolean()),
    )
    closed = sa.select(commission).where(commission.c.closed_at.is_not(None))
    connection = op.get_bind()
    for one in connection.execute(closed).all():
        if today_in_paris(one.closed_at) < one.held_on:
            its = commission.c.id == one.id
            connection.execute(sa.update(commission).where(its).values(cancelled=True))


def downgrade() -> None:
    op.drop_column("commission", "cancelled")
