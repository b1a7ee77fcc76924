"""charges: who was put in charge of a case, and what was done to a mandate.

Revision: 0028
Follows: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0023"
branch_labels = None
depends_on = None

USERS = ["user_account.id"]
ORGANISATIONS = ["organisation.id"]


def upgrade() -> None:
    op.create_table(
        "case_charge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("referent_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_was_id", sa.Uuid(), nullable=True),
        sa.Column("referent_was_id", sa.Uuid(), nullable=True),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_case_charge_case_id"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ORGANISATIONS, name="fk_case_charge_organisation_id"
        ),
        sa.ForeignKeyConstraint(["referent_id"], USERS, name="fk_case_charge_referent_id"),
        sa.ForeignKeyConstraint(
            ["organisation_was_id"], ORGANISATIONS, name="fk_case_charge_organisation_was_id"
        ),
        sa.ForeignKeyConstraint(["referent_was_id"], USERS, name="fk_case_charge_referent_was_id"),
        sa.ForeignKeyConstraint(["noted_by_id"], USERS, name="fk_case_charge_noted_by_id"),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], USERS, name="fk_case_charge_withdrawn_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_charge"),
    )
    op.create_index("ix_case_charge_case_id", "case_charge", ["case_id"], unique=False)
    op.create_table(
        "mandate_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("until_was", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandate.id"], name="fk_mandate_change_mandate_id"),
        sa.ForeignKeyConstraint(["by_id"], USERS, name="fk_mandate_change_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mandate_change"),
    )
    op.create_index("ix_mandate_change_mandate_id", "mandate_change", ["mandate_id"], unique=False)


def downgrade() -> None:
    # Who is in charge stays on the case; how it came to that is forgotten.
    op.drop_index("ix_mandate_change_mandate_id", "mandate_change")
    op.drop_table("mandate_change")
    op.drop_index("ix_case_charge_case_id", "case_charge")
    op.drop_table("case_charge")
