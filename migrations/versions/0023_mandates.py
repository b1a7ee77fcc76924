"""mandates: what an organisation may do, in which programme, where and for how long.

Revision: 0023
Follows: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mandate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("territory_id", sa.Uuid(), nullable=True),
        sa.Column("rights", sa.JSON(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_mandate_organisation_id"
        ),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name="fk_mandate_territory_id"),
        sa.ForeignKeyConstraint(["noted_by_id"], ["user_account.id"], name="fk_mandate_noted_by_id"),
        sa.ForeignKeyConstraint(["ended_by_id"], ["user_account.id"], name="fk_mandate_ended_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mandate"),
    )
    op.create_index("ix_mandate_organisation_id", "mandate", ["organisation_id"], unique=False)


def downgrade() -> None:
    # Who works here under a mandate sees again no more than its own people's visits.
    op.drop_index("ix_mandate_organisation_id", "mandate")
    op.drop_table("mandate")
