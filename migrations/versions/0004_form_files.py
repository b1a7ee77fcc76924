"""form files: what stands beside the workbook of a form; and what was read out at a consent.

Revision: 0004
Follows: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("form_version", "form_draft")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("files", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("consent", sa.Column("read_out", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("consent", "read_out")
    # Not in a batch: SQLite would make the table anew, under the submissions that point to it.
    for table in TABLES:
        op.drop_column(table, "files")
