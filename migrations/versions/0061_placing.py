"""what became of asking where an address is, once for each address as it stands.

Revision: 0061
Follows: 0066
"""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "placing",
        sa.Column("residence_id", sa.Uuid(), nullable=False),
        sa.Column("asked", sa.String(length=320), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("doubt", sa.String(length=32), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["residence_id"], ["residence.id"], name="fk_placing_residence_id_residence",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("residence_id", name="pk_placing"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("placing")
