"""addresses at which visitors' own calendars read their visits.

Revision: 0121
Follows: 0120
"""

import sqlalchemy as sa
from alembic import op

revision = "0121"
down_revision = "0120"
branch_labels = None
depends_on = None

KEYS = ("visitor_id", "made_by_id", "revoked_by_id")


def upgrade() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visitor_id", sa.Uuid(), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Uuid(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], ["user_account.id"], name=f"fk_calendar_feed_{name}")
            for name in KEYS
        ),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_feed"),
        sa.UniqueConstraint("secret_sha256", name="uq_calendar_feed_secret_sha256"),
    )
    op.create_index("ix_calendar_feed_visitor_id", "calendar_feed", ["visitor_id"])


def downgrade() -> None:
    op.drop_table("calendar_feed")
