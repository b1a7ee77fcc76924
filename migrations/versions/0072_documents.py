"""documents are added to a person's file.

Revision: 0072
Follows: 0071
"""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None

POINTING = (
    ("person_id", "person"),
    ("added_by_id", "user_account"),
    ("withdrawn_by_id", "user_account"),
)


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_document_{name}")
            for name, table in POINTING
        ),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
    )
    op.create_index("ix_document_person_id", "document", ["person_id"], unique=False)


def downgrade() -> None:
    # The version before would not know whose the bytes are: the job lets go of them.
    op.drop_table("document")
