"""few among many, by index alone: the last attempts that came to one answer, merged files.

Revision: 0070
Follows: 0058
"""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0058"
branch_labels = None
depends_on = None

ATTEMPTS = "ix_contact_attempt_disposition_at"
MERGED = "ix_person_merged_into_id"
SOME = sa.text("merged_into_id IS NOT NULL")


def upgrade() -> None:
    op.drop_index(ATTEMPTS, "contact_attempt")
    op.create_index(ATTEMPTS, "contact_attempt", ["disposition", "at", "case_id", "taken_back_at"])
    op.drop_index(MERGED, "person")
    op.create_index(
        MERGED, "person", ["merged_into_id"], sqlite_where=SOME, postgresql_where=SOME
    )


def downgrade() -> None:
    op.drop_index(MERGED, "person")
    op.create_index(MERGED, "person", ["merged_into_id"])
    op.drop_index(ATTEMPTS, "contact_attempt")
    op.create_index(ATTEMPTS, "contact_attempt", ["disposition", "at", "case_id"])
