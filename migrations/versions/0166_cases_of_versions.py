"""the indexes by which the cases of a version, and of whoever follows them, are counted.

Revision: 0166
Follows: 0165
"""

import sqlalchemy as sa
from alembic import op

revision = "0166"
down_revision = "0165"
branch_labels = None
depends_on = None

CASE = "case_file"
OF_VERSION, OF_REFERENT = "ix_case_file_programme_version_id", "ix_case_file_referent_id"
FOLLOWED = sa.text("referent_id IS NOT NULL")


def upgrade() -> None:
    op.drop_index(OF_VERSION, CASE)
    told = ["closed_on", "referent_id", "landlord_id", "id"]
    op.create_index(OF_VERSION, CASE, ["programme_version_id", *told])
    op.drop_index(OF_REFERENT, CASE)
    op.create_index(
        OF_REFERENT, CASE, ["referent_id"], sqlite_where=FOLLOWED, postgresql_where=FOLLOWED
    )


def downgrade() -> None:
    op.drop_index(OF_REFERENT, CASE)
    op.create_index(OF_REFERENT, CASE, ["referent_id"])
    op.drop_index(OF_VERSION, CASE)
    op.create_index(OF_VERSION, CASE, ["programme_version_id"])
