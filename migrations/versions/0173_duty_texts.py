"""text messages to those on duty.

Revision: 0173
Follows: 0172
"""

import sqlalchemy as sa
from alembic import op

revision = "0173"
down_revision = "0172"
branch_labels = None
depends_on = None

CALL = "duty_call"
NAMES = ("text_tried_at", "text_sent_at", "text_refused_at")


def upgrade() -> None:
    for name in NAMES:
        op.add_column(CALL, sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table(CALL) as call:
        for name in NAMES:
            call.drop_column(name)
