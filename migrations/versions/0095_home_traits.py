"""homes have traits: what is fitted or measured, with its day and where it is known from.

Revision: 0095
Follows: 0102
"""

import sqlalchemy as sa
from alembic import op

revision = "0095"
down_revision = "0102"
branch_labels = None
depends_on = None

POINTING = (
    ("dwelling_id", "dwelling"),
    ("submission_id", "submission"),
    ("adaptation_move_id", "adaptation_move"),
    ("noted_by_id", "user_account"),
    ("withdrawn_by_id", "user_account"),
)


def upgrade() -> None:
    op.create_table(
        "home_trait",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dwelling_id", sa.Uuid(), nullable=False),
        sa.Column("trait", sa.String(length=24), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=True),
        sa.Column("adaptation_move_id", sa.Uuid(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(source = 'hand') = (noted_by_id IS NOT NULL)", name="ck_home_trait_by_hand_of"
        ),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_home_trait_{name}")
            for name, table in POINTING
        ),
        sa.PrimaryKeyConstraint("id", name="pk_home_trait"),
    )
    op.create_index("ix_home_trait_dwelling_id_trait", "home_trait", ["dwelling_id", "trait"])
    op.create_index("ix_home_trait_trait_dwelling_id", "home_trait", ["trait", "dwelling_id"])
    op.create_index("ix_home_trait_submission_id", "home_trait", ["submission_id"])
    op.create_index("ix_home_trait_adaptation_move_id", "home_trait", ["adaptation_move_id"])


def downgrade() -> None:
    op.drop_table("home_trait")
