"""tier changes: the tier of a case changed by hand, with the reason.

Revision: 0045
Follows: 0040
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tier_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("tier_was", sa.String(length=40), nullable=True),
        sa.Column("tier", sa.String(length=40), nullable=True),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_tier_change_case_id"),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["user_account.id"], name="fk_tier_change_noted_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tier_change"),
    )
    op.create_index("ix_tier_change_case_id", "tier_change", ["case_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_tier_change_case_id", "tier_change")
    op.drop_table("tier_change")
