"""residences have places: rooms, flats and studios to stay in, with a fee and a contract.

Revision: 0113
Follows: 0112
"""

import sqlalchemy as sa
from alembic import op

revision = "0113"
down_revision = "0112"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "place",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dwelling_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("fee", sa.Integer(), nullable=True),
        sa.Column("contract", sa.String(length=32), nullable=True),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(kind IN ('common', 'caretaker')) = (contract IS NULL)",
            name="ck_place_contract_to_stay",
        ),
        *(
            sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_place_{name}")
            for name, to in (
                ("dwelling_id", "dwelling"),
                ("noted_by_id", "user_account"),
                ("changed_by_id", "user_account"),
                ("withdrawn_by_id", "user_account"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name="pk_place"),
    )
    op.create_index("ix_place_dwelling_id", "place", ["dwelling_id"])


def downgrade() -> None:
    op.drop_table("place")
