"""form workbook: the file a version was made of, and drafts.

Revision: 0002
Follows: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("form_version", sa.Column("workbook", sa.LargeBinary(), nullable=True))
    op.add_column("form_version", sa.Column("workbook_name", sa.String(length=200), nullable=True))
    op.create_table(
        "form_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("xform", sa.LargeBinary(), nullable=False),
        sa.Column("consequences", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("workbook", sa.LargeBinary(), nullable=False),
        sa.Column("workbook_name", sa.String(length=200), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("validation", sa.JSON(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["user_account.id"], name="fk_form_draft_uploaded_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_form_draft"),
    )
    op.create_index("ix_form_draft_form_id", "form_draft", ["form_id"])


def downgrade() -> None:
    op.drop_index("ix_form_draft_form_id", "form_draft")
    op.drop_table("form_draft")
    # Not in a batch: SQLite would make the table anew, under the submissions that point to it.
    op.drop_column("form_version", "workbook_name")
    op.drop_column("form_version", "workbook")
