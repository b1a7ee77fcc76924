"""a landlord says papers in its own words, under its own logo.

Revision: 0082
Follows: 0080
"""

import sqlalchemy as sa
from alembic import op

revision = "0082"
down_revision = "0080"
branch_labels = None
depends_on = None

POINTING = (("landlord_id", "organisation"), ("noted_by_id", "user_account"))


def upgrade() -> None:
    op.create_table(
        "paper_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("landlord_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_paper_change_{name}")
            for name, table in POINTING
        ),
        sa.PrimaryKeyConstraint("id", name="pk_paper_change"),
    )
    op.create_index(
        "ix_paper_change_landlord_id_field", "paper_change", ["landlord_id", "field"]
    )


def downgrade() -> None:
    op.drop_table("paper_change")
