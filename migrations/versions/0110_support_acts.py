"""cases have acts: what is done with somebody beside planned visits and calls.

Revision: 0110
Follows: 0103
"""

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = "0103"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "support_act",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("present", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_why", sa.LargeBinary(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_support_act_{name}")
            for name, to in (
                ("case_id", "case_file"),
                ("organisation_id", "organisation"),
                ("noted_by_id", "user_account"),
                ("withdrawn_by_id", "user_account"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name="pk_support_act"),
    )
    op.create_index("ix_support_act_case_id", "support_act", ["case_id"])


def downgrade() -> None:
    op.drop_table("support_act")
