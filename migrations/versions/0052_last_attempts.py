"""last attempts: those that came to one answer and stand are found without the rest of them.

Revision: 0052
Follows: 0047
"""

from alembic import op

revision = "0052"
down_revision = "0047"
branch_labels = None
depends_on = None

NAME, TABLE = "ix_contact_attempt_disposition_at", "contact_attempt"


def upgrade() -> None:
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, ["disposition", "at", "case_id", "taken_back_at"])


def downgrade() -> None:
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, ["disposition", "at", "case_id"])
