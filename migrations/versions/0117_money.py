"""programmes have costs, grants and unit costs that were told.

Revision: 0117
Follows: 0116
"""

import sqlalchemy as sa
from alembic import op

revision = "0117"
down_revision = "0116"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "money_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("landlord_id", sa.Uuid(), nullable=False),
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("of_day", sa.Date(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("cost_kind", sa.String(length=32), nullable=True),
        sa.Column("basis", sa.String(length=32), nullable=True),
        sa.Column("payer", sa.String(length=100), nullable=True),
        sa.Column("what", sa.LargeBinary(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_money_note_{name}")
            for name, to in (
                ("landlord_id", "organisation"),
                ("noted_by_id", "user_account"),
                ("withdrawn_by_id", "user_account"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name="pk_money_note"),
    )
    op.create_index(
        "ix_money_note_programme_of_day", "money_note", ["programme", "landlord_id", "of_day"]
    )


def downgrade() -> None:
    op.drop_table("money_note")
